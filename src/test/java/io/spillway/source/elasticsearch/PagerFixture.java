package io.spillway.source.elasticsearch;

import static io.spillway.source.elasticsearch.StubSource.PATIENT;
import static io.spillway.source.elasticsearch.StubSource.paging;
import static io.spillway.source.elasticsearch.StubSource.readAll;
import static io.spillway.support.StubElasticsearch.error;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.spillway.fault.SpillwayException;
import io.spillway.progress.Progress;
import io.spillway.progress.StageClock;
import io.spillway.source.Page;
import io.spillway.source.PageReader;
import io.spillway.source.Slice;
import io.spillway.source.Snapshot;
import io.spillway.source.elasticsearch.ElasticsearchOptions.NotUtf8;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Paging;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Patience;
import io.spillway.support.StubElasticsearch;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;

/** What the tests of reading pages share: a scripted server with 300 documents in three shards, its faults, and shortcuts. */
abstract class PagerFixture {
    static final int SHARDS = 3;
    static final String SHARDS_OK = "\"successful\":3,\"skipped\":0,\"failed\":0";
    static final String GONE =
            "\"failures\":[{\"shard\":1,\"index\":\"books\",\"node\":\"n\",\"reason\":{\"type\":\"node_disconnected_exception\",\"reason\":\"[n][10.0.0.2:9300]"
                    + " disconnected\"}}]";
    static final String BREAKER = error(
            "circuit_breaking_exception", "[parent] Data too large, data for [<http_request>] would be [1gb]", 429);
    static final String REJECTED = error("es_rejected_execution_exception", "rejected execution", 429);
    static final String UNREADABLE =
            error("not_x_content_exception", "Compressor detection can only be called on some xcontent bytes", 500);

    /** Pages as long as the index allows. */
    static final Paging FULL_PAGES = new Paging(1, 1, 1 << 20, Duration.ofMinutes(1), 1.0, NotUtf8.STOP, PATIENT);

    StubElasticsearch server = StubElasticsearch.of(300, SHARDS);

    @AfterEach
    void close() {
        server.close();
    }

    SpillwayException failure(Paging paging) {
        return catchThrowableOfType(SpillwayException.class, () -> readAll(server, paging));
    }

    static List<String> readSlice(Snapshot snapshot, Slice slice) throws Exception {
        try (PageReader reader = snapshot.read(slice, new StageClock(), new Progress())) {
            return drain(reader);
        }
    }

    static List<String> drain(PageReader reader) throws SpillwayException, InterruptedException {
        List<String> documents = new ArrayList<>();
        for (Optional<Page> page = reader.next(); page.isPresent(); page = reader.next()) {
            documents.addAll(StubSource.lines(page.get()));
        }
        return documents;
    }

    /** As many lanes as allowed: then the memory for each answer is smallest. */
    static Paging manyLanes(Patience patience) {
        return new Paging(64, 64, 1 << 20, Duration.ofMinutes(1), 1.0, NotUtf8.STOP, patience);
    }

    static StubElasticsearch.Fault edit(String was, String is) {
        return StubElasticsearch.Fault.editing(answer -> answer.replace(was, is));
    }

    static StubElasticsearch.Fault goneShard() {
        return edit(SHARDS_OK, "\"successful\":2,\"skipped\":0,\"failed\":1," + GONE);
    }

    static byte[] notUtf8() {
        ByteArrayOutputStream source = new ByteArrayOutputStream();
        source.writeBytes("{\"n\":\"".getBytes(UTF_8));
        source.writeBytes(HexFormat.of().parseHex("C0A2"));
        source.writeBytes("\"}".getBytes(UTF_8));
        return source.toByteArray();
    }

    void withDocument(int number, byte[] source) {
        List<byte[]> sources = new ArrayList<>(Arrays.asList(new byte[300][]));
        sources.replaceAll(nothing -> "{\"n\":1}\n".getBytes(UTF_8));
        sources.set(number, source);
        replaceServer(new StubElasticsearch(sources, SHARDS));
    }

    void replaceServer(StubElasticsearch other) {
        server.close();
        server = other;
    }
}
