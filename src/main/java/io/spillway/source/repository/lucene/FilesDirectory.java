package io.spillway.source.repository.lucene;

import io.spillway.source.repository.ShardFiles;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Set;
import org.apache.lucene.store.BufferedIndexInput;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.store.Lock;
import org.jspecify.annotations.Nullable;

/** The files of a shard as Lucene's directory. Read only. */
final class FilesDirectory extends Directory {
    private final ShardFiles files;

    FilesDirectory(ShardFiles files) {
        this.files = files;
    }

    @Override
    public String[] listAll() {
        return files.names().toArray(String[]::new);
    }

    @Override
    public long fileLength(String name) throws IOException {
        return files.length(name);
    }

    @Override
    public IndexInput openInput(String name, IOContext context) throws IOException {
        return new Input(name, 0, files.length(name), files.open(name));
    }

    @Override
    public Set<String> getPendingDeletions() {
        return Set.of();
    }

    @Override
    public void close() {
        // Each input is closed by its reader.
    }

    @Override
    public void deleteFile(String name) {
        throw readOnly();
    }

    @Override
    public IndexOutput createOutput(String name, IOContext context) {
        throw readOnly();
    }

    @Override
    public IndexOutput createTempOutput(String prefix, String suffix, IOContext context) {
        throw readOnly();
    }

    @Override
    public void sync(Collection<String> names) {
        throw readOnly();
    }

    @Override
    public void syncMetaData() {
        throw readOnly();
    }

    @Override
    public void rename(String source, String target) {
        throw readOnly();
    }

    @Override
    public Lock obtainLock(String name) {
        throw readOnly();
    }

    private static UnsupportedOperationException readOnly() {
        return new UnsupportedOperationException("a snapshot is only read");
    }

    /** One file; its clones share the open content and must not be used after it was closed. */
    private static final class Input extends BufferedIndexInput {
        private static final int BUFFER = 1 << 14;

        private final long start;
        private final long length;
        private final ShardFiles.Content content;
        private boolean clone;
        private long position;
        private @Nullable IOException failure;

        Input(String name, long start, long length, ShardFiles.Content content) {
            super(name, BUFFER);
            this.start = start;
            this.length = length;
            this.content = content;
        }

        @Override
        protected void readInternal(ByteBuffer into) throws IOException {
            if (failure != null) {
                throw new IOException("cannot continue after a failed read: " + failure.getMessage(), failure);
            }
            int count = into.remaining();
            try {
                content.read(start + position, into, start + length);
            } catch (IOException e) {
                // Lucene reads on to compare the checksum, and would report what it finds in the buffer as damage.
                failure = e;
                into.limit(into.position());
                throw e;
            }
            position += count;
        }

        @Override
        protected void seekInternal(long to) throws IOException {
            if (to > length) {
                throw new EOFException("byte %d of %s, which has %d".formatted(to, this, length));
            }
            position = to;
        }

        @Override
        public long length() {
            return length;
        }

        /** A file in another one; the end of it is the end of what is read. */
        @Override
        public Input slice(String name, long offset, long bytes) {
            if (offset < 0 || bytes < 0 || offset > length - bytes) {
                throw new IllegalArgumentException(
                        "%s at byte %d with %d bytes of %s, which has %d".formatted(name, offset, bytes, this, length));
            }
            Input slice = new Input(getFullSliceDescription(name), start + offset, bytes, content);
            slice.clone = true;
            return slice;
        }

        @Override
        public Input clone() {
            Input copy = (Input) super.clone();
            copy.clone = true;
            return copy;
        }

        @Override
        public void close() throws IOException {
            if (!clone) {
                content.close();
            }
        }
    }
}
