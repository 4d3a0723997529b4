package io.spillway.source.repository;

import io.spillway.source.Fetched;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * A repository in a store of objects. Fetches what is read and keeps it in temporary files, because stored fields are read twice:
 * once for their checksum, once for their documents. A first read of a place fetches a small range; reads that continue where a
 * range ended fetch longer and longer ones, up to the end that the caller names. Ranges of a closed file are kept, up to a limit, for
 * the next one that opens it.
 */
final class CachedObjects implements BlobStore {
    /** The shortest range: lists of fields and documents are often shorter. */
    static final int BLOCK = 64 << 10;
    /** The longest range is 4 MiB: a longer one is not faster, and each lane holds one in memory. */
    private static final int MOST_BLOCKS = 64;
    /** Of files that are not open. */
    private static final long KEPT_BYTES = 1L << 30;

    private final ObjectStore store;
    private final Map<String, CachedFile> files = new LinkedHashMap<>();
    private final LongAdder requests = new LongAdder();
    private final LongAdder bytes = new LongAdder();

    CachedObjects(ObjectStore store) {
        this.store = store;
    }

    @Override
    public String name() {
        return store.name();
    }

    @Override
    public Map<String, Long> list(String folder) throws IOException {
        return store.list(folder, requests::increment);
    }

    @Override
    public byte[] readAll(String path) throws IOException {
        requests.increment();
        byte[] all = store.read(path);
        bytes.add(all.length);
        return all;
    }

    @Override
    public boolean isRemote() {
        return true;
    }

    @Override
    public Fetched fetched() {
        return new Fetched(requests.sum(), bytes.sum());
    }

    @Override
    public Blob open(String path, long length) throws IOException {
        synchronized (files) {
            CachedFile file = files.remove(path);
            if (file == null || file.length != length) {
                if (file != null) {
                    file.close();
                }
                file = new CachedFile(path, length);
            }
            file.users++;
            files.put(path, file);
            return new Handle(file);
        }
    }

    /** Forgets files that are not open, the longest unused first. */
    private void release(CachedFile released) throws IOException {
        synchronized (files) {
            released.users--;
            long kept = 0;
            for (CachedFile file : files.values()) {
                kept += file.users == 0 ? file.cachedBytes() : 0;
            }
            var unused = files.values().iterator();
            while (kept > KEPT_BYTES && unused.hasNext()) {
                CachedFile file = unused.next();
                if (file.users == 0) {
                    kept -= file.cachedBytes();
                    unused.remove();
                    file.close();
                }
            }
        }
    }

    @Override
    public void close() {
        synchronized (files) {
            for (CachedFile file : files.values()) {
                file.close();
            }
            files.clear();
        }
        store.close();
    }

    /** One opening of a file. */
    private final class Handle implements Blob {
        private final CachedFile file;
        private boolean closed;

        Handle(CachedFile file) {
            this.file = file;
        }

        @Override
        public void read(long position, ByteBuffer into, long until) throws IOException {
            file.read(position, into, until);
        }

        @Override
        public void close() throws IOException {
            if (!closed) {
                closed = true;
                release(file);
            }
        }
    }

    /** The ranges of one object that were fetched, in a file without a name, which ends with this process. */
    private final class CachedFile {
        private final String path;
        private final long length;
        private final RandomAccessFile content;
        private final BitSet present = new BitSet();
        /** The number of blocks of the last range, by the block after it. */
        private final Map<Integer, Integer> ranges = new HashMap<>();
        /** Guarded by {@code files}. */
        private int users;

        CachedFile(String path, long length) throws IOException {
            this.path = path;
            this.length = length;
            Path temporary = Files.createTempFile("spillway-repository-", ".part");
            this.content = new RandomAccessFile(temporary.toFile(), "rw");
            Files.delete(temporary);
        }

        synchronized long cachedBytes() {
            return (long) present.cardinality() * BLOCK;
        }

        synchronized void read(long position, ByteBuffer into, long until) throws IOException {
            long end = position + into.remaining();
            if (end > length) {
                throw new EOFException("%s ends at byte %d".formatted(path, length));
            }
            int last = (int) ((end - 1) / BLOCK);
            for (int block = missing(position); block <= last; block = missing((long) block * BLOCK)) {
                fetch(block, last, until);
            }
            byte[] bytesRead = new byte[into.remaining()];
            content.seek(position);
            content.readFully(bytesRead);
            into.put(bytesRead);
        }

        private int missing(long position) {
            return present.nextClearBit((int) (position / BLOCK));
        }

        /** Fetches at least one missing block, and more up to {@code last} or beyond it. */
        private void fetch(int block, int last, long until) throws IOException {
            Integer before = ranges.remove(block);
            int wanted = Math.max(last - block + 1, before == null ? 1 : Math.min(2 * before, MOST_BLOCKS));
            long useful = Math.min(Math.max(until, (last + 1L) * BLOCK), length);
            int stop = Math.min(block + Math.min(wanted, MOST_BLOCKS), (int) ((useful + BLOCK - 1) / BLOCK));
            int known = present.nextSetBit(block);
            stop = known < 0 ? stop : Math.min(stop, known);
            long from = (long) block * BLOCK;
            int count = (int) (Math.min((long) stop * BLOCK, length) - from);
            requests.increment();
            byte[] range = store.read(path, from, count);
            bytes.add(range.length);
            if (range.length != count) {
                throw new EOFException("%s ends at byte %d".formatted(path, from + range.length));
            }
            try {
                content.seek(from);
                content.write(range);
            } catch (IOException e) {
                throw new IOException(
                        "cannot keep a part of it in the folder for temporary files: " + e.getMessage(), e);
            }
            present.set(block, stop);
            ranges.put(stop, stop - block);
        }

        synchronized void close() {
            try {
                content.close();
            } catch (IOException e) {
                throw new IllegalStateException("a file without a name cannot be closed", e);
            }
        }
    }
}
