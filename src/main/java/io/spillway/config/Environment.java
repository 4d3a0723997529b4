package io.spillway.config;

import org.jspecify.annotations.Nullable;

/** The source of {@code ${env:NAME}}; {@code System::getenv} in production, {@code Map.of(…)::get} in a test. */
@FunctionalInterface
public interface Environment {
    /** The value of a variable, or null if it is not set. */
    @Nullable
    String get(String name);
}
