package io.spillway.source.repository;

import java.io.Closeable;
import java.io.IOException;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the documents of one shard from its files. Implemented on Lucene, which no other package uses. Thread-safe. */
public interface ShardReader {

    /** Makes a reader. */
    interface Factory {
        /** A reader of these files, which reads nothing yet. */
        ShardReader of(ShardFiles files);
    }

    /** The segments of the shard, in the order of its commit; empty if the shard has no documents. */
    List<Segment> segments() throws IOException;

    /** Files were written by a version of Lucene, or in a format, that this reader does not know. */
    final class UnknownFormatException extends IOException {
        private static final long serialVersionUID = 1L;

        /** A failure; the message names the format. */
        public UnknownFormatException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** A part of a shard. */
    interface Segment {

        /** Its name, unique in the shard: {@code _1a}. */
        String name();

        /** The count of its numbers, which include deleted and nested documents. */
        int size();

        /** The names of its files. */
        Collection<String> files();

        /** Opens it. The caller closes it. */
        OpenSegment open() throws IOException;
    }

    /** An open part of a shard, for one thread. */
    interface OpenSegment extends Closeable {

        /** The numbers of the documents that a search finds: neither deleted nor nested in another one. */
        BitSet documents() throws IOException;

        /** Bytes of the files that hold sources. */
        long sourceBytes() throws IOException;

        /** Compares the checksums of the files that hold sources with their content. */
        void requireIntact() throws IOException;

        /** Reads one document into {@code found}. Fast if the numbers rise. */
        void read(int number, StoredDocument found) throws IOException;
    }

    /** The stored fields of one document; reused for the next one. */
    final class StoredDocument {
        private byte @Nullable [] id;
        private byte @Nullable [] source;
        private @Nullable String routing;

        /** Forgets everything. */
        public void clear() {
            id = null;
            source = null;
            routing = null;
        }

        /** The id in the server's encoding, or null without one. The array is shared. */
        public byte @Nullable [] id() {
            return id;
        }

        /** Sets the id; the array is shared. */
        public void id(byte[] value) {
            id = value;
        }

        /** The source as it was stored, or null without one. The array is shared. */
        public byte @Nullable [] source() {
            return source;
        }

        /** Sets the source; the array is shared. */
        public void source(byte[] value) {
            source = value;
        }

        /** The routing, or null without one. */
        public @Nullable String routing() {
            return routing;
        }

        /** Sets the routing. */
        public void routing(String value) {
            routing = value;
        }
    }
}
