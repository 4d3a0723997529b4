package io.spillway.publish;

import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Changes;
import io.spillway.manifest.Manifest;
import org.jspecify.annotations.Nullable;

/** Makes the changes of a draft. */
@FunctionalInterface
public interface ChangeSource {
    /** For datasets without changes. */
    ChangeSource NONE = (draft, previous, schemaVersion) -> null;

    /**
     * Writes the files with changes into the draft's folder.
     *
     * @param previous      the dump before, or null if there is none
     * @param schemaVersion of the draft
     * @return what the manifest has; null if changes are not configured
     * @throws SpillwayException if the draft must not be published, as after an interrupt
     */
    @Nullable
    Changes of(Draft draft, @Nullable Manifest previous, int schemaVersion) throws SpillwayException;
}
