package io.spillway.source.repository;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;

/** The files that Lucene wrote for one shard, under their own names, whatever blobs they are kept in. Thread-safe. */
public interface ShardFiles {

    /** The names of all files. */
    Set<String> names();

    /**
     * The length of a file in bytes.
     *
     * @throws java.nio.file.NoSuchFileException if the shard has no such file
     */
    long length(String name) throws IOException;

    /**
     * Opens a file. The caller closes it.
     *
     * @throws java.nio.file.NoSuchFileException if it is missing
     */
    Content open(String name) throws IOException;

    /**
     * Reads all of the named files once and compares their lengths and checksums with those that the snapshot recorded. A
     * file that was checked already is not read again. Reads nothing where files have to be fetched.
     *
     * @return false if nothing was read, so that the checksums within the files have to be compared
     * @throws IOException if a file is missing, short or altered
     */
    boolean verify(Iterable<String> files) throws IOException;

    /** The content of an open file. Thread-safe. */
    interface Content extends Closeable {

        /**
         * Fills the buffer with the bytes that begin at {@code position}.
         *
         * @param until the end of what the caller may read next, which may be fetched together
         * @throws java.io.EOFException if the file is shorter
         */
        void read(long position, ByteBuffer into, long until) throws IOException;
    }
}
