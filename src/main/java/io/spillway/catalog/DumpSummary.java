package io.spillway.catalog;

import io.spillway.dataset.DumpId;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Part;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What lists of dumps show of one dump. Its size does not depend on the numbers of fields and parts, so that a catalog of
 * many dumps fits in memory. An immutable value.
 *
 * @param id         of the dump
 * @param title      of the dataset when the dump was made
 * @param publisher  the name of its publisher, or null where it states none
 * @param hasPage    whether the dump has a page of its own, {@link #PAGE}
 * @param takenAt    when the snapshot was taken
 * @param documents  documents in the dump
 * @param bytes      bytes of all parts
 * @param partCount  how many parts there are, at least 1
 * @param firstParts the first {@link #MOST_PARTS} of them, in the order of their names
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
        List<Part> firstParts) {
    /** The page of a dump, in its folder. */
    public static final String PAGE = "index.html";

    /** How many parts a summary keeps. */
    public static final int MOST_PARTS = 10;

    /** Takes a copy. */
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
                parts.subList(0, Math.min(MOST_PARTS, parts.size())));
    }

    /** The id as text, which is also the key of the dump's folder. */
    public String dump() {
        return id.toString();
    }
}
