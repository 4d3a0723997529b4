package io.spillway.pipeline;

import io.spillway.fault.SpillwayException;
import io.spillway.source.SourceDescription;
import java.util.List;

/** Determines, before anything is read, how the documents of a snapshot are written. */
public interface Formats {

    /**
     * The formats for a source: at least one, and no two with the same file names.
     *
     * @param source with all its fields, published or not
     * @throws SpillwayException if a format cannot represent these documents; the hint says what to change
     */
    List<PartFormat> of(SourceDescription source) throws SpillwayException;
}
