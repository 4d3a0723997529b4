package io.spillway.source.repository;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * The place that keeps the files of a repository. Only lists and reads. Paths are relative to the repository, with {@code /}.
 * Thread-safe.
 */
interface BlobStore extends AutoCloseable {

    /** Its name in messages, without credentials. */
    String name();

    /**
     * The files directly in a folder, with their lengths in bytes; empty if the folder is missing.
     *
     * @param folder relative to the repository, or empty for the repository itself
     */
    Map<String, Long> list(String folder) throws IOException;

    /**
     * Opens a file. The caller closes it.
     *
     * @throws java.nio.file.NoSuchFileException if it is missing
     */
    Blob open(String path) throws IOException;

    /** An open file. Thread-safe. */
    interface Blob extends Closeable {

        /** Its length in bytes. */
        long length() throws IOException;

        /**
         * Fills the buffer with the bytes that begin at {@code position}.
         *
         * @throws java.io.EOFException if the file is shorter
         */
        void read(long position, ByteBuffer into) throws IOException;
    }

    @Override
    void close();
}
