package io.spillway.source.elasticsearch;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.json.MalformedJsonException;
import io.spillway.source.DocumentSource;
import io.spillway.source.Snapshot;
import io.spillway.source.SourceSurvey;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Patience;
import io.spillway.source.elasticsearch.SearchAnswer.MalformedSourceException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.http.ContentTooLongException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Documents of one index, alias, data stream or pattern of an Elasticsearch cluster. Needs the index privileges
 * {@code read} and {@code view_index_metadata}, nothing else. Safe for one export at a time; closing it ends its
 * connections.
 */
public final class ElasticsearchSource implements DocumentSource {
    private static final Logger LOG = LoggerFactory.getLogger(ElasticsearchSource.class);
    /** Before a snapshot exists nothing is lost by giving up early, and a wrong address should be said soon. */
    private static final Duration FIRST_CONTACT = Duration.ofSeconds(10);

    private static final int SAMPLE_DOCUMENTS = 100;

    private final ElasticsearchOptions options;
    private final Connection connection;
    private final Clock clock;

    private ElasticsearchSource(ElasticsearchOptions options, Connection connection, Clock clock) {
        this.options = options;
        this.connection = connection;
        this.clock = clock;
    }

    /**
     * Prepares connections; sends nothing yet.
     *
     * @throws SpillwayException the CA certificate cannot be read
     */
    public static ElasticsearchSource open(ElasticsearchOptions options) throws SpillwayException {
        return new ElasticsearchSource(options, Connection.open(options), Clock.systemUTC());
    }

    @Override
    public String name() {
        return options.index() + " at " + options.url();
    }

    @Override
    public SourceSurvey survey() throws SpillwayException {
        try {
            return patiently(() -> {
                IndexFacts facts = IndexFacts.find(connection, options);
                SearchAnswer sample = sample(facts);
                long bytes = sample.documents().stream()
                        .mapToLong(document -> document.length() + 1L)
                        .sum();
                int slices =
                        SlicePlan.slices(options.paging(), facts.description().shards(), sample.total());
                return new SourceSurvey(
                        facts.description(),
                        sample.total(),
                        slices,
                        SlicePlan.lanes(options.paging(), slices),
                        sample.documents().size(),
                        bytes,
                        sample.documents());
            });
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SpillwayException(Fault.CANCELLED, "cancelled while looking at " + name(), null, e);
        }
    }

    @Override
    public Snapshot freeze() throws SpillwayException, InterruptedException {
        return patiently(() -> {
            IndexFacts facts = IndexFacts.find(connection, options);
            List<String> indices = IndexFacts.inPathList(facts.description().indices(), options.index());
            Instant takenAt = clock.instant();
            String id = connection
                    .ask(client -> client.openPointInTime(request -> request.index(indices)
                            .keepAlive(time -> time.time(PointInTime.keepAlive()))
                            .preference(options.copies().preference())
                            .routing(options.copies().routing())
                            .allowPartialSearchResults(false)))
                    .id();
            PointInTime pit = new PointInTime(connection, id);
            try {
                long documents = ElasticsearchSnapshot.count(connection, pit, options);
                LOG.info(
                        "snapshot taken indices={} documents={}",
                        facts.description().indices(),
                        documents);
                return new ElasticsearchSnapshot(connection, pit, takenAt, facts, documents, options);
            } catch (IOException | InterruptedException | RuntimeException | SpillwayException e) {
                pit.close();
                throw e;
            }
        });
    }

    @Override
    public void close() {
        connection.close();
    }

    /** Some documents; fewer where that many are too much for the server, for its window or for this heap. */
    private SearchAnswer sample(IndexFacts facts) throws IOException, InterruptedException, SpillwayException {
        int size = Math.min(SAMPLE_DOCUMENTS, facts.resultWindow());
        while (true) {
            try {
                return sample(facts, size);
            } catch (Connection.ServerErrorException e) {
                if (e.error().meaning() == ServerError.Meaning.UNREADABLE_DOCUMENT) {
                    throw new SpillwayException(
                            Fault.SOURCE_REFUSED,
                            "Elasticsearch cannot read a document of \"" + options.index() + "\": " + e.error(),
                            "it was stored in an encoding that is not JSON in UTF-8; export names it",
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

    private SearchAnswer sample(IndexFacts facts, int size)
            throws IOException, InterruptedException, SpillwayException {
        String indices = IndexFacts.inPath(facts.description().indices(), options.index());
        AnswerBuffer buffer = new AnswerBuffer();
        var exchange = connection.send(
                "POST", "/" + indices + SearchRequest.PATH, SearchRequest.sample(options.query(), size), buffer, (int)
                        Math.min(Integer.MAX_VALUE - 8, Runtime.getRuntime().maxMemory() / 4));
        try {
            int status = exchange.await(options.paging().requestTimeout());
            if (status >= 300) {
                throw new Connection.ServerErrorException(
                        ServerError.of(status, Connection.tree(buffer), exchange.retryAfter()));
            }
            return SearchAnswer.parse(buffer.bytes(), buffer.length());
        } catch (MalformedJsonException e) {
            throw new IOException("a sample of " + options.index() + " could not be read: " + e.getMessage(), e);
        } catch (MalformedSourceException e) {
            throw new SpillwayException(
                    Fault.SOURCE_REFUSED,
                    String.valueOf(e.getMessage()),
                    "index it again as UTF-8 JSON, or leave it out with a query",
                    e);
        } finally {
            exchange.cancel();
        }
    }

    /** Tries a few times: a question that fails for a moment is no reason to miss a night's export. */
    private <T> T patiently(Question<T> question) throws SpillwayException, InterruptedException {
        Patience patience = options.paging().patience();
        Duration limit = patience.giveUpAfter().compareTo(FIRST_CONTACT) < 0 ? patience.giveUpAfter() : FIRST_CONTACT;
        Retry retry =
                new Retry(new Patience(patience.firstPause(), patience.longestPause(), limit, patience.shardTries()));
        while (true) {
            try {
                return question.ask();
            } catch (Connection.ServerErrorException e) {
                // An index that has gone is refused by name when it is looked for again; a lost point in time is opened
                // again.
                if (e.error().meaning() == ServerError.Meaning.REFUSED) {
                    throw IndexFacts.refused(options.index(), e.error());
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
