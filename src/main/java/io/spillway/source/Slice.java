package io.spillway.source;

/**
 * A share of a snapshot.
 *
 * @param number from 0
 * @param of     how many there are, 1 to 1,024 (index.max_slices_per_scroll, which holds for points in time too)
 */
public record Slice(int number, int of) {
    /** Fails with {@link IllegalArgumentException} where there is no such slice. */
    public Slice {
        if (of < 1 || number < 0 || number >= of) {
            throw new IllegalArgumentException("no slice " + number + " of " + of);
        }
    }
}
