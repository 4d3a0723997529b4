package io.spillway.run;

import io.spillway.deliver.DeliveryOutcome;
import io.spillway.fault.SpillwayException;
import io.spillway.schedule.ScheduleFile;
import java.nio.file.Path;

/** The operations of the daemon on a dataset. Called by several threads, but by only one at a time for each dataset. */
public interface Exports {
    /**
     * Makes one dump and delivers it to every destination, on the calling thread. An interrupt before the dump is
     * complete cancels it: all its files are removed and this throws. A later interrupt aborts the remaining
     * deliveries, which the result reports.
     *
     * @throws SpillwayException no dump was made
     */
    ExportReport run(ScheduleFile schedule) throws SpillwayException, InterruptedException;

    /**
     * Delivers complete dumps to destinations that lack them and updates the links to them; makes no dump. An interrupt
     * aborts this.
     *
     * @throws SpillwayException no destination could be checked
     */
    DeliveryOutcome resume(ScheduleFile schedule) throws SpillwayException, InterruptedException;

    /** Removes files of killed runs of this dataset; does nothing while an export of it is running. */
    void sweep(ScheduleFile schedule) throws SpillwayException;

    /** The directory in which this dataset's dumps are written, which may not exist yet. */
    Path home(ScheduleFile schedule);
}
