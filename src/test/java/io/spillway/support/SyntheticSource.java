package io.spillway.support;

import io.spillway.fault.SpillwayException;
import io.spillway.json.JsonCursor;
import io.spillway.json.MalformedJsonException;
import io.spillway.progress.Progress;
import io.spillway.progress.Stage;
import io.spillway.progress.StageClock;
import io.spillway.source.Document;
import io.spillway.source.Document.Range;
import io.spillway.source.DocumentSource;
import io.spillway.source.Page;
import io.spillway.source.PageReader;
import io.spillway.source.Slice;
import io.spillway.source.Snapshot;
import io.spillway.source.SnapshotHandle;
import io.spillway.source.SourceDescription;
import io.spillway.source.SourceField;
import io.spillway.source.SourceSurvey;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Documents in memory as a source, spread over slices by a seed, so that one seed always gives the same slices. A
 * page's bytes are overwritten as soon as its reader moves on, so code that keeps a document longer writes garbage. Set
 * up before the first snapshot, safe for many threads from then on.
 */
public final class SyntheticSource implements DocumentSource {
    /** The time of every snapshot, unless a test sets another. */
    public static final Instant TAKEN_AT = Instant.parse("2026-11-21T03:00:00.123Z");

    private static final String INDEX = "\"synthetic\"";

    private final long seed;
    private final List<byte[]> documents;
    private int slices = 1;
    private int lanes = 1;
    private int pageSize = 10;
    private Instant takenAt = TAKEN_AT;

    private final AtomicInteger frozen = new AtomicInteger();
    private final AtomicInteger openSnapshots = new AtomicInteger();
    private final AtomicInteger openReaders = new AtomicInteger();

    private SyntheticSource(long seed, List<byte[]> documents) {
        this.seed = seed;
        this.documents = List.copyOf(documents);
    }

    /** A source of exactly these documents, which are JSON objects, in this order within a slice. */
    public static SyntheticSource of(String... documents) {
        return ofBytes(Arrays.stream(documents)
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList());
    }

    /** The same for documents that a string cannot represent. */
    public static SyntheticSource ofBytes(List<byte[]> documents) {
        return new SyntheticSource(1, documents);
    }

    /** So many documents of about 100 bytes. */
    public static SyntheticSource seeded(long seed, int documents) {
        return seeded(seed, documents, 60);
    }

    /** So many documents with that many random letters each, which compress to about three quarters. */
    public static SyntheticSource seeded(long seed, int documents, int letters) {
        Random random = new Random(seed);
        List<byte[]> made = new ArrayList<>();
        for (int i = 0; i < documents; i++) {
            StringBuilder text = new StringBuilder("{\"id\":").append(i).append(",\"text\":\"");
            for (int letter = 0; letter < letters; letter++) {
                text.append((char) ('0' + random.nextInt('[' - '0')));
            }
            made.add(text.append("\",\"more\":{\"é\":[1.00,-0.0,null]}}")
                    .toString()
                    .getBytes(StandardCharsets.UTF_8));
        }
        return new SyntheticSource(seed, made);
    }

    /** Spreads the documents over so many slices, some of which may be empty. */
    public SyntheticSource slices(int number) {
        slices = number;
        return this;
    }

    /** Allows so many slices to be read at the same time. */
    public SyntheticSource lanes(int number) {
        lanes = number;
        return this;
    }

    /** Puts so many documents into a page. */
    public SyntheticSource pageSize(int number) {
        pageSize = number;
        return this;
    }

    /** Sets the time of snapshots. */
    public SyntheticSource takenAt(Instant instant) {
        takenAt = instant;
        return this;
    }

    /** The documents as JSON Lines writes them, without line ends, in the order of the slices. */
    public List<String> lines() {
        return IntStream.range(0, slices)
                .mapToObj(this::inSlice)
                .flatMap(List::stream)
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .toList();
    }

    /** The number of snapshots taken. */
    public int frozen() {
        return frozen.get();
    }

    /** The number of snapshots that were not closed. */
    public int openSnapshots() {
        return openSnapshots.get();
    }

    /** The number of readers that were not closed. */
    public int openReaders() {
        return openReaders.get();
    }

    @Override
    public String name() {
        return "synthetic";
    }

    @Override
    public SourceSurvey survey() {
        return new SourceSurvey(
                description(),
                documents.size(),
                slices,
                lanes,
                0,
                0,
                List.of(),
                SourceSurvey.KEEP_ALIVE,
                null,
                List.of());
    }

    @Override
    public Snapshot freeze() {
        frozen.incrementAndGet();
        openSnapshots.incrementAndGet();
        return new Frozen();
    }

    @Override
    public Snapshot reopen(SnapshotHandle handle, int readers) {
        openSnapshots.incrementAndGet();
        return new Frozen();
    }

    @Override
    public void close() {}

    private static SourceDescription description() {
        return new SourceDescription(
                "synthetic",
                "1.0",
                "synthetic",
                List.of("synthetic-1"),
                1,
                false,
                List.of(new SourceField("id", "long"), new SourceField("text", "text")));
    }

    private List<byte[]> inSlice(int slice) {
        Random random = new Random(seed);
        return documents.stream()
                .filter(document -> random.nextInt(slices) == slice)
                .toList();
    }

    private final class Frozen implements Snapshot {
        private volatile boolean closed;

        @Override
        public Instant takenAt() {
            return takenAt;
        }

        @Override
        public SourceDescription description() {
            return SyntheticSource.description();
        }

        @Override
        public long documents() {
            return documents.size();
        }

        @Override
        public List<Slice> slices() {
            return IntStream.range(0, slices)
                    .mapToObj(number -> new Slice(number, slices))
                    .toList();
        }

        @Override
        public SnapshotHandle handle() {
            return SnapshotHandle.of(this, "synthetic");
        }

        @Override
        public int lanes() {
            return lanes;
        }

        @Override
        public PageReader read(Slice slice, StageClock clock, Progress progress) {
            openReaders.incrementAndGet();
            return new Reader(this, slice.number(), inSlice(slice.number()), clock, progress);
        }

        @Override
        public synchronized void close() {
            if (!closed) {
                closed = true;
                openSnapshots.decrementAndGet();
            }
        }
    }

    private final class Reader implements PageReader {
        private final Frozen snapshot;
        private final int slice;
        private final List<byte[]> rest;
        private final StageClock clock;
        private final Progress progress;
        private byte[] page = new byte[0];
        private int next;
        private boolean closed;

        Reader(Frozen snapshot, int slice, List<byte[]> documents, StageClock clock, Progress progress) {
            this.snapshot = snapshot;
            this.slice = slice;
            this.rest = documents;
            this.clock = clock;
            this.progress = progress;
        }

        @Override
        public Optional<Page> next() throws SpillwayException, InterruptedException {
            Stage before = clock.enter(Stage.READING);
            try {
                overwrite();
                if (snapshot.closed || closed) {
                    throw new IllegalStateException("a page was requested after the end");
                }
                if (Thread.interrupted()) {
                    throw new InterruptedException("while reading a page");
                }
                progress.requested();
                List<byte[]> documentsInPage = rest.subList(next, Math.min(rest.size(), next + pageSize));
                next += documentsInPage.size();
                return documentsInPage.isEmpty() ? Optional.empty() : Optional.of(page(documentsInPage));
            } finally {
                clock.enter(before);
            }
        }

        private Page page(List<byte[]> sources) {
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            answer.writeBytes(INDEX.getBytes(StandardCharsets.UTF_8));
            List<Range> ids = new ArrayList<>();
            List<Range> ranges = new ArrayList<>();
            for (byte[] source : sources) {
                byte[] id = ("\"" + Arrays.hashCode(source) + "\"").getBytes(StandardCharsets.UTF_8);
                ids.add(new Range(answer.size(), answer.size() + id.length));
                answer.writeBytes(id);
                ranges.add(new Range(answer.size(), answer.size() + source.length));
                answer.writeBytes(source);
            }
            page = answer.toByteArray();
            List<Document> made = new ArrayList<>();
            int first = next - sources.size();
            for (int i = 0; i < sources.size(); i++) {
                // Each slice is a shard of its own, and every other number is that of a nested document.
                long place = ((long) slice << 32) | (2L * (first + i) + 1);
                made.add(document(ranges.get(i), ids.get(i), place));
            }
            return new Page(made, page.length);
        }

        private Document document(Range range, Range id, long place) {
            try {
                JsonCursor cursor = new JsonCursor(page, range.start(), range.end());
                int start = cursor.skipDocument();
                Range source = new Range(start, cursor.position());
                return new Document(
                        page, source, cursor.findings(), id, new Range(0, INDEX.length()), Range.NONE, place);
            } catch (MalformedJsonException e) {
                throw new IllegalArgumentException("a test's document is not JSON", e);
            }
        }

        /** Does what a pooled buffer does to a reader that still uses it. */
        private void overwrite() {
            Arrays.fill(page, (byte) '?');
        }

        @Override
        public void close() {
            overwrite();
            if (!closed) {
                closed = true;
                openReaders.decrementAndGet();
            }
        }
    }
}
