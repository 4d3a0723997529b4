package io.spillway.source.elasticsearch;

import java.time.Duration;

/**
 * How much of the time a slice may keep the cluster busy: the operator's share at most, less while the cluster refuses
 * work, for all slices at once, and slowly more again once it does not. Thread-safe.
 */
final class Pace {
    /** A cluster that refuses work for long is still asked now and then, or the point in time would be lost. */
    private static final double LEAST_SHARE = 1.0 / 64;
    /** Good answers until the share grows again. */
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

    /** The cluster has refused a request because it has too much to do. */
    synchronized void rejected() {
        share = Math.max(Math.min(LEAST_SHARE, maxShare), share / 2);
        good = 0;
    }

    /** The cluster has answered. */
    synchronized void answered() {
        if (share < maxShare && ++good >= GOOD_ANSWERS) {
            share = Math.min(maxShare, share * RECOVERY);
            good = 0;
        }
    }

    /** The share at present. */
    synchronized double share() {
        return share;
    }

    /** How long to leave the cluster alone after an answer that took so long; zero at a share of 1. */
    synchronized Duration pauseAfter(Duration took) {
        return share >= 1 ? Duration.ZERO : Duration.ofNanos((long) (took.toNanos() * (1 / share - 1)));
    }
}
