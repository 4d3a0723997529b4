package io.spillway.catalog;

import io.spillway.fault.SpillwayException;
import java.util.Optional;

/**
 * Stores one small file for each dataset at home, invisible to readers of dumps. The caller holds the dataset's lock.
 */
public interface Memory {
    /** Stores nothing. */
    Memory NONE = new Memory() {
        @Override
        public Optional<byte[]> read(String dataset) {
            return Optional.empty();
        }

        @Override
        public void write(String dataset, byte[] bytes) {}
    };

    /**
     * Returns the content written last; empty if nothing was written.
     *
     * @throws SpillwayException if the file exists but cannot be read
     */
    Optional<byte[]> read(String dataset) throws SpillwayException;

    /** Replaces the file atomically; returns after it was synced to disk. */
    void write(String dataset, byte[] bytes) throws SpillwayException;
}
