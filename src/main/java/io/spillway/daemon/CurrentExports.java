package io.spillway.daemon;

import io.spillway.deliver.DeliveryOutcome;
import io.spillway.fault.SpillwayException;
import io.spillway.run.ExportReport;
import io.spillway.run.Exports;
import io.spillway.schedule.ScheduleFile;
import java.nio.file.Path;

/**
 * Runs exports with the current content of the schedule files. An attempt whose file cannot be read fails before it
 * contacts the source or a destination. As thread-safe as the wrapped exports.
 */
final class CurrentExports implements Exports {
    private final Exports exports;
    private final ScheduleFolder folder;

    /** @param exports runs the exports */
    CurrentExports(Exports exports, ScheduleFolder folder) {
        this.exports = exports;
        this.folder = folder;
    }

    @Override
    public ExportReport run(ScheduleFile schedule) throws SpillwayException, InterruptedException {
        return exports.run(folder.current(schedule.dataset()));
    }

    @Override
    public DeliveryOutcome resume(ScheduleFile schedule) throws SpillwayException, InterruptedException {
        return exports.resume(folder.current(schedule.dataset()));
    }

    @Override
    public void sweep(ScheduleFile schedule) throws SpillwayException {
        exports.sweep(schedule);
    }

    @Override
    public Path home(ScheduleFile schedule) {
        return exports.home(schedule);
    }
}
