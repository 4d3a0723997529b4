package io.spillway.destination;

import io.spillway.fault.SpillwayException;
import java.nio.file.Path;
import java.util.List;

/** The capability of a destination that can show what it would send. Thread-safe. */
public interface RequestPreview {

    /**
     * The requests of {@link Destination#place}, as text and in their order. Sends nothing.
     *
     * @param folder as for {@code place}; it may also be in its place already
     * @param prefix as for {@code place}
     * @param last   as for {@code place}
     */
    List<String> dryRun(Path folder, ObjectKey prefix, String last) throws SpillwayException;
}
