package io.spillway.publish;

import java.time.Instant;
import java.util.Optional;

/** When a dataset's dumps come. For any thread. */
@FunctionalInterface
public interface Cadence {
    /** For datasets that are exported when somebody asks for it. */
    Cadence NONE = takenAt -> Optional.empty();

    /** When the dump after one that was taken at {@code takenAt} is due, or empty where nobody has planned one. */
    Optional<Instant> after(Instant takenAt);
}
