package io.spillway.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.time.Duration;

/**
 * The limits of a {@link DataSize} or a {@link Duration}, both included, as they would stand in a file:
 * {@code @Between(min = "64KiB", max = "64MiB")}. Jakarta's own limits compare plain numbers only.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
public @interface Between {
    /** The least value. */
    String min();

    /** The greatest value, or nothing where there is no limit. */
    String max() default "";
}
