package io.spillway.source.elasticsearch;

import io.spillway.source.SourceSurvey;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An open point in time: its newest id, which every slice uses and every response may replace. Thread-safe. The id may
 * have megabytes on clusters with many shards, so it is never logged and never in a URL.
 */
final class PointInTime {
    /**
     * The keep-alive after each request, unless the cluster's limit is lower: long enough for a slow disk, short if
     * this process crashes.
     */
    static final Duration KEEP_ALIVE = SourceSurvey.KEEP_ALIVE;

    private final Duration keepAlive;
    private final @Nullable Shard shard;
    private final String firstId;
    private volatile String id;
    private volatile long usedAt = System.nanoTime();

    /**
     * The only shard that a point in time holds.
     *
     * @param place  its number among all shards of the snapshot, from 0: the upper half of its documents' places
     * @param index  its index
     * @param number its number in that index, from 0
     */
    record Shard(int place, String index, int number) {}

    /** A point in time of shards that the sort values of a hit name. */
    PointInTime(String id, Duration keepAlive) {
        this(id, keepAlive, null);
    }

    /** A point in time of this shard alone, or of shards that the sort values of a hit name where it is null. */
    PointInTime(String id, Duration keepAlive, @Nullable Shard shard) {
        this.keepAlive = keepAlive;
        this.shard = shard;
        this.firstId = id;
        this.id = id;
    }

    /** Whether the server has given it another id since. */
    boolean isRenamed() {
        return !id.equals(firstId);
    }

    /** The only shard that it contains, or null if it contains all and requests name slices. */
    @Nullable
    Shard shard() {
        return shard;
    }

    /** The form of its hits' sort values. */
    SortValues.Form form() {
        return shard == null ? SortValues.Form.NAMING_THE_SHARD : new SortValues.Form(shard.place());
    }

    /** The newest id in any response. */
    String id() {
        return id;
    }

    /** Why this response does not belong to this point in time, or null if it may. */
    @Nullable
    String strangeness(SearchAnswer answer) {
        if (shard != null && answer.shardsInAll() != 1) {
            return "%d shards answered for one".formatted(answer.shardsInAll());
        }
        return strangeness(answer.pitId());
    }

    /** Why a response with this id does not belong to this point in time, or null if it may. */
    @Nullable
    String strangeness(@Nullable String named) {
        if (named == null) {
            return "the response has no point in time";
        }
        return SearchContexts.mayBeSame(id, named) ? null : "the response belongs to another point in time";
    }

    /** Records a response: it renews the keep-alive and contains the id to use from now on. */
    void answered(String newest) {
        id = newest;
        usedAt = System.nanoTime();
    }

    /** Time since the last response. */
    Duration idle() {
        return Duration.ofNanos(System.nanoTime() - usedAt);
    }

    /** The keep-alive after each request. */
    Duration keepAlive() {
        return keepAlive;
    }

    /** A keep-alive in the form for requests. */
    static String text(Duration keepAlive) {
        return keepAlive.toMillisPart() == 0 ? keepAlive.toSeconds() + "s" : keepAlive.toMillis() + "ms";
    }
}
