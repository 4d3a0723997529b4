package io.spillway.source.elasticsearch;

import java.time.Duration;

/**
 * Adapts the share of the time that slices may keep the cluster busy: at most the operator's limit, less while the
 * cluster rejects requests, for all slices at once, and slowly more again afterwards. Thread-safe.
 */
final class Pace {
    /**
     * The minimum, so that a cluster that rejects requests for long is still used often enough to keep the point in
     * time.
     */
    private static final double LEAST_SHARE = 1.0 / 64;
    /** Number of successful responses until the share grows again. */
    private static final int GOOD_ANSWERS = 10;

    private static final double RECOVERY = 1.25;

    private final double maxShare;
    private double share;
    private int good;

    /** A pace with an upper limit above 0 to 1. */
    Pace(double maxShare) {
        this.maxShare = maxShare;
        this.share = maxShare;
    }

    /** The cluster has rejected a request because of overload. */
    synchronized void rejected() {
        share = Math.max(Math.min(LEAST_SHARE, maxShare), share / 2);
        good = 0;
    }

    /** The cluster has responded successfully. */
    synchronized void answered() {
        if (share < maxShare && ++good >= GOOD_ANSWERS) {
            share = Math.min(maxShare, share * RECOVERY);
            good = 0;
        }
    }

    /** The current share. */
    synchronized double share() {
        return share;
    }

    /** The pause after a response that took so long; zero at a share of 1. */
    synchronized Duration pauseAfter(Duration took) {
        return share >= 1 ? Duration.ZERO : Duration.ofNanos((long) (took.toNanos() * (1 / share - 1)));
    }
}
