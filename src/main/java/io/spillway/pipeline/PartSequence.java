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
 * The parts of one slice in one format: starts a new part when one is full, and verifies each by reading it back when
 * it is complete. Not thread-safe. Closing it early leaves an unfinished file, which the owner of the folder removes.
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
     * An empty sequence.
     *
     * @param slice the slice's number
     * @param name  file name prefix until numbers are known; unique in the folder
     * @param ready receives each part after it was completed and verified
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

    /** Receives complete parts. */
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

    /** Completes the last part and returns all parts in order; empty if nothing was written. */
    List<Part> finish() throws SpillwayException, InterruptedException {
        finishPart();
        return List.copyOf(parts);
    }

    /** Fields without a place in the format, with the number of documents of the slice that have them. */
    Map<String, Long> leftOut() {
        return leftOut;
    }

    /** The kinds of cells in the columns of all parts, if the format has columns. */
    ColumnKinds columnKinds() {
        return columnKinds;
    }

    /** Creates a part without documents, for an empty dump. */
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
