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
        return new Input(name, files.length(name), files.open(name));
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

        private final long length;
        private final ShardFiles.Content content;
        private boolean clone;
        private long position;

        Input(String name, long length, ShardFiles.Content content) {
            super(name, BUFFER);
            this.length = length;
            this.content = content;
        }

        @Override
        protected void readInternal(ByteBuffer into) throws IOException {
            int count = into.remaining();
            content.read(position, into);
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
