package io.spillway.source.elasticsearch;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.json.MalformedJsonException;
import io.spillway.progress.Progress;
import io.spillway.progress.StageClock;
import io.spillway.source.PageReader;
import io.spillway.source.Slice;
import io.spillway.source.Snapshot;
import io.spillway.source.SnapshotHandle;
import io.spillway.source.SourceDescription;
import io.spillway.source.elasticsearch.Connection.Exchange;
import io.spillway.source.elasticsearch.ElasticsearchOptions.NotUtf8;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Paging;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Patience;
import java.io.IOException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.net.ssl.SSLException;
import org.apache.http.ConnectionClosedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Points in time, their exact count, and the state shared by their slices. Does not close the connection. */
final class ElasticsearchSnapshot implements Snapshot {
    private static final Logger LOG = LoggerFactory.getLogger(ElasticsearchSnapshot.class);

    /** Responses in memory may use half of the heap; the rest is for compressors, hashes and the client. */
    private static final double SHARE_OF_HEAP = 0.5;
    /** For each lane, one response being written and one being received. */
    private static final int ANSWERS_A_LANE = 2;
    /** No document above http.max_content_length's default of 100 MB gets into an index; escaping adds little. */
    private static final long LARGEST_ANSWER = 256L << 20;

    private final Connection connection;
    private final Dialect dialect;
    private final PointsInTime pits;
    private final Frozen frozen;
    private final int readers;
    private final int lanes;
    private final ElasticsearchOptions options;
    private final @Nullable String query;
    private final Paging paging;
    private final Pace pace;
    private final Semaphore largePages = new Semaphore(1);
    private final boolean checksHits;
    /** Null if another process owns the points in time. */
    private final @Nullable ScheduledExecutorService keepAlive;
    /** If a lane waits longer than this for its disk, it renews the keep-alive with an empty request. */
    private final Duration touchAfter;

    /**
     * What was found when the points in time were opened.
     *
     * @param takenAt      before they were opened
     * @param description  the indices and their fields
     * @param documents    number of documents in them
     * @param slices       number of slices
     * @param resultWindow the longest page
     * @param withVectors  whether pages have to ask for vectors that the server keeps apart
     */
    record Frozen(
            Instant takenAt,
            SourceDescription description,
            long documents,
            int slices,
            int resultWindow,
            boolean withVectors) {}

    /** A snapshot that owns its points in time: renews their keep-alive and closes them. */
    ElasticsearchSnapshot(
            Connection connection,
            Dialect dialect,
            PointsInTime pits,
            Frozen frozen,
            ElasticsearchOptions options,
            boolean checksHits) {
        this(
                connection,
                dialect,
                pits,
                frozen,
                options,
                checksHits,
                SlicePlan.lanes(options.paging(), frozen.slices()),
                true);
    }

    /** A snapshot whose points in time belong to another process, one of so many that this process reads at once. */
    static ElasticsearchSnapshot borrowed(
            Connection connection,
            Dialect dialect,
            PointsInTime pits,
            Frozen frozen,
            ElasticsearchOptions options,
            int readers) {
        return new ElasticsearchSnapshot(connection, dialect, pits, frozen, options, true, readers, false);
    }

    private ElasticsearchSnapshot(
            Connection connection,
            Dialect dialect,
            PointsInTime pits,
            Frozen frozen,
            ElasticsearchOptions options,
            boolean checksHits,
            int readers,
            boolean owned) {
        this.checksHits = checksHits;
        this.connection = connection;
        this.dialect = dialect;
        this.pits = pits;
        this.frozen = frozen;
        this.options = options;
        this.paging = options.paging();
        this.query = options.query();
        this.touchAfter = pits.keepAlive().dividedBy(3);
        this.readers = readers;
        this.lanes = SlicePlan.lanes(paging, frozen.slices());
        this.pace = new Pace(paging.maxShare());
        this.keepAlive = owned ? renewing() : null;
    }

    private ScheduledExecutorService renewing() {
        ScheduledExecutorService renewing = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "point-in-time-keep-alive");
            thread.setDaemon(true);
            return thread;
        });
        long period = Math.max(1, touchAfter.toMillis() / 2);
        var unused = renewing.scheduleWithFixedDelay(this::touch, period, period, TimeUnit.MILLISECONDS);
        return renewing;
    }

    @Override
    public Instant takenAt() {
        return frozen.takenAt();
    }

    @Override
    public SourceDescription description() {
        return frozen.description();
    }

    @Override
    public long documents() {
        return frozen.documents();
    }

    @Override
    public SnapshotHandle handle() {
        return SnapshotHandle.of(this, new ElasticsearchHandle(dialect, pits, frozen, query).toText());
    }

    @Override
    public String learned() {
        return ElasticsearchHandle.renamed(pits);
    }

    @Override
    public void learn(String learned) {
        pits.alsoClose(ElasticsearchHandle.ids(learned));
    }

    @Override
    public List<Slice> slices() {
        return IntStream.range(0, frozen.slices())
                .mapToObj(i -> new Slice(i, frozen.slices()))
                .toList();
    }

    @Override
    public int lanes() {
        return lanes;
    }

    @Override
    public long recount() throws SpillwayException, InterruptedException {
        Retry retry = new Retry(paging.patience());
        while (true) {
            IOException failure;
            Duration retryAfter = null;
            try {
                return count(connection, pits, options);
            } catch (Connection.ServerErrorException e) {
                switch (e.error().meaning()) {
                    case SNAPSHOT_LOST -> throw lost(e.error());
                    case REFUSED -> throw refused(e.error());
                    default -> {}
                }
                failure = e;
                retryAfter = e.error().retryAfter();
            } catch (IOException e) {
                failure = e;
            }
            if (!retry.pause(retryAfter)) {
                throw unavailable(connection, failure);
            }
        }
    }

    @Override
    public PageReader read(Slice slice, StageClock clock, Progress progress) {
        return new SlicePager(this, slice, clock, progress);
    }

    @Override
    public void close() {
        if (keepAlive != null) {
            keepAlive.shutdownNow();
            pits.close();
        }
    }

    String name() {
        return connection.server();
    }

    PointInTime pit(Slice slice) {
        return pits.of(slice);
    }

    /** The expected order of the hits of this slice. */
    HitOrder order(Slice slice) {
        PointInTime.Shard only = pit(slice).shard();
        return only == null
                ? new HitOrder(name(), description())
                : new HitOrder(name(), description(), List.of(only.index()));
    }

    Pace pace() {
        return pace;
    }

    Patience patience() {
        return paging.patience();
    }

    Duration requestTimeout() {
        return paging.requestTimeout();
    }

    NotUtf8 notUtf8() {
        return paging.notUtf8();
    }

    int resultWindow() {
        return frozen.resultWindow();
    }

    /** Whether {@link HitOrder} checks each page: always, except in the test of the fault campaign itself. */
    boolean checksHits() {
        return checksHits;
    }

    /** One at a time may hold an answer above {@link #answerLimit()}. */
    Semaphore largePages() {
        return largePages;
    }

    /** Bytes that every lane may have in memory twice at the same time. */
    int answerLimit() {
        return answerLimit(Runtime.getRuntime().maxMemory(), readers);
    }

    static int answerLimit(long heap, int lanes) {
        return (int) Math.min(LARGEST_ANSWER, (long) (heap * SHARE_OF_HEAP / (lanes * ANSWERS_A_LANE + 2)));
    }

    /** Bytes that one lane may have in memory while it is the only one above {@link #answerLimit()}. */
    int largestAnswer() {
        // Snapshots of other processes do not wait for each other's large answers.
        return (int) Math.min(LARGEST_ANSWER, Runtime.getRuntime().maxMemory() / 4 / (keepAlive == null ? readers : 1));
    }

    /** Target size of pages: the configured size, reduced if a response twice as long would not fit. */
    long pageBytes() {
        return Math.min(paging.pageBytes(), answerLimit() / 2);
    }

    /** Requests a page after a pause; {@code sent} is called when the request is sent. */
    Exchange send(
            Slice slice,
            int size,
            byte @Nullable [] after,
            AnswerBuffer buffer,
            int limit,
            Duration pause,
            Runnable sent) {
        byte[] page = SearchRequest.page(pit(slice), slice, query, size, after, frozen.withVectors());
        return connection.send("POST", SearchRequest.PATH, page, buffer, limit, pause, sent);
    }

    /** Index and id of the document after {@code after}, requested without its source. */
    String nameOfNext(Slice slice, byte @Nullable [] after) throws IOException, InterruptedException {
        var answer =
                connection.ask("POST", SearchRequest.PATH, SearchRequest.identity(pit(slice), slice, query, after));
        var hit = answer.path("hits").path("hits").path(0);
        return "document " + hit.path("_id") + " in index " + hit.path("_index");
    }

    SpillwayException lost(ServerError error) {
        return new SpillwayException(
                Fault.SNAPSHOT_LOST,
                "the point in time on " + description().name() + " was lost: " + error,
                "a node was restarted, an index was moved, closed or deleted, or the keep-alive expired");
    }

    SpillwayException refused(ServerError error) {
        return IndexFacts.refused(connection, description().name(), error);
    }

    /** Renews the keep-alive of points in time that no lane has used for long. */
    private void touch() {
        for (PointInTime pit : pits.all()) {
            if (pit.idle().compareTo(touchAfter) >= 0 && !touch(pit)) {
                return;
            }
        }
    }

    private boolean touch(PointInTime pit) {
        try {
            var answer = connection.ask("POST", SearchRequest.PATH, SearchRequest.touch(pit));
            String named = answer.path("pit_id").textValue();
            if (named != null && pit.strangeness(named) == null) {
                pit.answered(named);
            }
            return true;
        } catch (IOException e) {
            LOG.warn("keep-alive of the point in time not renewed, will be retried cause={}", e.getMessage());
        } catch (InterruptedException e) {
            // The snapshot is being closed, and this thread ends with it.
            Thread.currentThread().interrupt();
        }
        return false;
    }

    /** Counts the documents of the points in time. */
    static long count(Connection connection, PointsInTime pits, ElasticsearchOptions options)
            throws IOException, InterruptedException, SpillwayException {
        long documents = 0;
        for (PointInTime pit : pits.all()) {
            documents += count(connection, pit, options);
        }
        return documents;
    }

    private static long count(Connection connection, PointInTime pit, ElasticsearchOptions options)
            throws IOException, InterruptedException, SpillwayException {
        AnswerBuffer buffer = new AnswerBuffer();
        Exchange exchange = connection.send(
                "POST",
                SearchRequest.PATH,
                SearchRequest.count(pit, options.query()),
                buffer,
                SearchRequest.MAX_SMALL_ANSWER);
        try {
            int status = exchange.await(options.paging().requestTimeout());
            if (status >= 300) {
                throw new Connection.ServerErrorException(exchange.error(status));
            }
            SearchAnswer answer = SearchAnswer.parse(buffer.bytes(), buffer.length());
            String incomplete = answer.incompleteness();
            if (incomplete == null) {
                incomplete = answer.total() < 0 ? "the response has no total" : pit.strangeness(answer);
            }
            if (incomplete != null) {
                throw new IOException("cannot count the snapshot: " + incomplete);
            }
            pit.answered(String.valueOf(answer.pitId()));
            return answer.total();
        } catch (MalformedJsonException | SearchAnswer.MalformedSourceException e) {
            throw new IOException("cannot count the snapshot: " + e.getMessage(), e);
        } finally {
            exchange.cancel();
        }
    }

    static SpillwayException unavailable(Connection connection, IOException cause) {
        String where = connection.server();
        String message = where + " did not answer: " + cause.getMessage();
        String hint = "check the URL, that the cluster is running, and the network between";
        if (isPlain(cause)) {
            message = where + " does not use TLS: " + cause.getMessage();
            hint = "use an http:// URL, or the port that supports TLS";
        } else if (isUnknownHost(cause)) {
            message = where + " cannot be reached: unknown host "
                    + connection.url().getHost();
            hint = "check the host name in the URL, and the name servers of this machine";
        } else if (isUntrusted(cause)) {
            message = "the certificate of " + where + " is not trusted: " + cause.getMessage();
            hint = "set its authority with ca-file or fingerprint, and use the host name of the certificate";
        } else if (isClosed(cause) && "http".equals(connection.url().getScheme())) {
            hint = "if this port uses TLS, use an https:// URL; otherwise check the network between";
        }
        return new SpillwayException(Fault.SOURCE_UNAVAILABLE, message, hint, cause);
    }

    /** Whether the response to a TLS handshake was not TLS. */
    private static boolean isPlain(IOException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SSLException
                    && String.valueOf(cause.getMessage()).contains("SSL message")) {
                return true;
            }
        }
        return false;
    }

    private static boolean isUnknownHost(IOException e) {
        Throwable cause = e;
        while (cause != null && !(cause instanceof UnknownHostException)) {
            cause = cause.getCause();
        }
        return cause != null;
    }

    /** Whether the connection was closed without a response. */
    private static boolean isClosed(IOException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            String message = String.valueOf(cause.getMessage());
            if (cause instanceof ConnectionClosedException
                    || message.contains("reset")
                    || message.contains("Connection closed")) {
                return true;
            }
        }
        return false;
    }

    /** Whether TLS itself failed, which retries do not fix. */
    static boolean isUntrusted(IOException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SSLException) {
                return true;
            }
        }
        return false;
    }
}
