package io.spillway.daemon;

import io.spillway.fault.SpillwayException;
import io.spillway.pipeline.ExportReport;
import io.spillway.schedule.ScheduleFile;

/** What the daemon can have done to a dataset. Called by several threads, for one dataset by one at a time. */
@FunctionalInterface
public interface Exports {
    /**
     * Makes and publishes one dump, on the calling thread. An interrupt cancels it: it takes everything back that isn't
     * published and throws.
     */
    ExportReport run(ScheduleFile schedule) throws SpillwayException, InterruptedException;

    /** Removes what runs that were killed have left of this dataset; nothing where an export of it is under way. */
    default void sweep(ScheduleFile schedule) throws SpillwayException {}
}
