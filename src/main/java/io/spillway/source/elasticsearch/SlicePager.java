package io.spillway.source.elasticsearch;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.json.JsonCursor;
import io.spillway.json.MalformedJsonException;
import io.spillway.progress.Progress;
import io.spillway.progress.Stage;
import io.spillway.progress.StageClock;
import io.spillway.source.Document;
import io.spillway.source.Page;
import io.spillway.source.PageReader;
import io.spillway.source.Slice;
import io.spillway.source.elasticsearch.Connection.Exchange;
import io.spillway.source.elasticsearch.ElasticsearchOptions.NotUtf8;
import io.spillway.source.elasticsearch.SearchAnswer.MalformedSourceException;
import io.spillway.source.elasticsearch.ServerError.Meaning;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.http.ContentTooLongException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one slice of a point in time. A page is committed only after its whole response was parsed and every shard has
 * answered; until then, retries request the page after the previous page's sort values. While one page is being
 * processed, the next is being received.
 */
final class SlicePager implements PageReader {
    private static final Logger LOG = LoggerFactory.getLogger(SlicePager.class);

    private final ElasticsearchSnapshot snapshot;
    private final Slice slice;
    private final PointInTime pit;
    private final StageClock clock;
    private final Progress progress;
    private final PageSizer sizer;
    private final HitOrder order;

    private byte @Nullable [] committed;
    private @Nullable Exchange ahead;
    private byte @Nullable [] aheadAfter;
    private @Nullable AnswerBuffer current;
    private @Nullable AnswerBuffer spare;
    private boolean exhausted;
    private boolean alone;
    /** Number of documents to request because of a comment, otherwise 0: those before the document with it, or 1. */
    private int apart;

    private long notBefore = System.nanoTime();

    SlicePager(ElasticsearchSnapshot snapshot, Slice slice, StageClock clock, Progress progress) {
        this.snapshot = snapshot;
        this.slice = slice;
        this.clock = clock;
        this.progress = progress;
        this.sizer = new PageSizer(snapshot.pageBytes(), snapshot.resultWindow());
        this.pit = snapshot.pit(slice);
        this.order = snapshot.order(slice);
    }

    @Override
    public Optional<Page> next() throws SpillwayException, InterruptedException {
        if (exhausted) {
            return Optional.empty();
        }
        Stage before = clock.enter(Stage.READING);
        try {
            releaseLargePage();
            spare = current;
            current = null;
            SearchAnswer answer = fetch();
            int bytes = answer.length();
            if (answer.documents().isEmpty()) {
                exhausted = true;
                return Optional.empty();
            }
            for (Document document : answer.documents()) {
                check(document);
            }
            if (snapshot.checksHits()) {
                order.check(answer);
            }
            byte[] sort = answer.lastSort();
            if (aheadAfter != null && !Arrays.equals(aheadAfter, sort)) {
                dropAhead();
            }
            committed = sort;
            apart = apart > 1 ? 1 : 0;
            sizer.learn(answer.documents().size(), answer.hitBytes());
            return Optional.of(new Page(answer.documents(), bytes));
        } finally {
            clock.enter(before);
        }
    }

    @Override
    public void close() {
        dropAhead();
        releaseLargePage();
    }

    /** One complete and checked response after the committed sort values, with retries. */
    private SearchAnswer fetch() throws SpillwayException, InterruptedException {
        Retry retry = new Retry(snapshot.patience());
        while (true) {
            Exchange exchange = ahead != null ? ahead : send(committed);
            ahead = null;
            ServerError error;
            try {
                waitUntil(exchange.notBefore());
                int status = exchange.await(snapshot.requestTimeout());
                AnswerBuffer answered = exchange.buffer();
                exchangeDone(exchange);
                if (status < 300) {
                    requestAhead(answered);
                    SearchAnswer answer = walk(answered);
                    String incomplete = answer.incompleteness();
                    if (incomplete == null) {
                        incomplete = pit.strangeness(answer);
                    }
                    if (incomplete == null) {
                        return accept(answer, answered);
                    }
                    error = answer.shardError().types().isEmpty()
                            ? new ServerError(status, Set.of(), incomplete, null)
                            : answer.shardError();
                } else {
                    error = exchange.error(status);
                    spare = answered;
                }
            } catch (IOException e) {
                // The client may still be writing to this buffer, so it is not used again.
                exchange.cancel();
                error = e instanceof ContentTooLongException || e.getCause() instanceof ContentTooLongException
                        ? new ServerError(
                                413, Set.of("content_too_long_exception"), String.valueOf(e.getMessage()), null)
                        : new ServerError(0, Set.of(), String.valueOf(e.getMessage()), null);
            } catch (MalformedSourceException e) {
                dropAhead();
                setApart(e);
                continue;
            } catch (MalformedJsonException e) {
                error = new ServerError(200, Set.of(), "the response is incomplete: " + e.getMessage(), null);
            } catch (InterruptedException e) {
                exchange.cancel();
                throw e;
            }
            dropAhead();
            recover(error, retry);
        }
    }

    private SearchAnswer walk(AnswerBuffer answered) throws MalformedJsonException, MalformedSourceException {
        Stage before = clock.enter(Stage.ENCODING);
        try {
            return apart == 1
                    ? SearchAnswer.parseSingle(answered.bytes(), answered.length(), pit.form())
                    : SearchAnswer.parse(answered.bytes(), answered.length(), pit.form());
        } finally {
            clock.enter(before);
        }
    }

    /** A document that hides what follows it is requested alone, after the documents before it have been read. */
    private void setApart(MalformedSourceException e) throws SpillwayException {
        int wanted = Math.max(1, e.before());
        if (!e.isHiding() || (apart > 0 && wanted >= apart)) {
            throw new SpillwayException(
                    Fault.SOURCE_REFUSED,
                    "a document cannot be published: " + e.getMessage(),
                    "reindex it as UTF-8 JSON, or exclude it with a query",
                    e);
        }
        LOG.info(
                "a document ends in a comment without a line end slice={} cause=\"{}\"",
                slice.number(),
                e.getMessage());
        apart = wanted;
        sizer.shorten();
    }

    private SearchAnswer accept(SearchAnswer answer, AnswerBuffer answered) throws SpillwayException {
        if (answer.withoutSource() > 0) {
            throw new SpillwayException(
                    Fault.SOURCE_REFUSED,
                    answer.withoutSource() + " documents of "
                            + snapshot.description().name() + " have no source",
                    "an index with \"_source\": {\"enabled\": false} cannot be exported: reindex the documents"
                            + " with it");
        }
        if (answer.pitId() != null) {
            pit.answered(answer.pitId());
        }
        snapshot.pace().answered();
        current = answered;
        return answer;
    }

    /** Reacts to a failed attempt: returns to retry, throws if that cannot help. */
    private void recover(ServerError error, Retry retry) throws SpillwayException, InterruptedException {
        Meaning meaning = error.meaning();
        LOG.info(
                "page failed slice={} documents={} meaning={} cause=\"{}\"",
                slice.number(),
                sizer.documents(),
                meaning,
                error);
        switch (meaning) {
            case SNAPSHOT_LOST -> throw snapshot.lost(error);
            case REFUSED -> throw snapshot.refused(error);
            case SHARD_GONE -> {
                if (retry.failures() + 1 >= snapshot.patience().shardTries()) {
                    throw snapshot.lost(error);
                }
                pause(retry, error);
            }
            case UNREADABLE_DOCUMENT -> {
                if (!sizer.shorten()) {
                    throw new SpillwayException(
                            Fault.SOURCE_REFUSED,
                            "the server cannot read " + nextDocument() + ": " + error,
                            "it was not stored as JSON in UTF-8: reindex or delete it");
                }
            }
            case SHORTER_PAGE -> shorten(error, retry);
            case RETRY -> {
                if (error.status() == 429) {
                    snapshot.pace().rejected();
                }
                pause(retry, error);
            }
        }
        progress.retried();
    }

    private void shorten(ServerError error, Retry retry) throws SpillwayException, InterruptedException {
        boolean tooLong = error.types().contains("content_too_long_exception");
        if (!tooLong) {
            // The node is short of memory: it needs a pause, whatever the size of the next page.
            snapshot.pace().rejected();
            sizer.shorten();
            pause(retry, error);
        } else if (!sizer.shorten()) {
            if (alone) {
                throw new SpillwayException(
                        Fault.SOURCE_REFUSED,
                        nextDocument() + " has more than " + snapshot.largestAnswer() + " bytes in JSON",
                        "increase the heap (-Xmx): one document has to fit into a quarter of it");
            }
            Stage before = clock.enter(Stage.WAITING);
            snapshot.largePages().acquire();
            alone = true;
            clock.enter(before);
        }
    }

    private void pause(Retry retry, ServerError error) throws SpillwayException, InterruptedException {
        Stage before = clock.enter(Stage.WAITING);
        try {
            if (!retry.pause(error.retryAfter())) {
                throw new SpillwayException(
                        Fault.SOURCE_UNAVAILABLE,
                        "no response from %s for %s for %d s after %d attempts: %s"
                                .formatted(
                                        snapshot.name(),
                                        snapshot.description().name(),
                                        retry.elapsed().toSeconds(),
                                        retry.failures(),
                                        error),
                        "nothing was published; check the cluster's health and run the export again");
            }
        } finally {
            clock.enter(before);
        }
    }

    /** The document that a response with one hit would contain, requested without its source. */
    private String nextDocument() throws InterruptedException {
        try {
            return snapshot.nameOfNext(slice, committed);
        } catch (IOException e) {
            return "the document after sort values "
                    + (committed == null ? "[]" : new String(committed, StandardCharsets.US_ASCII))
                    + " of slice " + slice.number() + " of " + slice.of();
        }
    }

    /**
     * Requests the page after these sort values, as soon as the pause for the cluster is over; does not wait for it.
     */
    private Exchange send(byte @Nullable [] after) {
        AnswerBuffer buffer = spare != null ? spare : new AnswerBuffer();
        spare = null;
        buffer.expect(alone || apart > 0 ? 0 : sizer.expectedBytes());
        int limit = alone ? snapshot.largestAnswer() : snapshot.answerLimit();
        Duration pause = Duration.ofNanos(Math.max(0, notBefore - System.nanoTime()));
        return snapshot.send(
                slice, apart > 0 ? apart : sizer.documents(), after, buffer, limit, pause, progress::requested);
    }

    private void waitUntil(long instant) throws InterruptedException {
        long wait = instant - System.nanoTime();
        if (wait > 0) {
            Stage before = clock.enter(Stage.WAITING);
            TimeUnit.NANOSECONDS.sleep(wait);
            clock.enter(before);
        }
    }

    /** The pause begins when the response arrived, not when this slice processed it. */
    private void exchangeDone(Exchange exchange) {
        notBefore = exchange.arrivedAt()
                + snapshot.pace().pauseAfter(exchange.took()).toNanos();
    }

    /** Requests the page after this response before it is parsed, if the response has the expected form. */
    private void requestAhead(AnswerBuffer answered) {
        if (alone || apart > 0) {
            return;
        }
        byte[] sort = AnswerEnds.lastSort(answered.bytes(), answered.length());
        String pitId = AnswerEnds.pitId(answered.bytes(), answered.length());
        if (sort != null && pitId != null && pitId.equals(pit.id())) {
            ahead = send(sort);
            aheadAfter = sort;
        }
    }

    private void dropAhead() {
        if (ahead != null) {
            ahead.cancel();
            ahead = null;
        }
        aheadAfter = null;
    }

    /** Releases the large buffer after its document was processed, so that another slice may have one. */
    private void releaseLargePage() {
        if (alone) {
            alone = false;
            current = null;
            spare = null;
            snapshot.largePages().release();
        }
    }

    private void check(Document document) throws SpillwayException {
        if ((document.findings() & JsonCursor.NOT_UTF8) != 0 && snapshot.notUtf8() == NotUtf8.STOP) {
            throw new SpillwayException(
                    Fault.SOURCE_REFUSED,
                    "document " + document.idAsJson() + " in index " + document.indexAsJson()
                            + " has a string that is not UTF-8",
                    "reindex it, or replace such bytes by U+FFFD with source.not-utf8: replace");
        }
    }
}
