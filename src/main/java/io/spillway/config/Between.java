package io.spillway.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.time.Duration;

/**
 * The inclusive limits of a {@link DataSize} or a {@link Duration}, written as in a file: {@code @Between(min =
 * "64KiB", max = "64MiB")}. Jakarta's own constraints only support plain numbers.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
public @interface Between {
    /** The minimum. */
    String min();

    /** The maximum, or empty for no limit. */
    String max() default "";
}
