package io.spillway.verify;

import java.util.concurrent.atomic.LongAdder;

/** How far a check is. Counted up by many threads, read by one reporter. Thread-safe. */
public final class CheckProgress {
    private final LongAdder bytes = new LongAdder();
    private final LongAdder files = new LongAdder();
    private volatile Expected expected = new Expected("", -1, 0);

    private record Expected(String dump, long bytes, int files) {}

    /** The manifest is read: there is so much to be read. */
    void expect(String dump, long bytesToRead, int filesToRead) {
        bytes.reset();
        files.reset();
        expected = new Expected(dump, bytesToRead, filesToRead);
    }

    void read(long count) {
        bytes.add(count);
    }

    void finishedFile() {
        files.increment();
    }

    /** The state now. */
    public Reading now() {
        Expected all = expected;
        return new Reading(all.dump, bytes.sum(), all.bytes, files.intValue(), all.files);
    }

    /**
     * One look at a check.
     *
     * @param dump          the dump's id; empty while its manifest is not read
     * @param bytes         bytes read of its files
     * @param expectedBytes bytes to be read, or -1 while its manifest is not read
     * @param files         files read to their end, whatever they turned out to be
     * @param expectedFiles files to be read
     */
    public record Reading(String dump, long bytes, long expectedBytes, int files, int expectedFiles) {}
}
