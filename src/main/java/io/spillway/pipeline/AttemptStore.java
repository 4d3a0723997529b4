package io.spillway.pipeline;

import java.nio.file.Path;

/** The parts of one attempt to run a slice, which another process commits or abandons. Thread-safe. */
public interface AttemptStore extends PartStore {
    /** An empty folder of this attempt alone, for parts that are being written. {@link #close()} removes it. */
    Path unfinished();
}
