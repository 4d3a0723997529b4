package io.spillway.pipeline;

import io.spillway.fault.SpillwayException;
import io.spillway.source.SourceDescription;
import java.util.List;

/** Decides, before anything is read, how the documents of a snapshot are written. */
public interface Formats {

    /**
     * The formats for what was found, at least one, no two whose files would have the same names.
     *
     * @param source with all its fields, published or not
     * @throws SpillwayException a format cannot hold these documents; the hint says what to change
     */
    List<PartFormat> of(SourceDescription source) throws SpillwayException;
}
