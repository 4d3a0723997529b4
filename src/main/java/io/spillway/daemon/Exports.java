package io.spillway.daemon;

import io.spillway.fault.SpillwayException;
import io.spillway.pipeline.ExportReport;
import io.spillway.publish.Reach;
import io.spillway.schedule.ScheduleFile;
import java.nio.file.Path;

/** What the daemon can have done to a dataset. Called by several threads, for one dataset by one at a time. */
public interface Exports {
    /**
     * Makes one dump and brings it to every destination, on the calling thread. An interrupt before the dump is whole
     * cancels it: it takes everything back and throws. A later one cuts short what is still to be brought, which the answer
     * says.
     *
     * @throws SpillwayException no dump was made
     */
    ExportReport run(ScheduleFile schedule) throws SpillwayException, InterruptedException;

    /**
     * Brings dumps that are whole to destinations that lack them, renews what points at them, and makes none. An interrupt
     * cuts that short.
     *
     * @throws SpillwayException nothing could be looked at
     */
    Reach resume(ScheduleFile schedule) throws SpillwayException, InterruptedException;

    /** Removes what runs that were killed have left of this dataset; nothing where an export of it is under way. */
    void sweep(ScheduleFile schedule) throws SpillwayException;

    /** The folder on whose disk this dataset's dumps are written, whether it is there yet or not. */
    Path home(ScheduleFile schedule);
}
