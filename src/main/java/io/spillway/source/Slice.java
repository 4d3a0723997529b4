package io.spillway.source;

/**
 * A share of a snapshot.
 *
 * @param number from 0
 * @param of     the number of slices, 1 to 1,024 (index.max_slices_per_scroll, which applies to points in time too)
 */
public record Slice(int number, int of) {
    /** @throws IllegalArgumentException if the number is out of range */
    public Slice {
        if (of < 1 || number < 0 || number >= of) {
            throw new IllegalArgumentException("invalid slice " + number + " of " + of);
        }
    }
}
