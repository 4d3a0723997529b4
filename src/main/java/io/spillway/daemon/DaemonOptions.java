package io.spillway.daemon;

import io.spillway.config.Secret;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a daemon runs.
 *
 * @param schedules   the folder of schedule files
 * @param state       where it keeps what has to survive
 * @param concurrency exports at the same time, at least 1
 * @param pace        how fast it looks and tries again
 * @param watch       how it is watched
 */
public record DaemonOptions(Path schedules, State state, int concurrency, Pace pace, WatchOptions watch) {
    /** Fails with {@link IllegalArgumentException} on less than one export at a time. */
    public DaemonOptions {
        if (concurrency < 1) {
            throw new IllegalArgumentException("a daemon runs at least one export at a time, not " + concurrency);
        }
    }

    /**
     * Where times and outcomes are kept.
     *
     * @param folder a folder of this machine, for one daemon alone; not used with a shared database
     * @param shared a database that several daemons share, or null
     */
    public record State(Path folder, @Nullable SharedDatabase shared) {}

    /**
     * A PostgreSQL database.
     *
     * @param url      {@code jdbc:postgresql://HOST/DATABASE}, without a password
     * @param user     to sign in as, or null where the server asks for none
     * @param password of that user, or null
     */
    public record SharedDatabase(
            String url, @Nullable String user, @Nullable Secret password) {}

    /**
     * Time spans that only tests have a reason to change.
     *
     * @param poll       between two looks at the folder of schedules
     * @param firstPause before the first retry of an export; each further pause is twice as long
     * @param longestPause what pauses grow to
     * @param checkIn    between two signs of life in a shared database; after about twice that a dead daemon's exports
     *                   are taken over
     */
    public record Pace(Duration poll, Duration firstPause, Duration longestPause, Duration checkIn) {
        /** Five seconds for a changed file, one minute to one hour for a retry, ten seconds for a sign of life. */
        public static final Pace DEFAULT =
                new Pace(Duration.ofSeconds(5), Duration.ofMinutes(1), Duration.ofHours(1), Duration.ofSeconds(10));

        /** The pause after an attempt, counted from 1. */
        Duration after(int attempt) {
            // 2^20 first pauses are far above any longest one, and no overflow.
            Duration doubled = firstPause.multipliedBy(1L << Math.min(20, attempt - 1));
            return doubled.compareTo(longestPause) < 0 ? doubled : longestPause;
        }
    }
}
