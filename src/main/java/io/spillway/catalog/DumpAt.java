package io.spillway.catalog;

import io.spillway.dataset.DumpId;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A dump at one destination. Immutable.
 *
 * @param dump     its id
 * @param state    what it is there
 * @param manifest its manifest where that reads and belongs to it, also of a dump whose files are missing; else null
 * @param files    the length in bytes of each file in its folder, by name
 * @param why      what is wrong with a damaged or unreadable dump; null for every other state
 */
public record DumpAt(
        DumpId dump,
        DumpState state,
        @Nullable Manifest manifest,
        Map<String, Long> files,
        @Nullable SpillwayException why) {
    /** Takes a copy. */
    public DumpAt {
        files = Map.copyOf(files);
    }

    /** Whether readers may be led to it. */
    public boolean isComplete() {
        return state == DumpState.COMPLETE;
    }

    /** The names of the files in its folder. */
    public Set<String> names() {
        return files.keySet();
    }
}
