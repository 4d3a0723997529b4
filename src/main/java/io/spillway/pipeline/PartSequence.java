package io.spillway.pipeline;

import io.spillway.dataset.DumpId;
import io.spillway.encode.ColumnKinds;
import io.spillway.encode.PartPlace;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.lanes.Background;
import io.spillway.manifest.Part;
import io.spillway.progress.Stage;
import io.spillway.progress.StageClock;
import io.spillway.source.Document;
import io.spillway.verify.PartCheck;
import io.spillway.verify.WrittenPart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The parts of one slice in one format: starts a new part when one is full, and syncs each to disk and verifies it by reading
 * it back when it is complete, while the next one is being written. Not thread-safe. Closing it early leaves an unfinished
 * file, which the owner of the folder removes.
 */
final class PartSequence implements AutoCloseable {
    /**
     * A compressor with more heap than this has ended before its part is read back: reading takes heap, too, and {@link
     * HeapRoom} allows for one of the two. Such codecs are much slower than reading back.
     */
    private static final long SMALL_COMPRESSOR = 1 << 20;

    private final Path folder;
    private final DumpId dump;
    private final int slice;
    private final IntFunction<String> names;
    private final PartFormat format;
    private final PartLimits limits;
    private final StageClock clock;
    private final Ready ready;
    private final @Nullable PartStore store;
    /** Written by the task in the background. */
    private final List<Part> parts = new ArrayList<>();

    /** What the store returned for each part; written by the task in the background. */
    private final List<String> sent = new ArrayList<>();

    private final Background background;
    private final Map<String, Long> leftOut = new TreeMap<>();
    private final ColumnKinds columnKinds = new ColumnKinds();
    private int begun;
    private @Nullable PartWriter open;
    /** A finished part whose check has not ended, and may not have begun. */
    private @Nullable PartWriter unchecked;

    /**
     * An empty sequence.
     *
     * @param slice the slice's number
     * @param names the name of the file of each part, numbered from 1; unique in the folder
     * @param ready receives each part after it was completed and verified, on a thread of its own
     * @param store gets each part's file, which is deleted then; null if the files stay in the folder
     */
    PartSequence(
            Path folder,
            DumpId dump,
            int slice,
            IntFunction<String> names,
            PartFormat format,
            PartLimits limits,
            StageClock clock,
            Ready ready,
            @Nullable PartStore store) {
        this.folder = folder;
        this.dump = dump;
        this.slice = slice;
        this.names = names;
        this.format = format;
        this.limits = limits;
        this.clock = clock;
        this.ready = ready;
        this.store = store;
        this.background = new Background(dump.dataset() + "-lane-check");
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
        awaitCheck();
        return List.copyOf(parts);
    }

    /** Where the parts wait, in the order of the parts; empty without a store. Call it after {@link #finish}. */
    List<String> sent() {
        return List.copyOf(sent);
    }

    /** Completes the last part and returns what the slice has in the format. */
    SliceResult.Written written() throws SpillwayException, InterruptedException {
        return new SliceResult.Written(
                finish(),
                sent(),
                leftOut,
                columnKinds,
                format.compression().library().orElse(null));
    }

    /** Creates a part without documents, for an empty dump. */
    Part finishEmpty() throws SpillwayException, InterruptedException {
        begin();
        return finish().get(0);
    }

    @Override
    public void close() {
        background.close();
        if (unchecked != null) {
            unchecked.abandon();
        }
        if (open != null) {
            open.close();
        }
    }

    private PartWriter begin() throws SpillwayException {
        int number = ++begun;
        Path file = folder.resolve(names.apply(number));
        Path scratch = file.resolveSibling(file.getFileName() + ".scratch");
        PartWriter part = new PartWriter(file, new PartPlace(dump, slice, number, scratch), format, clock);
        open = part;
        return part;
    }

    private void finishPart() throws SpillwayException, InterruptedException {
        PartWriter part = open;
        if (part != null) {
            WrittenPart written = part.finish();
            awaitCheck();
            unchecked = part;
            background.run(() -> {
                complete(part, written);
                return null;
            });
            if (format.heapBytes() > SMALL_COMPRESSOR) {
                awaitCheck();
            }
            columnKinds.add(part.columnKinds());
            part.leftOut().forEach((field, count) -> leftOut.merge(field, count, Long::sum));
            open = null;
        }
    }

    private void awaitCheck() throws SpillwayException, InterruptedException {
        Stage before = clock.enter(Stage.CHECKING);
        try {
            background.await();
            unchecked = null;
        } finally {
            clock.enter(before);
        }
    }

    /** In the background: from a written file to a verified part, and to the store if there is one. */
    private void complete(PartWriter writer, WrittenPart written) throws SpillwayException, InterruptedException {
        writer.sync();
        Path file = folder.resolve(written.name());
        try {
            Part part = PartCheck.readBack(Files.newInputStream(file), written, format.md5AndSha1(), file.toString());
            if (store != null) {
                sent.add(store.send(file, part));
                Files.deleteIfExists(file);
            }
            parts.add(part);
            ready.part(part);
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE, "cannot read back " + file + ": " + e.getMessage(), null, e);
        }
    }
}
