package io.spillway.apply;

/**
 * The keys that changes name, by 128-bit digests, each with the last step that names it. Fixed memory: 20 bytes for each
 * slot. Filled by one thread, then read by many.
 */
final class KeyTable {
    /** Longer runs of occupied slots than this share of them would make searches slow. */
    private static final double MOST_OCCUPIED = 0.6;

    private static final int BYTES_PER_SLOT = 2 * Long.BYTES + Integer.BYTES;

    private final long[] digests;
    private final int[] steps;
    private final int mask;
    private int size;

    /** @param slots a power of two */
    private KeyTable(int slots) {
        this.digests = new long[2 * slots];
        this.steps = new int[slots];
        this.mask = slots - 1;
    }

    /** A table that takes at most so many bytes and holds {@link #capacity} keys. */
    static KeyTable within(long bytes, long keys) {
        long needed = Math.max(16, (long) (keys / MOST_OCCUPIED) + 1);
        int slots = slots(bytes);
        while (slots / 2 >= needed) {
            slots /= 2;
        }
        return new KeyTable(slots);
    }

    /** The number of keys that a table of so many bytes holds, at least 9. */
    static long capacity(long bytes) {
        return (long) (slots(bytes) * MOST_OCCUPIED);
    }

    private static int slots(long bytes) {
        long most = Math.max(16, Math.min(1L << 29, bytes / BYTES_PER_SLOT));
        return Integer.highestOneBit((int) most);
    }

    /**
     * Adds a key, or replaces its step.
     *
     * @param step 0 or more
     * @return false if the table is full and has no such key
     */
    boolean put(long high, long low, int step) {
        int slot = slot(high, low);
        if (steps[slot] == 0) {
            if (size >= (mask + 1) * MOST_OCCUPIED) {
                return false;
            }
            size++;
            digests[2 * slot] = high;
            digests[2 * slot + 1] = low;
        }
        steps[slot] = step + 1;
        return true;
    }

    /** The last step that was put for the key; -1 if there is none. */
    int step(long high, long low) {
        return steps[slot(high, low)] - 1;
    }

    /** The slot of the key, or the free one where it belongs. */
    private int slot(long high, long low) {
        int slot = (int) low & mask;
        while (steps[slot] != 0 && (digests[2 * slot] != high || digests[2 * slot + 1] != low)) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    /** Number of keys. */
    int size() {
        return size;
    }
}
