package io.spillway.pipeline;

import io.spillway.dataset.DumpId;
import io.spillway.encode.ColumnKinds;
import io.spillway.encode.PartPlace;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Part;
import io.spillway.progress.Stage;
import io.spillway.progress.StageClock;
import io.spillway.source.Document;
import io.spillway.verify.PartCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The parts of one slice in one format: begins a new one when one is full, and reads each back as soon as it is complete.
 * Belongs to one thread. Closing it in the middle leaves an unfinished file, for whoever owns the folder to remove.
 */
final class PartSequence implements AutoCloseable {
    private final Path folder;
    private final DumpId dump;
    private final int slice;
    private final String name;
    private final PartFormat format;
    private final PartLimits limits;
    private final StageClock clock;
    private final Ready ready;
    private final List<Part> parts = new ArrayList<>();
    private final Map<String, Long> leftOut = new TreeMap<>();
    private final ColumnKinds columnKinds = new ColumnKinds();
    private @Nullable PartWriter open;

    /**
     * A sequence without parts.
     *
     * @param slice the number of the slice
     * @param name  what its files are called until their numbers are known; unlike any other sequence's in the folder
     * @param ready is told each part when it is complete and was read back
     */
    PartSequence(
            Path folder,
            DumpId dump,
            int slice,
            String name,
            PartFormat format,
            PartLimits limits,
            StageClock clock,
            Ready ready) {
        this.folder = folder;
        this.dump = dump;
        this.slice = slice;
        this.name = name;
        this.format = format;
        this.limits = limits;
        this.clock = clock;
        this.ready = ready;
    }

    /** Takes parts that are complete. */
    interface Ready {
        void part(Part part) throws SpillwayException;
    }

    void write(Document document) throws SpillwayException, InterruptedException {
        PartWriter part = open;
        if (part != null
                && (part.documents() >= limits.documents()
                        || part.bytes() >= limits.bytes()
                        || part.isFullFor(document))) {
            finishPart();
            part = null;
        }
        (part == null ? begin() : part).write(document);
    }

    /** Completes the last part; returns all of them in order, none where nothing was written. */
    List<Part> finish() throws SpillwayException, InterruptedException {
        finishPart();
        return List.copyOf(parts);
    }

    /** Fields that the format had no place for, with how many documents of the slice had each. */
    Map<String, Long> leftOut() {
        return leftOut;
    }

    /** What the cells of the columns are in all parts, where the format has columns. */
    ColumnKinds columnKinds() {
        return columnKinds;
    }

    /** A part without documents, for a dump that has none at all. */
    Part finishEmpty() throws SpillwayException, InterruptedException {
        begin();
        finishPart();
        return parts.get(0);
    }

    @Override
    public void close() {
        if (open != null) {
            open.close();
        }
    }

    private PartWriter begin() throws SpillwayException {
        int number = parts.size() + 1;
        Path file = folder.resolve("%s-%05d".formatted(name, number));
        Path scratch = file.resolveSibling(file.getFileName() + ".scratch");
        PartWriter part = new PartWriter(file, new PartPlace(dump, slice, number, scratch), format, clock);
        open = part;
        return part;
    }

    private void finishPart() throws SpillwayException, InterruptedException {
        PartWriter part = open;
        if (part != null) {
            Part done = readBack(part.finish(), part.contentCrc());
            parts.add(done);
            ready.part(done);
            columnKinds.add(part.columnKinds());
            part.leftOut().forEach((field, count) -> leftOut.merge(field, count, Long::sum));
            open = null;
        }
    }

    private Part readBack(Part part, int contentCrc) throws SpillwayException, InterruptedException {
        Stage before = clock.enter(Stage.CHECKING);
        Path file = folder.resolve(part.name());
        try {
            PartCheck.check(Files.newInputStream(file), part, OptionalInt.of(contentCrc), file.toString());
            return part;
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE, "cannot read back " + file + ": " + e.getMessage(), null, e);
        } finally {
            clock.enter(before);
        }
    }
}
