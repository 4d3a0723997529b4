package io.spillway.source.repository;

import io.spillway.source.Fetched;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
     * All bytes of a file.
     *
     * @throws java.nio.file.NoSuchFileException if it is missing
     */
    byte[] readAll(String path) throws IOException;

    /**
     * Opens a file. The caller closes it.
     *
     * @param length that it has to have, in bytes
     * @throws java.nio.file.NoSuchFileException if it is missing; reading may throw it, too
     */
    Blob open(String path, long length) throws IOException;

    /**
     * Whether bytes have to be fetched, so that files that documents do not need are not read at all. Otherwise the checksums of all
     * files are compared.
     */
    boolean isRemote();

    /** What was fetched so far, or null if nothing has to be. */
    @Nullable
    Fetched fetched();

    /** An open file. Thread-safe. */
    interface Blob extends Closeable {

        /**
         * Fills the buffer with the bytes that begin at {@code position}.
         *
         * @param until the end of what the caller may read next, which may be fetched together
         * @throws java.io.EOFException if the file is shorter
         */
        void read(long position, ByteBuffer into, long until) throws IOException;
    }

    @Override
    void close();
}
