package io.spillway.run;

import io.spillway.dataset.DumpId;
import io.spillway.manifest.Manifest;
import io.spillway.pipeline.PartFormat;
import io.spillway.source.Snapshot;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What is decided before anything is read: a snapshot whose fields all have a decision and that has enough documents.
 *
 * @param snapshot the frozen snapshot, whose slices are run; its owner closes it
 * @param dump     the name of the dump
 * @param formats  how its documents are written
 * @param previous the dump before, or null for the first one
 * @param compared number of documents that are compared with the dump before; empty without changes
 */
public record ExportPlan(
        Snapshot snapshot,
        DumpId dump,
        List<PartFormat> formats,
        @Nullable Manifest previous,
        OptionalLong compared) {
    /** Makes a defensive copy. */
    public ExportPlan {
        formats = List.copyOf(formats);
    }
}
