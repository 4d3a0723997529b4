package io.spillway.run;

import io.spillway.deliver.DeliveryOutcome;
import io.spillway.fault.SpillwayException;
import io.spillway.schedule.ScheduleFile;
import java.nio.file.Path;

/** What the daemon does for a dataset. Safe for use by several threads, for one dataset by one at a time. */
public interface Exports {
    /**
     * Makes one dump and delivers it to every destination, on the calling thread. An interrupt before the dump is complete
     * cancels the export: it removes what it wrote and throws. A later interrupt cancels the remaining deliveries, which
     * the report lists.
     *
     * @throws SpillwayException no dump was made
     */
    ExportReport run(ScheduleFile schedule) throws SpillwayException, InterruptedException;

    /**
     * Delivers complete dumps to destinations that lack them and updates the links. Exports nothing. An interrupt cancels
     * the remaining deliveries.
     *
     * @throws SpillwayException home could not be read
     */
    DeliveryOutcome resume(ScheduleFile schedule) throws SpillwayException, InterruptedException;

    /** Removes what killed runs left of this dataset; does nothing while an export of it runs. */
    void sweep(ScheduleFile schedule) throws SpillwayException;

    /** The directory on whose disk this dataset's dumps are written; it need not exist yet. */
    Path home(ScheduleFile schedule);
}
