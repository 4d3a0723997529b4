package io.spillway.source.elasticsearch;

import io.spillway.fault.SpillwayException;
import io.spillway.progress.Progress;
import io.spillway.progress.StageClock;
import io.spillway.source.Document;
import io.spillway.source.Page;
import io.spillway.source.PageReader;
import io.spillway.source.Slice;
import io.spillway.source.Snapshot;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Anonymous;
import io.spillway.source.elasticsearch.ElasticsearchOptions.NotUtf8;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Paging;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Patience;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Trust;
import io.spillway.support.StubElasticsearch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Shortcuts from a scripted server through the public API to the resulting documents. */
final class StubSource {
    /** Survives every transient fault; pauses of milliseconds. */
    static final Patience PATIENT = patience(Duration.ofMinutes(1));
    /** Ends soon, for permanent faults. */
    static final Patience IMPATIENT = patience(Duration.ofMillis(60));
    /** About twenty of the small documents, so that few documents fill many pages. */
    static final long SMALL_PAGES = 2_000;

    private StubSource() {}

    static Patience patience(Duration giveUpAfter) {
        return new Patience(Duration.ofMillis(1), Duration.ofMillis(4), giveUpAfter, 3);
    }

    static Paging paging(int slices, Patience patience) {
        return new Paging(slices, 2, SMALL_PAGES, Duration.ofMinutes(1), 1.0, NotUtf8.STOP, patience);
    }

    static ElasticsearchSource open(StubElasticsearch server, Paging paging) throws SpillwayException {
        return ElasticsearchSource.open(new ElasticsearchOptions(
                server.url(), new Anonymous(), new Trust(null, null), StubElasticsearch.INDEX, null, paging));
    }

    /** Everything, slice after slice, in the order of arrival. */
    static List<String> readAll(StubElasticsearch server, Paging paging)
            throws SpillwayException, InterruptedException {
        return readAll(server, paging, new Progress());
    }

    static List<String> readAll(StubElasticsearch server, Paging paging, Progress progress)
            throws SpillwayException, InterruptedException {
        try (ElasticsearchSource source = open(server, paging);
                Snapshot snapshot = source.freeze()) {
            List<String> documents = new ArrayList<>();
            for (Slice slice : snapshot.slices()) {
                try (PageReader reader = snapshot.read(slice, new StageClock(), progress)) {
                    for (Optional<Page> page = reader.next(); page.isPresent(); page = reader.next()) {
                        documents.addAll(lines(page.get()));
                    }
                }
            }
            return documents;
        }
    }

    static List<String> lines(Page page) {
        return page.documents().stream().map(StubSource::line).toList();
    }

    static String line(Document document) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try {
            document.writeSource(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return line.toString(StandardCharsets.UTF_8);
    }
}
