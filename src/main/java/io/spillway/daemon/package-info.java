/**
 * The daemon: exports at the times of a folder of schedules, for years. {@link io.spillway.daemon.Daemon} is its life;
 * {@code ScheduleFolder} reads the folder, {@code Timetable} keeps the times in a database by means of Quartz, {@code
 * Runner} carries one export out and decides what follows from its end, {@code DatasetLog} remembers it.
 *
 * <p>How an export is made is not known here: {@link io.spillway.daemon.Exports} is handed in.
 */
@NullMarked
package io.spillway.daemon;

import org.jspecify.annotations.NullMarked;
