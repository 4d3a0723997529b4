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
 * @param state    its state there
 * @param manifest its manifest if it is readable and belongs to this dump, even if files are missing; otherwise null
 * @param files    length in bytes of each file in its folder, by name
 * @param why      what is wrong with a damaged or unreadable dump; null in every other state
 */
public record DumpAt(
        DumpId dump,
        DumpState state,
        @Nullable Manifest manifest,
        Map<String, Long> files,
        @Nullable SpillwayException why) {
    /** Makes a defensive copy. */
    public DumpAt {
        files = Map.copyOf(files);
    }

    /** Whether pages and links may refer to it. */
    public boolean isComplete() {
        return state == DumpState.COMPLETE;
    }

    /** The names of the files in its folder. */
    public Set<String> names() {
        return files.keySet();
    }
}
