package io.spillway.source.repository;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.json.JsonCursor;
import io.spillway.progress.Progress;
import io.spillway.progress.StageClock;
import io.spillway.source.Document;
import io.spillway.source.Fetched;
import io.spillway.source.PageReader;
import io.spillway.source.Slice;
import io.spillway.source.Snapshot;
import io.spillway.source.SnapshotHandle;
import io.spillway.source.SourceDescription;
import io.spillway.source.SourceSurvey;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The documents of indices in one snapshot, counted from the lists of their segments. A slice is a stretch of the numbers of
 * all documents, in the order of indices, shards and segments.
 */
final class RepositorySnapshot implements Snapshot {
    private final BlobStore store;
    private final SnapshotContent content;
    private final SourceDescription description;
    private final RepositoryOptions.Reading reading;
    private final List<Shard> shards;
    private final int slices;

    /** A snapshot all of whose shards were counted, in the order of their ordinals. */
    RepositorySnapshot(
            BlobStore store,
            SnapshotContent content,
            SourceDescription description,
            RepositoryOptions.Reading reading,
            List<Shard> shards) {
        this.store = store;
        this.content = content;
        this.description = description;
        this.reading = reading;
        this.shards = List.copyOf(shards);
        this.slices = SliceCounts.slices(
                reading,
                documents(),
                this.shards.stream().mapToLong(Shard::neededBytes).sum());
    }

    @Override
    public SnapshotHandle handle() {
        return SnapshotHandle.of(
                this,
                RepositoryHandle.toText(
                        content.entry().uuid(), shards.stream().map(Shard::size).toList()));
    }

    @Override
    public void learn(String learned) throws SpillwayException {
        for (RepositoryHandle.Verified verified : RepositoryHandle.verified(learned)) {
            shards.get(verified.ordinal()).files().markVerified(verified.files());
        }
    }

    /**
     * A part of a segment.
     *
     * @param ordinal the shard's number among all shards of the snapshot
     * @param shard   its shard
     * @param part    its segment
     * @param start   the first number in the segment
     * @param end     after the last number
     */
    record Stretch(int ordinal, Shard shard, Shard.Part part, int start, int end) {
        /** See {@link Document#place()}. */
        long place(int number) {
            return ((long) ordinal << Integer.SIZE) | (part.base() + number);
        }

        @Override
        public String toString() {
            return "segment %s of %s".formatted(part.segment().name(), shard);
        }
    }

    @Override
    public Instant takenAt() {
        return content.started();
    }

    @Override
    public SourceDescription description() {
        return description;
    }

    @Override
    public long documents() {
        return shards.stream().mapToLong(Shard::documents).sum();
    }

    @Override
    public @Nullable Fetched fetched() {
        return store.fetched();
    }

    /** How much of the snapshot an export reads. */
    SourceSurvey.Volume volume() {
        long all = shards.stream().mapToLong(shard -> shard.files().bytes()).sum();
        return new SourceSurvey.Volume(
                all,
                store.isRemote() ? shards.stream().mapToLong(Shard::neededBytes).sum() : all,
                store.fetched());
    }

    /** Also reads the files that no slice needed, so that each file of the snapshot was compared with its checksum. */
    @Override
    public long recount() throws SpillwayException, InterruptedException {
        long documents = 0;
        for (Shard shard : shards) {
            if (Thread.interrupted()) {
                throw new InterruptedException("while counting " + description.name());
            }
            try {
                documents += shard.recount();
            } catch (IOException | RuntimeException e) {
                throw failed(shard.toString(), e);
            }
        }
        return documents;
    }

    @Override
    public List<Slice> slices() {
        return IntStream.range(0, slices)
                .mapToObj(number -> new Slice(number, slices))
                .toList();
    }

    @Override
    public int lanes() {
        return SliceCounts.lanes(reading, slices);
    }

    @Override
    public PageReader read(Slice slice, StageClock clock, Progress progress) {
        return read(stretches(slice), clock);
    }

    /** Reads parts of segments, which may be of shards that this snapshot does not list. */
    PageReader read(List<Stretch> stretches, StageClock clock) {
        return new RepositoryPages(this, stretches, reading.pageBytes(), clock, true);
    }

    /** Reads a slice without comparing checksums, to estimate sizes. */
    PageReader sample(Slice slice) {
        return new RepositoryPages(this, stretches(slice), reading.pageBytes(), new StageClock(), false);
    }

    private List<Stretch> stretches(Slice slice) {
        try {
            return stretches(slice, shards.stream().map(Shard::size).toList(), shards::get);
        } catch (IOException impossible) {
            throw new IllegalStateException("shards that were counted cannot fail", impossible);
        }
    }

    /** Gives a shard by its ordinal. */
    interface ShardByOrdinal {
        /** Reads its list of files, if that was not read before. */
        Shard of(int ordinal) throws IOException;
    }

    /**
     * The parts of segments in a slice.
     *
     * @param sizes  of all shards
     * @param shards is asked only for shards that have a part in the slice
     */
    static List<Stretch> stretches(Slice slice, List<Integer> sizes, ShardByOrdinal shards) throws IOException {
        long all = sizes.stream().mapToLong(Integer::longValue).sum();
        long from = all * slice.number() / slice.of();
        long to = all * (slice.number() + 1) / slice.of();
        List<Stretch> found = new ArrayList<>();
        long before = 0;
        for (int ordinal = 0; ordinal < sizes.size(); ordinal++) {
            long end = before + sizes.get(ordinal);
            if (from < end && before < to) {
                Shard shard = shards.of(ordinal);
                long first = before;
                for (Shard.Part part : shard.parts()) {
                    int size = part.segment().size();
                    int start = (int) Math.max(0, Math.min(size, from - first));
                    int stop = (int) Math.max(0, Math.min(size, to - first));
                    if (start < stop && part.documents() > 0) {
                        found.add(new Stretch(ordinal, shard, part, start, stop));
                    }
                    first += size;
                }
            }
            before = end;
        }
        return found;
    }

    /** The failure to read a part of the snapshot. */
    SpillwayException failed(String what, Exception e) {
        return new Faults(store).ofSnapshot(content.entry(), what, e);
    }

    /** Refuses a document with bytes that are not UTF-8, unless they are to be replaced. */
    void requireUtf8(Document document) throws SpillwayException {
        if ((document.findings() & JsonCursor.NOT_UTF8) != 0 && !reading.replaceNotUtf8()) {
            throw new SpillwayException(
                    Fault.SOURCE_REFUSED,
                    "document " + document.idAsJson() + " in index " + document.indexAsJson()
                            + " has a string that is not UTF-8",
                    "reindex it, or replace such bytes by U+FFFD with source.not-utf8: replace");
        }
    }

    /** Nothing in the repository has to be released. */
    @Override
    public void close() {
        // Each slice closes its own files.
    }
}
