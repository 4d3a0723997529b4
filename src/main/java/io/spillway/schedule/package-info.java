/**
 * The file that describes one dataset: {@link io.spillway.schedule.ScheduleFile}, read with {@link
 * io.spillway.config.ConfigFile}. A key is here once the program does what it says; all others are refused.
 */
@NullMarked
package io.spillway.schedule;

import org.jspecify.annotations.NullMarked;
