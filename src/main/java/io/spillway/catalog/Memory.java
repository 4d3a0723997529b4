package io.spillway.catalog;

import io.spillway.fault.SpillwayException;
import java.util.Optional;

/**
 * Keeps one small file for each dataset at home, where no reader of dumps sees it. The caller holds the dataset's lock.
 */
public interface Memory {
    /** Remembers nothing. */
    Memory NONE = new Memory() {
        @Override
        public Optional<byte[]> read(String dataset) {
            return Optional.empty();
        }

        @Override
        public void write(String dataset, byte[] bytes) {}
    };

    /**
     * What was written last, or empty where nothing was.
     *
     * @throws SpillwayException the file is there and cannot be read
     */
    Optional<byte[]> read(String dataset) throws SpillwayException;

    /** Replaces the file in one step, and returns when it is on the disk. */
    void write(String dataset, byte[] bytes) throws SpillwayException;
}
