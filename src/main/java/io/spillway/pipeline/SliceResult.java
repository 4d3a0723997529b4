package io.spillway.pipeline;

import io.spillway.encode.ColumnKinds;
import io.spillway.fields.CountedFields;
import io.spillway.manifest.Part;
import io.spillway.progress.Stage;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a slice has written: all that the proof, the manifest and the files beside it need. As JSON it is the same wherever the
 * slice ran.
 *
 * @param slice     its number, from 0
 * @param documents number of published documents, once for all formats
 * @param excluded  number of documents that were read and are not published
 * @param spans     the documents' positions
 * @param repaired  number of documents in which invalid UTF-8 was replaced
 * @param altered   number of documents with withheld or blurred values
 * @param fields    the statistics of the fields
 * @param formats   what was written in each format, in the order of the formats
 * @param sample    the first documents as JSON Lines
 * @param seconds   time per stage
 */
public record SliceResult(
        int slice,
        long documents,
        long excluded,
        SliceSpans spans,
        long repaired,
        long altered,
        CountedFields fields,
        List<Written> formats,
        String sample,
        Map<Stage, Double> seconds) {

    /** @throws NullPointerException if a member is missing */
    public SliceResult {
        Objects.requireNonNull(spans, "spans");
        Objects.requireNonNull(fields, "fields");
        Objects.requireNonNull(sample, "sample");
        formats = List.copyOf(formats);
        seconds = new EnumMap<>(seconds);
    }

    /**
     * A slice in one format.
     *
     * @param parts   in order, with their names where they were written
     * @param sent    where the parts wait, in the same order; empty if their files are in the work folder
     * @param leftOut fields without a place in the format, with the number of documents that have them
     * @param columns the kinds of cells in its columns, if it has columns
     * @param library the library that compressed the parts if their bytes can differ between machines, or null
     */
    public record Written(
            List<Part> parts,
            List<String> sent,
            Map<String, Long> leftOut,
            ColumnKinds columns,
            @Nullable String library) {
        /** @throws NullPointerException if a member is missing */
        public Written {
            parts = List.copyOf(parts);
            sent = List.copyOf(sent);
            leftOut = new TreeMap<>(leftOut);
            Objects.requireNonNull(columns, "columns");
        }
    }

    /** How many documents were read. */
    public long read() {
        return documents + excluded;
    }
}
