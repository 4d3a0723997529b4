package io.spillway.daemon;

import io.spillway.config.Secret;
import io.spillway.lanes.Backoff;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a daemon.
 *
 * @param schedules   the folder of schedule files
 * @param state       the persistent state
 * @param concurrency maximum number of concurrent exports, at least 1
 * @param pace        polling and retry intervals
 * @param watch       monitoring
 */
public record DaemonOptions(Path schedules, State state, int concurrency, Pace pace, WatchOptions watch) {
    /** Throws {@link IllegalArgumentException} if the concurrency is below 1. */
    public DaemonOptions {
        if (concurrency < 1) {
            throw new IllegalArgumentException("concurrency must be at least 1, not " + concurrency);
        }
    }

    /**
     * Where times and outcomes are stored.
     *
     * @param folder a folder on this machine, for a single daemon; not used with a shared database
     * @param shared a database that several daemons share, or null
     */
    public record State(Path folder, @Nullable SharedDatabase shared) {}

    /**
     * A PostgreSQL database.
     *
     * @param url      {@code jdbc:postgresql://HOST/DATABASE}, without a password
     * @param user     to sign in as, or null if the server needs none
     * @param password of that user, or null
     */
    public record SharedDatabase(
            String url, @Nullable String user, @Nullable Secret password) {}

    /**
     * Intervals that only tests change.
     *
     * @param poll       between two checks of the folder of schedules
     * @param firstPause before the first retry of an export; each further pause is twice as long
     * @param longestPause maximum pause
     * @param checkIn    between two heartbeats in a shared database; a dead daemon's exports are taken over after about
     *     twice this
     */
    public record Pace(Duration poll, Duration firstPause, Duration longestPause, Duration checkIn) {
        /** Five seconds for a changed file, one minute to one hour for a retry, ten seconds for a heartbeat. */
        public static final Pace DEFAULT =
                new Pace(Duration.ofSeconds(5), Duration.ofMinutes(1), Duration.ofHours(1), Duration.ofSeconds(10));

        /** The pause after an attempt, which is counted from 1. */
        Duration after(int attempt) {
            return new Backoff(firstPause, longestPause).pause(attempt);
        }
    }
}
