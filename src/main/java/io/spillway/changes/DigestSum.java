package io.spillway.changes;

import java.util.Locale;

/**
 * A sum of 128-bit numbers modulo 2^128, which does not depend on their order. Not thread-safe.
 *
 * <p>It shows that two sides have the same lines where a fault could have lost or doubled one. The manifest's {@code
 * changes.digest} is such a sum.
 */
public final class DigestSum {
    private long high;
    private long low;

    /** Adds a number of two halves. */
    public void add(long ofHigh, long ofLow) {
        long sum = low + ofLow;
        high += ofHigh + (Long.compareUnsigned(sum, low) < 0 ? 1 : 0);
        low = sum;
    }

    /** Subtracts a number of two halves. */
    public void subtract(long ofHigh, long ofLow) {
        high -= ofHigh + (Long.compareUnsigned(low, ofLow) < 0 ? 1 : 0);
        low -= ofLow;
    }

    /** Adds another sum. */
    public void add(DigestSum other) {
        add(other.high, other.low);
    }

    /** Subtracts another sum. */
    public void subtract(DigestSum other) {
        subtract(other.high, other.low);
    }

    /** Whether both are the same number. */
    public boolean isSame(DigestSum other) {
        return high == other.high && low == other.low;
    }

    /** The number as 32 digits of lower-case hex. */
    public String hex() {
        return String.format(Locale.ROOT, "%016x%016x", high, low);
    }
}
