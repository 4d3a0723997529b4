package io.spillway.verify;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.LongAdder;

/** Progress of a check. Updated by many threads, read by one reporter. Thread-safe. */
public final class CheckProgress {
    private final LongAdder bytes = new LongAdder();
    private final LongAdder files = new LongAdder();
    private volatile Expected expected = new Expected("", -1, 0);

    private record Expected(String dump, long bytes, int files) {}

    /** Sets the expected totals after the manifest was read. */
    public void expect(String dump, long bytesToRead, int filesToRead) {
        bytes.reset();
        files.reset();
        expected = new Expected(dump, bytesToRead, filesToRead);
    }

    /** A stream that adds the bytes that are read from {@code in}; closing it closes {@code in}. */
    public InputStream counting(InputStream in) {
        return new Counting(in);
    }

    /** Counts a file as read to its end. */
    public void finishedFile() {
        files.increment();
    }

    /** The current state. */
    public Reading now() {
        Expected all = expected;
        return new Reading(all.dump, bytes.sum(), all.bytes, files.intValue(), all.files);
    }

    /**
     * A snapshot of the progress.
     *
     * @param dump          the dump's id; empty until its manifest is read
     * @param bytes         bytes read so far
     * @param expectedBytes bytes to read, or -1 until the manifest is read
     * @param files         files read to the end, whatever the result
     * @param expectedFiles files to read
     */
    public record Reading(String dump, long bytes, long expectedBytes, int files, int expectedFiles) {}

    private final class Counting extends FilterInputStream {
        Counting(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int read = in.read();
            bytes.add(read < 0 ? 0 : 1);
            return read;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = in.read(buffer, offset, length);
            bytes.add(Math.max(0, read));
            return read;
        }
    }
}
