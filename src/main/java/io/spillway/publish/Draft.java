package io.spillway.publish;

import io.spillway.dataset.Dataset;
import io.spillway.dataset.DumpId;
import io.spillway.fields.PublishedField;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Part;
import io.spillway.source.SourceDescription;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A dump whose parts are complete and checked, in a folder that nobody takes for one.
 *
 * @param dataset   what it is a dump of
 * @param dump      its id
 * @param takenAt   when the snapshot was taken
 * @param source    what the snapshot was taken of
 * @param documents documents in the snapshot
 * @param parts     in the order of their names, lying in {@code folder} under them
 * @param formats   what readers have to know of the formats beyond their names
 * @param fields    the fields that stand in the parts, sorted by path; none that was withheld
 * @param disclosure what the publisher says beside what was found; its descriptions need not name all fields, nor only
 *                  those that stand in the parts
 * @param sample    the first documents as they stand in the dump, JSON Lines; empty where the dump is
 * @param repaired  documents in which bytes that are not UTF-8 were replaced
 * @param altered   documents of which something was withheld or blurred
 * @param runJson   how the export went, as JSON, or empty where that is not to be published
 * @param folder    the work folder; its owner removes it
 */
public record Draft(
        Dataset dataset,
        DumpId dump,
        Instant takenAt,
        SourceDescription source,
        long documents,
        List<Part> parts,
        List<Manifest.Format> formats,
        List<PublishedField> fields,
        Disclosure disclosure,
        String sample,
        long repaired,
        long altered,
        String runJson,
        Path folder) {
    /** Takes copies. */
    public Draft {
        parts = List.copyOf(parts);
        formats = List.copyOf(formats);
        fields = List.copyOf(fields);
    }

    /** What the publisher says of fields, by path. */
    public Map<String, String> descriptions() {
        return disclosure.descriptions();
    }

    /** Bytes of all parts. */
    public long bytes() {
        return parts.stream().mapToLong(Part::bytes).sum();
    }

    /** The fields as a manifest names them. */
    public List<Manifest.Field> manifestFields() {
        return fields.stream()
                .map(field -> new Manifest.Field(
                        field.path(), field.type(), field.jsonTypes(), field.documents(), field.blurred()))
                .toList();
    }
}
