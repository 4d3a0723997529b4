/**
 * The daemon: runs the exports of a folder of schedules. {@link io.spillway.daemon.Daemon} starts and stops it; {@code
 * ScheduleFolder} reads the folder, {@code Timetable} stores the times in a database by means of Quartz, {@code Runner}
 * runs an export and decides what follows, {@code DatasetLog} stores the outcomes.
 *
 * <p>Independent of how an export is made: {@link io.spillway.daemon.Exports} is passed in.
 */
@NullMarked
package io.spillway.daemon;

import org.jspecify.annotations.NullMarked;
