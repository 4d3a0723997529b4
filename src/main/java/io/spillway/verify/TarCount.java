package io.spillway.verify;

import org.jspecify.annotations.Nullable;

/**
 * Counts the documents in a tar archive of JSON arrays from its bytes alone, independently of the code that wrote them.
 * Accepts only regular files and extended headers (POSIX.1-2001, pax) with correct checksums, padded with zeros, and
 * two zero blocks at the end. Not thread-safe.
 */
final class TarCount implements DocumentCount {
    private static final int BLOCK = 512;
    /** The end of an archive. */
    private static final int ZERO_BLOCKS = 2;

    private static final int SIZE = 124;
    private static final int SIZE_END = 136;
    private static final int CHECKSUM = 148;
    private static final int CHECKSUM_END = 156;
    private static final int TYPE = 156;

    private final byte[] header = new byte[BLOCK];
    private int headerBytes;
    private long contentBytes;
    private long paddingBytes;
    private @Nullable ArrayCount array;
    private long documents;
    private int zeroBlocks;
    private @Nullable String flaw;

    @Override
    public void take(byte[] buffer, int length) {
        int at = 0;
        while (at < length && flaw == null) {
            int end;
            if (contentBytes > 0) {
                end = (int) Math.min(length, at + contentBytes);
                content(buffer, at, end);
            } else if (paddingBytes > 0) {
                end = (int) Math.min(length, at + paddingBytes);
                padding(buffer, at, end);
            } else {
                end = Math.min(length, at + BLOCK - headerBytes);
                header(buffer, at, end);
            }
            at = end;
        }
    }

    @Override
    public long documents() {
        return documents + (array == null ? 0 : array.documents());
    }

    @Override
    public boolean endsWhole() {
        return flaw == null && headerBytes == 0 && paddingBytes == 0 && zeroBlocks >= ZERO_BLOCKS;
    }

    @Override
    public String flaw() {
        return flaw == null ? "ends before the end of the archive" : "contains " + flaw;
    }

    private void content(byte[] buffer, int from, int to) {
        if (array != null) {
            array.take(buffer, from, to);
        }
        contentBytes -= to - from;
        if (contentBytes == 0) {
            endFile();
        }
    }

    private void endFile() {
        if (array != null) {
            documents += array.documents();
            flaw = array.flaw();
            array = null;
        }
    }

    private void padding(byte[] buffer, int from, int to) {
        for (int i = from; i < to; i++) {
            if (buffer[i] != 0) {
                flaw = "bytes after the end of a file";
            }
        }
        paddingBytes -= to - from;
    }

    private void header(byte[] buffer, int from, int to) {
        System.arraycopy(buffer, from, header, headerBytes, to - from);
        headerBytes += to - from;
        if (headerBytes == BLOCK) {
            headerBytes = 0;
            int sum = sum();
            if (sum == 0) {
                zeroBlocks++;
            } else if (zeroBlocks > 0) {
                flaw = "bytes after the end of the archive";
            } else if (octal(CHECKSUM, CHECKSUM_END) != withBlankChecksum(sum)) {
                flaw = "a header whose checksum is wrong";
            } else {
                beginFile();
            }
        }
    }

    private void beginFile() {
        byte type = header[TYPE];
        contentBytes = octal(SIZE, SIZE_END);
        if (contentBytes < 0 || (type != '0' && type != 'x')) {
            flaw = "something other than JSON files";
            return;
        }
        paddingBytes = (BLOCK - contentBytes % BLOCK) % BLOCK;
        array = type == '0' ? new ArrayCount() : null;
        if (contentBytes == 0) {
            endFile();
        }
    }

    private int sum() {
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xFF;
        }
        return sum;
    }

    /** The checksum is computed with blanks in its own field. */
    private int withBlankChecksum(int sum) {
        int blank = sum;
        for (int i = CHECKSUM; i < CHECKSUM_END; i++) {
            blank += ' ' - (header[i] & 0xFF);
        }
        return blank;
    }

    /** Parses octal digits followed by blanks or zero bytes; -1 if there are none. */
    private long octal(int from, int to) {
        long value = 0;
        int at = from;
        while (at < to && header[at] >= '0' && header[at] <= '7') {
            value = value * 8 + header[at] - '0';
            at++;
        }
        boolean digits = at > from;
        while (at < to && (header[at] == ' ' || header[at] == 0)) {
            at++;
        }
        return digits && at == to ? value : -1;
    }
}
