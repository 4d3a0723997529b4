package io.spillway.destination.s3;

/**
 * How a file is cut into pieces. S3 takes 10,000 at most, numbered from 1, each but the last of 5 MiB to 5 GiB.
 *
 * @param bytes      the file's length, more than 0
 * @param pieceBytes the length of each piece but the last
 */
record PiecePlan(long bytes, long pieceBytes) {
    static final long SMALLEST = 5L << 20;
    static final long LARGEST = 5L << 30;
    static final int MOST = 10_000;

    /** The largest object: 5 TiB, which 10,000 pieces reach long before they come to their own limit. */
    static final long LARGEST_OBJECT = 5L << 40;

    private static final long MEBIBYTE = 1L << 20;

    /** Pieces of the wanted length, or of as many whole MiB more as it takes to need no more than 10,000. */
    static PiecePlan of(long bytes, long wanted) {
        long least = (bytes + MOST - 1) / MOST;
        long pieceBytes = least <= wanted ? wanted : (least + MEBIBYTE - 1) / MEBIBYTE * MEBIBYTE;
        return new PiecePlan(bytes, pieceBytes);
    }

    int count() {
        return Math.toIntExact((bytes + pieceBytes - 1) / pieceBytes);
    }

    /** Where a piece starts in the file; {@code number} counts from 1. */
    long offset(int number) {
        return (number - 1) * pieceBytes;
    }

    long length(int number) {
        return Math.min(pieceBytes, bytes - offset(number));
    }
}
