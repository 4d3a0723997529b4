package io.spillway.run;

import io.spillway.fault.SpillwayException;
import io.spillway.schedule.ScheduleFile;
import io.spillway.source.DocumentSource;

/** An export of a schedule, as the commands do it, from a test's source. */
public final class ScheduledExport {
    private ScheduledExport() {}

    /** Exports; the caller still owns the source. */
    public static ExportReport run(ScheduleFile schedule, SliceRunner slices, DocumentSource source)
            throws SpillwayException, InterruptedException {
        slices.requireSupported(schedule);
        try (Destinations places = Destinations.open(schedule)) {
            return new Exporter(ExportListener.NONE, slices).export(schedule, GateOverrides.NONE, places, () -> source);
        }
    }
}
