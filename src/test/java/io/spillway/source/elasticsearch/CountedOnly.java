package io.spillway.source.elasticsearch;

import io.spillway.fault.SpillwayException;
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
import io.spillway.source.SourceSurvey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A source whose documents are only counted: neither the order of its hits is checked nor where they are in their shards. For
 * the test that a fault campaign finds what counting does not.
 */
public final class CountedOnly implements DocumentSource {
    private final ElasticsearchSource source;

    private CountedOnly(ElasticsearchSource source) {
        this.source = source;
    }

    /** Opens such a source. */
    public static DocumentSource open(ElasticsearchOptions options) throws SpillwayException {
        return new CountedOnly(ElasticsearchSource.openUnchecked(options));
    }

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public SourceSurvey survey() throws SpillwayException {
        return source.survey();
    }

    @Override
    public Snapshot freeze() throws SpillwayException, InterruptedException {
        return new WithoutPlaces(source.freeze());
    }

    @Override
    public void close() {
        source.close();
    }

    private record WithoutPlaces(Snapshot snapshot) implements Snapshot {
        @Override
        public Instant takenAt() {
            return snapshot.takenAt();
        }

        @Override
        public SourceDescription description() {
            return snapshot.description();
        }

        @Override
        public long documents() {
            return snapshot.documents();
        }

        @Override
        public long recount() throws SpillwayException, InterruptedException {
            return snapshot.recount();
        }

        @Override
        public List<Slice> slices() {
            return snapshot.slices();
        }

        @Override
        public int lanes() {
            return snapshot.lanes();
        }

        @Override
        public PageReader read(Slice slice, StageClock clock, Progress progress) throws SpillwayException {
            PageReader reader = snapshot.read(slice, clock, progress);
            return new PageReader() {
                @Override
                public Optional<Page> next() throws SpillwayException, InterruptedException {
                    return reader.next()
                            .map(page -> new Page(
                                    page.documents().stream()
                                            .map(CountedOnly::withoutPlace)
                                            .toList(),
                                    page.bytes()));
                }

                @Override
                public void close() {
                    reader.close();
                }
            };
        }

        @Override
        public void close() {
            snapshot.close();
        }
    }

    private static Document withoutPlace(Document document) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            document.writeSource(bytes);
            int source = bytes.size();
            bytes.write(document.idAsJson().getBytes(StandardCharsets.UTF_8));
            int id = bytes.size();
            bytes.write(document.indexAsJson().getBytes(StandardCharsets.UTF_8));
            return new Document(
                    bytes.toByteArray(),
                    new Range(0, source),
                    0,
                    new Range(source, id),
                    new Range(id, bytes.size()),
                    Range.NONE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
