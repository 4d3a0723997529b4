package io.spillway.pipeline;

import io.spillway.fault.SpillwayException;
import io.spillway.lanes.Lanes;
import io.spillway.progress.Progress;
import io.spillway.source.Slice;
import io.spillway.source.Snapshot;
import io.spillway.source.SourceField;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Runs one slice apart from the others: its parts go to a {@link PartStore}, under names that are known before. */
public final class SliceRun {
    private SliceRun() {}

    /**
     * Reads a slice and writes its documents, on a thread of its own, which has ended when this returns.
     *
     * @param folder   an empty folder of this attempt alone, for parts that are being written
     * @param store    takes over each finished part
     * @param progress is updated while documents are read
     * @throws SpillwayException    the slice failed; the caller removes the folder and closes the store
     * @throws InterruptedException the calling thread was interrupted; the same
     */
    public static SliceResult run(
            SliceSettings settings, Snapshot snapshot, Slice slice, Path folder, PartStore store, Progress progress)
            throws SpillwayException, InterruptedException {
        List<SourceField> mapped = snapshot.description().fields();
        List<PartFormat> formats = settings.formats();
        Lane lane = new Lane(
                snapshot,
                slice,
                settings.where(),
                () -> settings.fields().filter(mapped, settings.examples()),
                (of, clock) -> IntStream.range(0, formats.size())
                        .mapToObj(i -> new PartSequence(
                                folder,
                                settings.dump(),
                                of.number(),
                                number -> PartNames.bySlice()
                                        .begun(settings.dump(), of.number(), i, formats.get(i), number),
                                formats.get(i),
                                settings.limits(),
                                clock,
                                part -> {},
                                store))
                        .toList(),
                () -> null,
                progress);
        return Lanes.runAll(settings.dump().dataset(), 1, List.of(lane)).get(0);
    }
}
