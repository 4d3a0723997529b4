package io.spillway.pipeline;

import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.source.SourceDescription;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Determines, before anything is read, how the documents of a snapshot are written. */
public interface Formats {

    /**
     * The formats for a source: at least one, and no two with the same file names.
     *
     * @param source   with all its fields, published or not
     * @param previous the dump before, or null if there is none
     * @throws SpillwayException if a format cannot represent these documents; the hint says what to change
     */
    List<PartFormat> of(SourceDescription source, @Nullable Manifest previous) throws SpillwayException;
}
