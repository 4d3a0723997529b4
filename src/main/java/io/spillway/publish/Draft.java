package io.spillway.publish;

import io.spillway.dataset.Dataset;
import io.spillway.dataset.DumpId;
import io.spillway.fields.PublishedField;
import io.spillway.manifest.Changes;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Part;
import io.spillway.source.SourceDescription;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A dump whose parts are complete and checked, in a work folder that is not yet public.
 *
 * @param dataset    the dataset
 * @param dump       its id
 * @param takenAt    when the snapshot was taken
 * @param source     the source of the snapshot
 * @param documents  number of documents in the dump
 * @param where      how documents were selected while they were read, or null if all of the snapshot were
 * @param parts      sorted by name, which is the file name in {@code folder}
 * @param formats    the formats with the options that readers need
 * @param fields     the published fields, sorted by path, without withheld ones
 * @param disclosure what the publisher adds or hides; its descriptions may omit fields and may name unpublished ones
 * @param sample     the first documents as published, as JSON Lines; empty if the dump is empty
 * @param repaired   number of documents in which invalid UTF-8 was replaced
 * @param altered    number of documents with withheld or blurred values
 * @param runJson    a JSON record of the export; empty if it is not to be published
 * @param folder     the work folder; its owner removes it
 * @param changes    what turns the dump before into this one, with its files in {@code folder}; null if not configured
 */
public record Draft(
        Dataset dataset,
        DumpId dump,
        Instant takenAt,
        SourceDescription source,
        long documents,
        Manifest.@Nullable Where where,
        List<Part> parts,
        List<Manifest.Format> formats,
        List<PublishedField> fields,
        Disclosure disclosure,
        String sample,
        long repaired,
        long altered,
        String runJson,
        Path folder,
        @Nullable Changes changes) {
    /** A draft without changes. */
    public Draft(
            Dataset dataset,
            DumpId dump,
            Instant takenAt,
            SourceDescription source,
            long documents,
            Manifest.@Nullable Where where,
            List<Part> parts,
            List<Manifest.Format> formats,
            List<PublishedField> fields,
            Disclosure disclosure,
            String sample,
            long repaired,
            long altered,
            String runJson,
            Path folder) {
        this(
                dataset,
                dump,
                takenAt,
                source,
                documents,
                where,
                parts,
                formats,
                fields,
                disclosure,
                sample,
                repaired,
                altered,
                runJson,
                folder,
                null);
    }

    /** The same draft with changes. */
    Draft with(@Nullable Changes made) {
        return new Draft(
                dataset,
                dump,
                takenAt,
                source,
                documents,
                where,
                parts,
                formats,
                fields,
                disclosure,
                sample,
                repaired,
                altered,
                runJson,
                folder,
                made);
    }

    /** The files with changes; empty if there are none. */
    public List<Changes.File> changeFiles() {
        return changes == null ? List.of() : changes.files();
    }

    /** Makes defensive copies. */
    public Draft {
        parts = List.copyOf(parts);
        formats = List.copyOf(formats);
        fields = List.copyOf(fields);
    }

    /** The publisher's descriptions of fields, by path. */
    public Map<String, String> descriptions() {
        return disclosure.descriptions();
    }

    /** Total bytes of all parts. */
    public long bytes() {
        return parts.stream().mapToLong(Part::bytes).sum();
    }

    /** The fields in the manifest's form. */
    public List<Manifest.Field> manifestFields() {
        return fields.stream()
                .map(field -> new Manifest.Field(
                        field.path(), field.type(), field.jsonTypes(), field.documents(), field.blurred()))
                .toList();
    }
}
