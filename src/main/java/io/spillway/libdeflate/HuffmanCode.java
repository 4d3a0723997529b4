package io.spillway.libdeflate;

import java.util.Arrays;
import java.util.zip.ZipException;

/**
 * A Huffman code of a deflate stream (RFC 1951, section 3.2.2), for decoding the next symbol. Reused for each block.
 * Not thread-safe, except that a code which is no longer redefined may be shared.
 */
final class HuffmanCode {
    static final int MAX_BITS = 15;

    /**
     * Longer codes are searched bit by bit: they are rare by design, and 2,048 entries fit into the first-level cache.
     */
    private static final int TABLE_BITS = 11;

    static final int TABLE_MASK = (1 << TABLE_BITS) - 1;

    private final int[] meanings;
    private final int[] table = new int[1 << TABLE_BITS];
    private final int[] runs = new int[1 << TABLE_BITS];
    /** Number of symbols by code length in bits. */
    private final int[] counts = new int[MAX_BITS + 1];

    private final int[] nextCode = new int[MAX_BITS + 1];
    private final int[] nextIndex = new int[MAX_BITS + 1];
    /** The symbols that have a code, in the order of their codes. */
    private final int[] symbols;

    /**
     * A code that has to be defined.
     *
     * @param meanings the result of {@link #find} for each symbol, with the lowest four bits empty; 0 for a symbol that
     *                 must not occur
     */
    HuffmanCode(int[] meanings) {
        this.meanings = meanings;
        this.symbols = new int[meanings.length];
    }

    /**
     * Defines the code: symbol {@code i} has {@code lengths[from + i]} bits, 0 to 15, where 0 means no code. Fails if
     * there are more codes than such lengths allow. Fewer are accepted: the unused ones have no entry.
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

    /** All entries whose bits begin with this code. The stream has a code's first bit lowest. */
    private void enter(int code, int bits, int meaning) {
        if (bits <= TABLE_BITS && meaning != 0) {
            for (int i = Integer.reverse(code) >>> (32 - bits); i < table.length; i += 1 << bits) {
                table[i] = meaning | bits;
            }
        }
    }

    /**
     * Entries by the next {@link #TABLE_MASK} bits: the symbol's meaning, with the number of bits of its code in the
     * lowest four bits. 0 if {@link #find} has to search. Valid until the next definition.
     */
    int[] table() {
        return table;
    }

    /**
     * The same, but if several symbols without following bits are within these bits, the entry is the sum of their
     * meanings and that of the next symbol, so that a run is processed in one step.
     *
     * @param followed the bits of a meaning that end a run
     */
    int[] runs(int followed) {
        for (int i = 0; i < runs.length; i++) {
            int sum = table[i];
            while (sum != 0 && (sum & followed) == 0) {
                int bits = sum & 15;
                int behind = table[i >>> bits];
                // The bits above are not known to be zero, so they may belong to a longer code.
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
     * The meaning of the next symbol, as in {@link #table}; 0 if no symbol is valid here.
     *
     * @param next the next bits, the first one lowest, at least 15
     */
    int find(long next) {
        int entry = table[(int) next & TABLE_MASK];
        return entry != 0 ? entry : findBitByBit(next);
    }

    /** Codes of one length are consecutive numbers, and each length begins where the previous one ended, doubled. */
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
