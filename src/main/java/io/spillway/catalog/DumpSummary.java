package io.spillway.catalog;

import io.spillway.dataset.DumpId;
import io.spillway.manifest.Changes;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Part;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What lists of dumps show for one dump. Its size does not depend on the number of fields and parts, so that a catalog
 * of many dumps fits in memory. Immutable.
 *
 * @param id         the dump's id
 * @param title      title of the dataset when the dump was made
 * @param publisher  the publisher's name, or null if it states none
 * @param hasPage    whether the dump has a page of its own, {@link #PAGE}
 * @param takenAt    when the snapshot was taken
 * @param documents  number of documents
 * @param bytes      total bytes of its parts
 * @param partCount  number of parts, at least 1
 * @param firstParts the first {@link #MOST_PARTS} parts, sorted by name
 * @param changes    how it differs from the dump before, or null if changes are not published
 */
public record DumpSummary(
        DumpId id,
        String title,
        @Nullable String publisher,
        boolean hasPage,
        Instant takenAt,
        long documents,
        long bytes,
        int partCount,
        List<Part> firstParts,
        Changes.@Nullable Counts changes) {
    /** The page of a dump, in its folder. */
    public static final String PAGE = "index.html";

    /** The number of parts that a summary keeps. */
    public static final int MOST_PARTS = 10;

    /** Makes a defensive copy. */
    public DumpSummary {
        firstParts = List.copyOf(firstParts);
    }

    /** The summary of a dump. */
    public static DumpSummary of(Manifest manifest) {
        List<Part> parts = manifest.parts();
        return new DumpSummary(
                manifest.id(),
                manifest.title(),
                manifest.publisher(),
                manifest.files().stream().anyMatch(file -> file.name().equals(PAGE)),
                manifest.takenAt(),
                manifest.documents(),
                manifest.bytes(),
                parts.size(),
                parts.subList(0, Math.min(MOST_PARTS, parts.size())),
                manifest.changes() == null ? null : manifest.changes().counts());
    }

    /** The id as text, which is also the key of the dump's folder. */
    public String dump() {
        return id.toString();
    }
}
