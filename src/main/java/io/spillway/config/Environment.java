package io.spillway.config;

import org.jspecify.annotations.Nullable;

/** Where {@code ${env:NAME}} is looked up; {@code System::getenv} in use, {@code Map.of(…)::get} in a test. */
@FunctionalInterface
public interface Environment {
    /** The value of a variable, or null where it is not set. */
    @Nullable
    String get(String name);
}
