package io.spillway.libdeflate;

import java.util.Arrays;
import java.util.zip.ZipException;

/**
 * One Huffman code of a deflate stream (RFC 1951, section 3.2.2), for finding the symbol that comes next. Used again for
 * each block. Belongs to one thread, except that a code which nobody defines again may be shared.
 */
final class HuffmanCode {
    static final int MAX_BITS = 15;

    /** Longer codes are looked for bit by bit: they are rare by design, and 2,048 entries stay in the first cache. */
    private static final int TABLE_BITS = 11;

    static final int TABLE_MASK = (1 << TABLE_BITS) - 1;

    private final int[] meanings;
    private final int[] table = new int[1 << TABLE_BITS];
    private final int[] runs = new int[1 << TABLE_BITS];
    /** How many symbols have a code of so many bits. */
    private final int[] counts = new int[MAX_BITS + 1];

    private final int[] nextCode = new int[MAX_BITS + 1];
    private final int[] nextIndex = new int[MAX_BITS + 1];
    /** Those symbols that have a code, in the order of their codes. */
    private final int[] symbols;

    /**
     * A code that is still to be defined.
     *
     * @param meanings for each symbol what {@link #find} answers, its lowest four bits empty; 0 for a symbol that must
     *                 not occur
     */
    HuffmanCode(int[] meanings) {
        this.meanings = meanings;
        this.symbols = new int[meanings.length];
    }

    /**
     * Defines the code: symbol {@code i} has {@code lengths[from + i]} bits, 0 to 15, none where that is 0. Fails where
     * there are more codes than such lengths allow. Fewer are taken: the unused ones have no entry.
     */
    HuffmanCode define(byte[] lengths, int from, int size) throws ZipException {
        Arrays.fill(counts, 0);
        for (int symbol = 0; symbol < size; symbol++) {
            counts[lengths[from + symbol]]++;
        }
        counts[0] = 0;
        int code = 0;
        int index = 0;
        int free = 1;
        for (int bits = 1; bits <= MAX_BITS; bits++) {
            code = (code + counts[bits - 1]) << 1;
            nextCode[bits] = code;
            nextIndex[bits] = index;
            index += counts[bits];
            free = (free << 1) - counts[bits];
            if (free < 0) {
                throw new ZipException("too many Huffman codes of " + bits + " bits");
            }
        }
        Arrays.fill(table, 0);
        for (int symbol = 0; symbol < size; symbol++) {
            int bits = lengths[from + symbol];
            if (bits > 0) {
                symbols[nextIndex[bits]++] = symbol;
                enter(nextCode[bits]++, bits, meanings[symbol]);
            }
        }
        return this;
    }

    /** Wherever the next bits begin with this code, whatever follows it. The stream has a code's first bit lowest. */
    private void enter(int code, int bits, int meaning) {
        if (bits <= TABLE_BITS && meaning != 0) {
            for (int i = Integer.reverse(code) >>> (32 - bits); i < table.length; i += 1 << bits) {
                table[i] = meaning | bits;
            }
        }
    }

    /**
     * Entries by the {@link #TABLE_MASK} bits that come next: what that symbol means, and in the lowest four bits how
     * many bits its code has. 0 where {@link #find} has to look. Valid until the next definition.
     */
    int[] table() {
        return table;
    }

    /**
     * The same, but where symbols that nothing follows stand in a row within these bits, the entry is the sum of theirs
     * and of the symbol's behind them: a run is passed in one step.
     *
     * @param followed the bits of a meaning that say that a run ends here
     */
    int[] runs(int followed) {
        for (int i = 0; i < runs.length; i++) {
            int sum = table[i];
            while (sum != 0 && (sum & followed) == 0) {
                int bits = sum & 15;
                int behind = table[i >>> bits];
                // The bits above are not known to be zero: a longer code might stand there.
                if (behind == 0 || bits + (behind & 15) > TABLE_BITS) {
                    break;
                }
                sum += behind;
            }
            runs[i] = sum;
        }
        return runs;
    }

    /**
     * What the next symbol means, as in {@link #table}; 0 where no symbol may stand here.
     *
     * @param next the bits that come next, the first one lowest, at least 15
     */
    int find(long next) {
        int entry = table[(int) next & TABLE_MASK];
        return entry != 0 ? entry : findBitByBit(next);
    }

    /** Codes of one length are consecutive numbers, and each length begins where the one before it ended, doubled. */
    private int findBitByBit(long next) {
        int code = 0;
        int first = 0;
        int index = 0;
        for (int bits = 1; bits <= MAX_BITS; bits++) {
            code |= (int) (next >>> (bits - 1)) & 1;
            if (code - first < counts[bits]) {
                int meaning = meanings[symbols[index + code - first]];
                return meaning == 0 ? 0 : meaning | bits;
            }
            index += counts[bits];
            first = (first + counts[bits]) << 1;
            code <<= 1;
        }
        return 0;
    }
}
