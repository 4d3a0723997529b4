package io.spillway.source.repository;

import java.io.IOException;
import java.util.Map;

/**
 * A store of objects that keeps the files of a repository. Only lists and reads, by requests that cost time. Names are relative to
 * the repository, with {@code /}. Thread-safe.
 */
public interface ObjectStore extends AutoCloseable {

    /** Its name in messages, without credentials. */
    String name();

    /**
     * The objects directly in a folder, with their lengths in bytes; empty without one.
     *
     * @param folder  relative to the repository, or empty for the repository itself
     * @param counted is called before each request
     */
    Map<String, Long> list(String folder, Runnable counted) throws IOException;

    /**
     * All bytes of an object, by one request.
     *
     * @throws java.nio.file.NoSuchFileException if it is missing
     */
    byte[] read(String name) throws IOException;

    /**
     * A range of an object, by one request; fewer bytes if the object is shorter.
     *
     * @throws java.nio.file.NoSuchFileException if it is missing
     */
    byte[] read(String name, long from, int length) throws IOException;

    /** The store refuses to answer: the message says why. */
    final class RefusedException extends IOException {
        private static final long serialVersionUID = 1L;

        private final String hint;

        /** A refusal with what to do next. */
        public RefusedException(String message, String hint, Throwable cause) {
            super(message, cause);
            this.hint = hint;
        }

        /** What to do next. */
        public String hint() {
            return hint;
        }
    }

    @Override
    void close();
}
