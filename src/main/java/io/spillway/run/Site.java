package io.spillway.run;

import io.spillway.destination.Destination;
import io.spillway.schedule.ScheduleFile;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A destination that keeps the files of a site: pages, links, notices.
 *
 * @param place    the destination; its owner closes it
 * @param all      this one and the other destinations of the same schedule
 * @param schedule the schedule, or null for a directory that was named itself
 * @param spool    where that schedule's dumps are written first, or null if that is a destination
 */
public record Site(
        Destination place,
        List<Destination> all,
        @Nullable ScheduleFile schedule,
        @Nullable Destination spool) {
    /** The datasets that all of the destinations keep: those of schedules. */
    public Set<String> known() {
        return schedule == null ? Set.of() : Set.of(schedule.dataset());
    }
}
