package io.spillway.source.elasticsearch;

import com.fasterxml.jackson.databind.JsonNode;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.json.MalformedJsonException;
import io.spillway.source.DocumentSource;
import io.spillway.source.Snapshot;
import io.spillway.source.SnapshotHandle;
import io.spillway.source.SourceDescription;
import io.spillway.source.SourceSurvey;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Patience;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Vectors;
import io.spillway.source.elasticsearch.SearchAnswer.MalformedSourceException;
import io.spillway.source.elasticsearch.SourceStorage.VectorField;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.http.ContentTooLongException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Documents of one index, alias, data stream or pattern of an Elasticsearch or OpenSearch cluster. Needs only the index
 * privileges {@code read} and {@code view_index_metadata}. Used by one export at a time; closing it closes its connections.
 */
public final class ElasticsearchSource implements DocumentSource {
    private static final Logger LOG = LoggerFactory.getLogger(ElasticsearchSource.class);
    /** Before a snapshot exists nothing is lost by giving up early, and a wrong URL should be reported soon. */
    private static final Duration FIRST_CONTACT = Duration.ofSeconds(10);

    private static final int SAMPLE_DOCUMENTS = 100;
    /** A name that resolves to other indices this often within moments is being changed continuously. */
    private static final int MAX_ATTEMPTS = 3;

    private final ElasticsearchOptions options;
    private final Connection connection;
    private final Clock clock;
    private final boolean checksHits;
    private @Nullable Dialect dialect;

    private ElasticsearchSource(ElasticsearchOptions options, Connection connection, Clock clock, boolean checksHits) {
        this.options = options;
        this.connection = connection;
        this.clock = clock;
        this.checksHits = checksHits;
    }

    /**
     * Prepares connections; sends nothing yet.
     *
     * @throws SpillwayException if the CA certificate cannot be read
     */
    public static ElasticsearchSource open(ElasticsearchOptions options) throws SpillwayException {
        return new ElasticsearchSource(options, Connection.open(options), Clock.systemUTC(), true);
    }

    /**
     * The same without {@link HitOrder}: only for the test that shows which wrong pages a fault campaign produces and that
     * counting alone accepts.
     */
    static ElasticsearchSource openUnchecked(ElasticsearchOptions options) throws SpillwayException {
        return new ElasticsearchSource(options, Connection.open(options), Clock.systemUTC(), false);
    }

    @Override
    public String name() {
        return options.index() + " at " + options.url();
    }

    @Override
    public SourceSurvey survey() throws SpillwayException {
        try {
            return patiently(() -> {
                Dialect found = dialect();
                IndexFacts facts = IndexFacts.find(connection, found, options);
                requireVectorsAllowed(facts, searchPath(facts), null);
                Anchored anchored = anchored(facts, clock.instant());
                SearchAnswer sample = sample(anchored);
                long bytes = sample.documents().stream()
                        .mapToLong(document -> document.length() + 1L)
                        .sum();
                SourceDescription description = anchored.facts().description();
                int slices = SlicePlan.slices(
                        found,
                        options.paging(),
                        description.shards(),
                        sample.total(),
                        anchored.facts().mostSlices());
                return new SourceSurvey(
                        description,
                        sample.total(),
                        slices,
                        SlicePlan.lanes(options.paging(), slices),
                        sample.documents().size(),
                        bytes,
                        sample.documents(),
                        keepAlive(found),
                        null,
                        List.of());
            });
        } catch (InterruptedException e) {
            throw SpillwayException.cancelled("while reading metadata of " + name(), e);
        }
    }

    @Override
    public Snapshot freeze() throws SpillwayException, InterruptedException {
        for (int attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
            Optional<Snapshot> snapshot = patiently(this::freezeOnce);
            if (snapshot.isPresent()) {
                return snapshot.get();
            }
        }
        throw new SpillwayException(
                Fault.SNAPSHOT_LOST,
                "\"%s\" resolved to other indices after its point in time was opened, %d times"
                        .formatted(options.index(), MAX_ATTEMPTS),
                "name the concrete indices, or export when no indices are created, deleted or renamed");
    }

    /**
     * Opens a point in time, then reads the metadata of its indices, so that mapping and settings cover the documents
     * in it: a mapping only grows. Empty if the name resolves to other indices by then.
     */
    private Optional<Snapshot> freezeOnce() throws SpillwayException, IOException, InterruptedException {
        Dialect server = dialect();
        Map<String, String> uuids = IndexFacts.uuids(connection, options.index());
        Duration keepAlive = keepAlive(server);
        Instant takenAt = clock.instant();
        PointsInTime pits = new SnapshotOpening(connection, server, options).open(uuids.keySet(), keepAlive);
        boolean kept = false;
        try {
            IndexFacts facts = IndexFacts.find(connection, server, options);
            if (!facts.uuids().equals(uuids)) {
                LOG.info("indices changed while the snapshot was taken index={}", options.index());
                return Optional.empty();
            }
            requireVectorsAllowed(facts, SearchRequest.PATH, pits);
            Anchored found = anchored(facts, takenAt);
            long documents = ElasticsearchSnapshot.count(connection, pits, found.options());
            int shards = facts.description().shards();
            int slices = server.numbersShards()
                    ? SlicePlan.slices(options.paging(), shards, documents, facts.mostSlices())
                    : pits.all().size();
            LOG.info("snapshot taken indices={} documents={}", uuids.keySet(), documents);
            kept = true;
            var frozen = new ElasticsearchSnapshot.Frozen(
                    takenAt,
                    found.facts().description(),
                    documents,
                    slices,
                    facts.resultWindow(),
                    facts.asksForVectors());
            return Optional.of(
                    new ElasticsearchSnapshot(connection, server, pits, frozen, found.options(), checksHits));
        } finally {
            if (!kept) {
                pits.close();
            }
        }
    }

    @Override
    public Snapshot reopen(SnapshotHandle handle, int readers) throws SpillwayException, InterruptedException {
        ElasticsearchHandle inner = ElasticsearchHandle.of(handle, options.index());
        Dialect server = inner.dialect();
        dialect = server;
        connection.name(server.title());
        Instant now = inner.frozen().description().reading().now();
        ElasticsearchOptions anchored = now == null || options.query() == null
                ? options
                : patiently(() -> anchored(IndexFacts.find(connection, server, options), now)
                        .options());
        inner.requireQuery(anchored.query());
        PointsInTime pits = new PointsInTime(PointInTimeCalls.of(connection, server), inner.pits());
        return ElasticsearchSnapshot.borrowed(connection, server, pits, inner.frozen(), anchored, readers);
    }

    /**
     * Refuses documents with vectors that the server keeps separately, unless rebuilt documents may be published. An
     * index whose mapping has such a field but whose documents do not is published as it is stored.
     */
    private void requireVectorsAllowed(IndexFacts facts, String path, @Nullable PointsInTime pits)
            throws IOException, InterruptedException, SpillwayException {
        List<VectorField> vectors = facts.vectors();
        if (vectors.isEmpty() || options.vectors() == Vectors.REBUILT) {
            return;
        }
        if (vectors.stream().allMatch(VectorField::isSearchable)) {
            boolean some = false;
            for (PointInTime pit : pits == null ? Collections.<@Nullable PointInTime>singleton(null) : pits.all()) {
                some |= hasAny(path, pit, vectors);
            }
            if (!some) {
                return;
            }
        }
        throw SourceStorage.vectorsLeftOut(vectors, facts.dialect());
    }

    private boolean hasAny(String path, @Nullable PointInTime pit, List<VectorField> vectors)
            throws IOException, InterruptedException {
        JsonNode answer = connection.ask("POST", path, SearchRequest.countAny(pit, vectors));
        JsonNode shards = answer.path("_shards");
        if (shards.path("failed").asInt(-1) != 0 || answer.path("timed_out").asBoolean(true)) {
            throw new IOException("cannot count the documents with vectors");
        }
        return answer.path("hits").path("total").path("value").asLong(-1) != 0;
    }

    private String searchPath(IndexFacts facts) {
        return IndexFacts.path(facts.description().indices(), options.index()) + SearchRequest.PATH;
    }

    /** The server's dialect, determined once. */
    private Dialect dialect() throws IOException, InterruptedException, SpillwayException {
        if (dialect == null) {
            dialect = ServerProbe.find(connection, options.index());
        }
        return dialect;
    }

    /** The keep-alive of points in time: the cluster's limit, if this client may read it. */
    private Duration keepAlive(Dialect server) throws InterruptedException {
        Duration allowed;
        try {
            allowed = PointInTimeCalls.of(connection, server).maxKeepAlive();
        } catch (IOException mayNotRequest) {
            return PointInTime.KEEP_ALIVE;
        }
        return allowed != null && allowed.compareTo(PointInTime.KEEP_ALIVE) < 0 ? allowed : PointInTime.KEEP_ALIVE;
    }

    private Anchored anchored(IndexFacts facts, Instant now) throws SpillwayException {
        if (options.query() == null) {
            return new Anchored(facts, options);
        }
        QueryTime.Anchored query = QueryTime.anchor(options.query(), facts.fields(), now);
        return new Anchored(facts.at(query.now()), options.withQuery(query.query()));
    }

    /** The facts about the indices, and the options with a query that has one meaning for the whole run. */
    private record Anchored(IndexFacts facts, ElasticsearchOptions options) {}

    @Override
    public void close() {
        connection.close();
    }

    /** Some documents; fewer if that many exceed the server's limits, its result window or this heap. */
    private SearchAnswer sample(Anchored found) throws IOException, InterruptedException, SpillwayException {
        int size = Math.min(SAMPLE_DOCUMENTS, found.facts().resultWindow());
        while (true) {
            try {
                return sample(found, size);
            } catch (Connection.ServerErrorException e) {
                if (e.error().meaning() == ServerError.Meaning.UNREADABLE_DOCUMENT) {
                    throw new SpillwayException(
                            Fault.SOURCE_REFUSED,
                            connection.name() + " cannot read a document of \"" + options.index() + "\": " + e.error(),
                            "it was not stored as JSON in UTF-8; an export names it",
                            e);
                } else if (size == 1 || e.error().meaning() != ServerError.Meaning.SHORTER_PAGE) {
                    throw e;
                }
            } catch (IOException e) {
                if (size == 1
                        || !(e instanceof ContentTooLongException || e.getCause() instanceof ContentTooLongException)) {
                    throw e;
                }
            }
            size /= 2;
        }
    }

    private SearchAnswer sample(Anchored found, int size) throws IOException, InterruptedException, SpillwayException {
        String path = searchPath(found.facts());
        byte[] request = SearchRequest.sample(
                found.options().query(), size, found.facts().asksForVectors());
        AnswerBuffer buffer = new AnswerBuffer();
        int limit = (int) Math.min(Integer.MAX_VALUE - 8, Runtime.getRuntime().maxMemory() / 4);
        var exchange = connection.send("POST", path, request, buffer, limit);
        try {
            int status = exchange.await(options.paging().requestTimeout());
            if (status >= 300) {
                throw new Connection.ServerErrorException(exchange.error(status));
            }
            return size == 1
                    ? SearchAnswer.parseSingle(buffer.bytes(), buffer.length())
                    : SearchAnswer.parse(buffer.bytes(), buffer.length());
        } catch (MalformedJsonException e) {
            throw new IOException("cannot read a sample of " + options.index() + ": " + e.getMessage(), e);
        } catch (MalformedSourceException e) {
            if (e.isHiding()) {
                return sample(found, Math.max(1, Math.min(e.before(), size - 1)));
            }
            throw new SpillwayException(
                    Fault.SOURCE_REFUSED,
                    String.valueOf(e.getMessage()),
                    "reindex it as UTF-8 JSON, or exclude it with a query",
                    e);
        } finally {
            exchange.cancel();
        }
    }

    /** Retries a few times, so that a temporary failure of a request does not cancel a scheduled export. */
    private <T> T patiently(Question<T> question) throws SpillwayException, InterruptedException {
        Patience patience = options.paging().patience();
        Duration limit = patience.giveUpAfter().compareTo(FIRST_CONTACT) < 0 ? patience.giveUpAfter() : FIRST_CONTACT;
        Retry retry =
                new Retry(new Patience(patience.firstPause(), patience.longestPause(), limit, patience.shardTries()));
        while (true) {
            try {
                return question.ask();
            } catch (Connection.ServerErrorException e) {
                // A missing index is refused by name when it is looked up again; a lost point in time is opened again.
                if (e.error().meaning() == ServerError.Meaning.REFUSED) {
                    throw IndexFacts.refused(connection, options.index(), e.error());
                }
                if (!retry.pause(e.error().retryAfter())) {
                    throw ElasticsearchSnapshot.unavailable(connection, e);
                }
            } catch (IOException e) {
                if (ElasticsearchSnapshot.isUntrusted(e) || !retry.pause(null)) {
                    throw ElasticsearchSnapshot.unavailable(connection, e);
                }
            }
        }
    }

    private interface Question<T> {
        T ask() throws IOException, InterruptedException, SpillwayException;
    }
}
