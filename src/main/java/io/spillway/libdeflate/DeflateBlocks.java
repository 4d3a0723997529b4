package io.spillway.libdeflate;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.ZipException;

/**
 * Scans a raw deflate stream (RFC 1951) block by block and finds where its last block begins and where the stream ends,
 * to the bit. Nothing is inflated, so distances that point before the beginning are not detected. Reusable; not
 * thread-safe.
 */
final class DeflateBlocks {
    /**
     * Entries of a {@link HuffmanCode}: 4 bits for the code's length, 4 for the extra bits that follow, then a value.
     */
    private static final int EXTRA_SHIFT = 4;

    private static final int VALUE_SHIFT = 8;
    private static final int VALUE_MASK = 0xfff;
    /** The sign, so that shifting it makes a mask. */
    private static final int DISTANCE_FOLLOWS = 1 << 31;

    private static final int END_OF_BLOCK = 1 << 30;
    /** Set if the rest may be zero, since 0 is the entry of an unused code. */
    private static final int KNOWN = 1 << 29;

    private static final int[] LITERAL_MEANINGS = literalMeanings();
    private static final int[] DISTANCE_MEANINGS = distanceMeanings();
    private static final int[] LENGTH_MEANINGS = lengthMeanings();
    /** Section 3.2.7: the order of the lengths of the code length code. */
    private static final byte[] LENGTH_ORDER = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};

    private final HuffmanCode fixedLiterals = new HuffmanCode(LITERAL_MEANINGS);
    private final HuffmanCode fixedDistances = new HuffmanCode(DISTANCE_MEANINGS);
    private final HuffmanCode literals = new HuffmanCode(LITERAL_MEANINGS);
    private final HuffmanCode distances = new HuffmanCode(DISTANCE_MEANINGS);
    private final HuffmanCode lengths = new HuffmanCode(LENGTH_MEANINGS);
    private final byte[] codeLengths = new byte[LITERAL_MEANINGS.length + DISTANCE_MEANINGS.length];

    private ByteBuffer in = ByteBuffer.allocate(0);
    private long at;
    private long end;
    private long inflated;

    /**
     * The properties of a stream.
     *
     * @param lastBlock the bit at which its last block begins, counted from the stream's first; this bit marks the
     *                  block as the last
     * @param end       the bit after its last one
     * @param inflated  number of inflated bytes
     */
    record Found(long lastBlock, long end, long inflated) {}

    DeflateBlocks() {
        byte[] fixed = new byte[LITERAL_MEANINGS.length];
        Arrays.fill(fixed, 0, 144, (byte) 8);
        Arrays.fill(fixed, 144, 256, (byte) 9);
        Arrays.fill(fixed, 256, 280, (byte) 7);
        Arrays.fill(fixed, 280, 288, (byte) 8);
        try {
            fixedLiterals.define(fixed, 0, fixed.length);
            Arrays.fill(fixed, (byte) 5);
            fixedDistances.define(fixed, 0, DISTANCE_MEANINGS.length);
        } catch (ZipException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Scans the stream that begins at {@code deflated}'s first byte, whatever its position; bytes between the stream's
     * end and the limit are ignored. The buffer is not changed. Fails if the bytes are not a deflate stream or end
     * before it does.
     */
    Found walk(ByteBuffer deflated) throws ZipException {
        in = deflated.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        at = 0;
        end = 8L * in.limit();
        inflated = 0;
        while (true) {
            long block = at;
            int header = take(3);
            switch (header >>> 1) {
                case 0 -> passStored();
                case 1 -> passSymbols(fixedLiterals, fixedDistances);
                case 2 -> {
                    readCodes();
                    passSymbols(literals, distances);
                }
                default -> throw new ZipException("a block of unknown type at bit " + block);
            }
            requireInside(at);
            if ((header & 1) != 0) {
                return new Found(block, at, inflated);
            }
        }
    }

    private void passStored() throws ZipException {
        at = at + 7 & ~7L;
        int length = take(16);
        int complement = take(16);
        if (length != (complement ^ 0xffff)) {
            throw new ZipException("a stored block of damaged length before bit " + at);
        }
        at += 8L * length;
        inflated += length;
    }

    /**
     * A step is a run of literals and what follows it. Whether that is a match is practically random, so the step has
     * no branch for it: a mispredicted branch costs more than looking up a distance.
     */
    private void passSymbols(HuffmanCode literalCode, HuffmanCode distanceCode) throws ZipException {
        int[] runs = literalCode.runs(DISTANCE_FOLLOWS | END_OF_BLOCK);
        int[] distanceTable = distanceCode.table();
        long bit = at;
        long bytes = 0;
        while (bit <= end) {
            // A length and a distance take at most 48 bits: 15 + 5 + 15 + 13.
            long next = peek(bit);
            int entry = runs[(int) next & HuffmanCode.TABLE_MASK];
            if (entry == 0) {
                entry = known(literalCode.find(next), bit);
            }
            int bits = entry & 15;
            int extra = entry >>> EXTRA_SHIFT & 15;
            bytes += (entry >>> VALUE_SHIFT & VALUE_MASK) + ((int) (next >>> bits) & (1 << extra) - 1);
            bits += extra;
            if ((entry & END_OF_BLOCK) != 0) {
                at = bit + bits;
                inflated += bytes;
                return;
            }
            next >>>= bits;
            int match = entry >> 31;
            int distance = distanceTable[(int) next & HuffmanCode.TABLE_MASK] & match;
            if (distance == 0 && match != 0) {
                distance = known(distanceCode.find(next), bit);
            }
            bit += bits + (distance & 15) + (distance >>> EXTRA_SHIFT & 15);
        }
        requireInside(bit);
    }

    private static int known(int entry, long bit) throws ZipException {
        if (entry == 0) {
            throw new ZipException("an invalid code after bit " + bit);
        }
        return entry;
    }

    /** The codes of the block that begins here, section 3.2.7. */
    private void readCodes() throws ZipException {
        int literalCount = take(5) + 257;
        int distanceCount = take(5) + 1;
        int lengthCount = take(4) + 4;
        int all = literalCount + distanceCount;
        if (literalCount > LITERAL_MEANINGS.length) {
            throw new ZipException("a block with " + literalCount + " symbols before bit " + at);
        }
        Arrays.fill(codeLengths, (byte) 0);
        for (int i = 0; i < lengthCount; i++) {
            codeLengths[LENGTH_ORDER[i]] = (byte) take(3);
        }
        lengths.define(codeLengths, 0, LENGTH_ORDER.length);
        for (int i = 0; i < all; ) {
            int entry = known(lengths.find(peek(at)), at);
            at += entry & 15;
            int symbol = entry >>> VALUE_SHIFT & VALUE_MASK;
            byte value = symbol < 16 ? (byte) symbol : symbol == 16 && i > 0 ? codeLengths[i - 1] : 0;
            int times = switch (symbol) {
                case 16 -> 3 + take(2);
                case 17 -> 3 + take(3);
                case 18 -> 11 + take(7);
                default -> 1;
            };
            if (times > all - i || (symbol == 16 && i == 0)) {
                throw new ZipException("a repetition out of place before bit " + at);
            }
            Arrays.fill(codeLengths, i, i + times, value);
            i += times;
        }
        literals.define(codeLengths, 0, literalCount);
        distances.define(codeLengths, literalCount, distanceCount);
    }

    private int take(int bits) throws ZipException {
        int taken = (int) peek(at) & (1 << bits) - 1;
        at += bits;
        requireInside(at);
        return taken;
    }

    private void requireInside(long bit) throws ZipException {
        if (bit > end) {
            throw new ZipException("the deflate stream ends early, at bit " + end);
        }
    }

    /** The 57 bits from {@code bit} on, the first one lowest, and possibly more; zeros after the end. */
    private long peek(long bit) {
        int index = (int) (bit >>> 3);
        return (index <= in.limit() - Long.BYTES ? in.getLong(index) : lastBytes(index)) >>> (bit & 7);
    }

    private long lastBytes(int index) {
        long bytes = 0;
        for (int i = in.limit() - 1; i >= index; i--) {
            bytes = (bytes << 8) | (in.get(i) & 0xff);
        }
        return bytes;
    }

    /** Section 3.2.5: bytes, the end, then lengths from 3 on in groups of four that double; 258 has its own. */
    private static int[] literalMeanings() {
        int[] meanings = new int[288];
        Arrays.fill(meanings, 0, 256, 1 << VALUE_SHIFT);
        meanings[256] = END_OF_BLOCK;
        int base = 3;
        for (int symbol = 257; symbol < 285; symbol++) {
            int extra = symbol < 265 ? 0 : (symbol - 261) / 4;
            meanings[symbol] = DISTANCE_FOLLOWS | base << VALUE_SHIFT | extra << EXTRA_SHIFT;
            base += 1 << extra;
        }
        meanings[285] = DISTANCE_FOLLOWS | 258 << VALUE_SHIFT;
        return meanings;
    }

    /** The same section: only the number of bits after a distance matters here, not its value. */
    private static int[] distanceMeanings() {
        int[] meanings = new int[32];
        for (int symbol = 0; symbol < 30; symbol++) {
            int extra = symbol < 4 ? 0 : symbol / 2 - 1;
            meanings[symbol] = KNOWN | extra << EXTRA_SHIFT;
        }
        return meanings;
    }

    private static int[] lengthMeanings() {
        int[] meanings = new int[19];
        for (int symbol = 0; symbol < meanings.length; symbol++) {
            meanings[symbol] = KNOWN | symbol << VALUE_SHIFT;
        }
        return meanings;
    }
}
