package io.spillway.cli;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The keys of a schedule that an option sets. {@link ScheduleTree} sets a single key outside of
 * lists; the option's class sets others. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
@interface SetsKey {
    /** JSON Pointers of the keys; {@code *} is any index of a list. */
    String[] value();
}
