/**
 * The file that describes one dataset: {@link io.spillway.schedule.ScheduleFile}, read with {@link
 * io.spillway.config.ConfigFile}. Unknown keys are refused.
 */
@NullMarked
package io.spillway.schedule;

import org.jspecify.annotations.NullMarked;
