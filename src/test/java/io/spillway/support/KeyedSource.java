package io.spillway.support;

import io.spillway.fault.SpillwayException;
import io.spillway.json.JsonCursor;
import io.spillway.json.MalformedJsonException;
import io.spillway.progress.Progress;
import io.spillway.progress.StageClock;
import io.spillway.source.Document;
import io.spillway.source.Document.Range;
import io.spillway.source.DocumentSource;
import io.spillway.source.Page;
import io.spillway.source.PageReader;
import io.spillway.source.Slice;
import io.spillway.source.Snapshot;
import io.spillway.source.SourceDescription;
import io.spillway.source.SourceField;
import io.spillway.source.SourceSurvey;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Documents in memory with ids, indices and routings of their own, which change between snapshots. Not thread-safe. */
public final class KeyedSource implements DocumentSource {
    private static final int PAGE = 7;

    private List<Keyed> documents = List.of();
    private List<SourceField> fields = List.of(new SourceField("id", "keyword"), new SourceField("n", "long"));
    private Instant takenAt = SyntheticSource.TAKEN_AT;
    private int slices = 1;

    /**
     * A document.
     *
     * @param id      without quotes; has no escapes
     * @param index   its index
     * @param routing or null
     * @param source  one JSON object
     */
    public record Keyed(String id, String index, @Nullable String routing, String source) {
        /** The line of {@code jsonl} with {@code id: _id}. */
        public String line() {
            return "{\"_id\":\"" + id + "\",\"_index\":\"" + index + "\""
                    + (routing == null ? "" : ",\"_routing\":\"" + routing + "\"") + ",\"_source\":" + source + "}";
        }
    }

    /** Sets what the next snapshot has, and its time. */
    public KeyedSource now(Instant at, List<Keyed> all) {
        takenAt = at;
        documents = List.copyOf(all);
        return this;
    }

    /** Sets the mapping. */
    public KeyedSource fields(SourceField... mapped) {
        fields = List.of(mapped);
        return this;
    }

    /** Spreads the documents over so many slices. */
    public KeyedSource slices(int number) {
        slices = number;
        return this;
    }

    @Override
    public String name() {
        return "keyed";
    }

    private SourceDescription description() {
        return new SourceDescription("synthetic", "1.0", "keyed", List.of("keyed-1"), 1, false, fields);
    }

    @Override
    public SourceSurvey survey() {
        return new SourceSurvey(
                description(),
                documents.size(),
                slices,
                slices,
                0,
                0,
                List.of(),
                SourceSurvey.KEEP_ALIVE,
                null,
                List.of());
    }

    @Override
    public Snapshot freeze() {
        return new Frozen(documents, takenAt);
    }

    @Override
    public void close() {}

    private final class Frozen implements Snapshot {
        private final List<Keyed> all;
        private final Instant at;

        Frozen(List<Keyed> all, Instant at) {
            this.all = all;
            this.at = at;
        }

        @Override
        public Instant takenAt() {
            return at;
        }

        @Override
        public SourceDescription description() {
            return KeyedSource.this.description();
        }

        @Override
        public long documents() {
            return all.size();
        }

        @Override
        public List<Slice> slices() {
            return IntStream.range(0, slices)
                    .mapToObj(number -> new Slice(number, slices))
                    .toList();
        }

        @Override
        public int lanes() {
            return Math.min(2, slices);
        }

        @Override
        public PageReader read(Slice slice, StageClock clock, Progress progress) {
            List<Keyed> rest = IntStream.range(0, all.size())
                    .filter(i -> i % slices == slice.number())
                    .mapToObj(all::get)
                    .toList();
            return new Reader(slice.number(), rest);
        }

        @Override
        public void close() {}
    }

    private static final class Reader implements PageReader {
        private final int slice;
        private final List<Keyed> rest;
        private int next;

        Reader(int slice, List<Keyed> rest) {
            this.slice = slice;
            this.rest = rest;
        }

        @Override
        public Optional<Page> next() throws SpillwayException {
            int end = Math.min(rest.size(), next + PAGE);
            List<Document> page = new ArrayList<>();
            int bytes = 0;
            for (; next < end; next++) {
                page.add(document(rest.get(next), ((long) slice << 32) | next));
                bytes += rest.get(next).source().length();
            }
            return page.isEmpty() ? Optional.empty() : Optional.of(new Page(page, bytes));
        }

        private static Document document(Keyed keyed, long place) {
            StringBuilder text = new StringBuilder();
            Range id = put(text, '"' + keyed.id() + '"');
            Range index = put(text, '"' + keyed.index() + '"');
            Range routing = keyed.routing() == null ? Range.NONE : put(text, '"' + keyed.routing() + '"');
            int from = text.toString().getBytes(StandardCharsets.UTF_8).length;
            byte[] bytes = text.append(keyed.source()).toString().getBytes(StandardCharsets.UTF_8);
            try {
                JsonCursor cursor = new JsonCursor(bytes, from, bytes.length);
                int start = cursor.skipDocument();
                return new Document(
                        bytes, new Range(start, cursor.position()), cursor.findings(), id, index, routing, place);
            } catch (MalformedJsonException e) {
                throw new IllegalArgumentException("a test's document is not JSON", e);
            }
        }

        /** Ids and names of indices in tests are ASCII. */
        private static Range put(StringBuilder text, String json) {
            text.append(json);
            return new Range(text.length() - json.length(), text.length());
        }

        @Override
        public void close() {}
    }
}
