package io.spillway.changes;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Sorts records on disk: each {@link SpillBuffer} writes sorted runs, which are merged, {@link #FAN_IN} at a time. Memory does
 * not depend on the number of records. Runs may be added by several threads; merging is for one.
 */
final class DigestSort {
    /** Runs that are merged at a time: 8 MiB of buffers. */
    static final int FAN_IN = 128;

    private final Path folder;
    private final List<Path> runs = new ArrayList<>();
    private int named;

    /** @param folder an empty folder, which its owner removes */
    DigestSort(Path folder) {
        this.folder = folder;
    }

    /** A name for a new run, which the caller writes and then adds. */
    synchronized Path newRun() {
        return folder.resolve("run-%06d".formatted(named++));
    }

    synchronized void add(Path run) {
        runs.add(run);
    }

    /** All records in order; the caller closes it. */
    Merged merged() throws IOException {
        List<Path> left = new ArrayList<>(runs);
        while (left.size() > FAN_IN) {
            List<Path> group = List.copyOf(left.subList(0, FAN_IN));
            Path run = newRun();
            try (Merged merged = new Merged(group);
                    DigestFile.Writer out = new DigestFile.Writer(run)) {
                for (; merged.isPresent(); merged.next()) {
                    out.write(merged.record());
                }
            }
            for (Path each : group) {
                Files.delete(each);
            }
            left.subList(0, FAN_IN).clear();
            left.add(run);
        }
        return new Merged(left);
    }

    /** Sorted records of several sorted runs. */
    static final class Merged implements Closeable {
        private final List<DigestFile.Reader> readers = new ArrayList<>();
        private final PriorityQueue<DigestFile.Reader> queue = new PriorityQueue<>(
                Comparator.comparing((DigestFile.Reader reader) -> reader.record, DigestRecord::compareKeys));

        private Merged(List<Path> runs) throws IOException {
            try {
                for (Path run : runs) {
                    DigestFile.Reader reader = new DigestFile.Reader(run);
                    readers.add(reader);
                    if (reader.isPresent()) {
                        queue.add(reader);
                    }
                }
            } catch (IOException e) {
                close();
                throw e;
            }
        }

        boolean isPresent() {
            return !queue.isEmpty();
        }

        /** The present record; valid until {@link #next()}. */
        DigestRecord record() {
            return queue.element().record;
        }

        void next() throws IOException {
            DigestFile.Reader reader = queue.remove();
            reader.next();
            if (reader.isPresent()) {
                queue.add(reader);
            }
        }

        @Override
        public void close() throws IOException {
            for (DigestFile.Reader reader : readers) {
                reader.close();
            }
        }
    }
}
