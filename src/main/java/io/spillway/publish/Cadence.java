package io.spillway.publish;

import java.time.Instant;
import java.util.Optional;

/** When the next dump of a dataset is due. Thread-safe. */
@FunctionalInterface
public interface Cadence {
    /** For datasets that are exported on demand only. */
    Cadence NONE = takenAt -> Optional.empty();

    /** When the dump after the one taken at {@code takenAt} is due; empty if none is scheduled. */
    Optional<Instant> after(Instant takenAt);
}
