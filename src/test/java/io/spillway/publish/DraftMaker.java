package io.spillway.publish;

import com.fasterxml.jackson.databind.JsonNode;
import io.spillway.dataset.Dataset;
import io.spillway.dataset.DumpId;
import io.spillway.destination.Digests;
import io.spillway.fields.PublishedField;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Part;
import io.spillway.source.SourceDescription;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A draft of {@code journals} with one uncompressed part, so that it is byte-identical everywhere. */
public final class DraftMaker {
    Instant takenAt = Instant.parse("2026-11-21T03:00:00Z");
    Dataset dataset = Dataset.named("journals");
    int documents = 100;
    String document = "{\"id\":\"a\"}";
    List<PublishedField> fields = List.of(field("id", "keyword", 100));
    Map<String, String> descriptions = Map.of();
    boolean examples;

    @Nullable
    JsonNode query;

    String format = "jsonl";
    String compression = "none";

    /** The length of the part's file if compression changes it. */
    @Nullable
    Long bytesOnDisk;

    Map<String, Object> options = Map.of();
    Map<String, Long> leftOut = Map.of();
    String sample = "";
    boolean filtered;
    long repaired;
    long altered;

    public static PublishedField field(String path, @Nullable String type, long documents, String... jsonTypes) {
        return new PublishedField(path, type, List.of(jsonTypes), documents, null, null);
    }

    public DraftMaker takenAt(String instant) {
        takenAt = Instant.parse(instant);
        return this;
    }

    public DraftMaker documents(int number) {
        documents = number;
        return this;
    }

    public DraftMaker fields(PublishedField... others) {
        fields = List.of(others);
        return this;
    }

    /** The draft, with its part in {@code folder}. */
    public Draft in(Path folder) throws IOException {
        Draft draft = make(folder);
        Files.write(folder.resolve(draft.parts().get(0).name()), part());
        return draft;
    }

    /** The draft without any file. */
    public Draft make() {
        return make(Path.of("nowhere"));
    }

    /** The manifest that would be published for it. */
    public Manifest manifest() {
        Draft draft = make();
        return new Manifest(
                1,
                "journals",
                draft.dump().toString(),
                "Journals",
                null,
                null,
                null,
                null,
                null,
                draft.takenAt(),
                new Manifest.Source(
                        "synthetic", null, "synthetic", List.of(), false, null, documents, 0L, draft.manifestFields()),
                documents,
                draft.bytes(),
                7,
                null,
                null,
                null,
                draft.formats(),
                draft.parts(),
                List.of(),
                null,
                "0.0.0");
    }

    private Draft make(Path folder) {
        DumpId dump = new DumpId("journals", takenAt);
        byte[] bytes = part();
        Part part = new Part(
                dump.fileStem() + ".00001." + format + (compression.equals("none") ? "" : "." + compression),
                format,
                compression,
                bytesOnDisk == null ? bytes.length : bytesOnDisk,
                bytes.length,
                documents,
                Digests.sha256(bytes),
                null,
                null);
        return new Draft(
                dataset,
                dump,
                takenAt,
                new SourceDescription("synthetic", "1.0", "synthetic", List.of("synthetic-1"), 1, filtered, List.of()),
                documents,
                null,
                List.of(part),
                List.of(new Manifest.Format(format, compression, options, leftOut)),
                fields,
                new Disclosure(descriptions, examples, query),
                sample,
                repaired,
                altered,
                "",
                folder);
    }

    private byte[] part() {
        return (document + "\n").repeat(documents).getBytes(StandardCharsets.UTF_8);
    }
}
