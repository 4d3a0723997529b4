package io.spillway.run;

import io.spillway.dataset.DumpId;
import io.spillway.fault.SpillwayException;
import io.spillway.fields.Where;
import io.spillway.manifest.Manifest;
import io.spillway.pipeline.PartLimits;
import io.spillway.pipeline.SliceSettings;
import io.spillway.schedule.ScheduleFile;
import io.spillway.source.SourceDescription;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a process that runs a slice of a schedule needs, and what of it must be the same as in the process that plans. */
public final class ScheduledSlices {
    private ScheduledSlices() {}

    /**
     * How a slice is written.
     *
     * @param found with all its fields, published or not, as it was found when the snapshot was frozen
     * @param lists see {@link #lists}
     * @throws SpillwayException if a format cannot be used here
     */
    public static SliceSettings of(ScheduleFile schedule, DumpId dump, SourceDescription found, Set<String> lists)
            throws SpillwayException {
        return new SliceSettings(
                dump,
                new Where(schedule.source().where()),
                schedule.fields().toPolicy(),
                schedule.fields().examples(),
                limits(schedule),
                DumpFormats.withLists(schedule, found, published -> lists));
    }

    static PartLimits limits(ScheduleFile schedule) {
        return new PartLimits(
                schedule.parts().documents(), schedule.parts().bytes().bytes());
    }

    /**
     * The paths of the lists in Parquet files, as the dump before has them; empty if the schedule has no such format.
     *
     * @param previous the dump before, or null if there is none
     */
    public static List<String> lists(ScheduleFile schedule, SourceDescription found, @Nullable Manifest previous) {
        boolean derived = schedule.formats().stream()
                .anyMatch(format -> format.parquet() != null && format.parquet().list() == null);
        return derived
                ? ParquetFormat.known(schedule.fields().toPolicy().published(found.fields()), previous).stream()
                        .sorted()
                        .toList()
                : List.of();
    }

    /**
     * Digest of the settings that decide the content of a dump, with the values of references. It differs where an environment
     * variable or a file of secrets does.
     */
    public static String digest(ScheduleFile schedule) {
        return Configuration.digest(schedule);
    }
}
