package io.spillway.destination.s3;

/**
 * Splits a file into pieces. S3 allows 10,000 pieces, numbered from 1, each of 5 MiB to 5 GiB except the last.
 *
 * @param bytes      the file's length
 * @param pieceBytes the length of each piece except the last
 */
record PiecePlan(long bytes, long pieceBytes) {
    static final long SMALLEST = 5L << 20;
    static final long LARGEST = 5L << 30;
    static final int MOST = 10_000;

    /** The largest object: 5 TiB. 10,000 pieces reach it well below the piece limit. */
    static final long LARGEST_OBJECT = 5L << 40;

    private static final long MEBIBYTE = 1L << 20;

    /** Uses pieces of the wanted length, or as many whole MiB larger as needed for at most 10,000 pieces. */
    static PiecePlan of(long bytes, long wanted) {
        long least = (bytes + MOST - 1) / MOST;
        long pieceBytes = least <= wanted ? wanted : (least + MEBIBYTE - 1) / MEBIBYTE * MEBIBYTE;
        return new PiecePlan(bytes, pieceBytes);
    }

    /** At least 1: the only piece of an empty file is empty. */
    int count() {
        return Math.toIntExact(Math.max(1, (bytes + pieceBytes - 1) / pieceBytes));
    }

    /** The offset of a piece in the file; {@code number} starts at 1. */
    long offset(int number) {
        return (number - 1) * pieceBytes;
    }

    long length(int number) {
        return Math.min(pieceBytes, bytes - offset(number));
    }
}
