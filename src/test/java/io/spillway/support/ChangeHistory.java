package io.spillway.support;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.spillway.compress.Compression;
import io.spillway.dataset.DumpId;
import io.spillway.destination.Digests;
import io.spillway.manifest.ChangeSteps;
import io.spillway.manifest.Changes;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import io.spillway.manifest.Part;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Dumps of one dataset and the changes between them, written without the code that makes changes. */
public final class ChangeHistory {
    /** The dataset's name. */
    public static final String DATASET = "journals";

    private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(128);

    private final Path site;
    private final Compression compression;
    private final List<ChangeSteps.Step> steps = new ArrayList<>();
    private final List<ChangeSteps.Break> breaks = new ArrayList<>();
    private final List<Dump> dumps = new ArrayList<>();

    /** Whether parts have names by slice, two parts for each slice, in place of numbers over all slices. */
    public boolean bySlice;

    /** What a dump has: lines by key, the key as JSON. */
    public record Dump(DumpId id, Path folder, String manifestSha256, Map<String, String> lines) {}

    /** Nothing is published yet. */
    public ChangeHistory(Path site, Compression compression) {
        this.site = site;
        this.compression = compression;
    }

    /** The folder of the dataset. */
    public Path folder() {
        return site.resolve(DATASET);
    }

    /** The dumps, the oldest first. */
    public List<Dump> dumps() {
        return dumps;
    }

    /** Publishes the next dump, with {@code _id} in its lines, and the step to it from the dump before. */
    public Dump publish(Map<String, String> lines, int parts, @Nullable String newChain) throws IOException {
        DumpId id = new DumpId(DATASET, Instant.parse("2026-01-01T03:00:00Z").plusSeconds(86_400L * dumps.size()));
        Path folder = Files.createDirectories(site.resolve(id.toString()));
        List<Part> all = new ArrayList<>();
        List<String> content = List.copyOf(lines.values());
        for (int i = 0; i < parts; i++) {
            int from = content.size() * i / parts;
            int to = content.size() * (i + 1) / parts;
            if (to > from || content.isEmpty()) {
                String number = bySlice ? "%04d-%05d".formatted(i / 2, i % 2 + 1) : "%05d".formatted(i + 1);
                String name = "%s.%s.jsonl.%s".formatted(id.fileStem(), number, compression.extension());
                all.add(write(folder, name, content.subList(from, to)));
            }
        }
        byte[] manifest = ManifestJson.write(manifest(id, lines.size(), all));
        Files.write(folder.resolve(Manifest.FILE_NAME), manifest);
        Dump dump = new Dump(id, folder, Digests.sha256(manifest), Map.copyOf(lines));
        if (dumps.isEmpty() || newChain != null) {
            breaks.add(new ChangeSteps.Break(id.toString(), newChain == null ? "the first dump" : newChain));
        } else {
            steps.add(step(dumps.get(dumps.size() - 1), dump));
        }
        dumps.add(dump);
        Files.write(folder().resolve(ChangeSteps.FILE_NAME), new ChangeSteps(DATASET, steps, breaks).write());
        return dump;
    }

    private ChangeSteps.Step step(Dump before, Dump after) throws IOException {
        List<String> changed = new ArrayList<>();
        List<String> deleted = new ArrayList<>();
        int added = 0;
        for (Map.Entry<String, String> each : new TreeMap<>(after.lines).entrySet()) {
            String old = before.lines.get(each.getKey());
            added += old == null ? 1 : 0;
            if (!each.getValue().equals(old)) {
                changed.add(each.getValue());
            }
        }
        for (String key : new TreeMap<>(before.lines).keySet()) {
            if (!after.lines.containsKey(key)) {
                deleted.add("{\"key\":%s}".formatted(key));
            }
        }
        List<ChangeSteps.File> files = new ArrayList<>();
        String stem = after.id.fileStem();
        String end = ".00001.jsonl." + compression.extension();
        if (!changed.isEmpty()) {
            files.add(file(Changes.Kind.CHANGED, after, write(after.folder, stem + ".changes" + end, changed)));
        }
        if (!deleted.isEmpty()) {
            files.add(file(Changes.Kind.DELETED, after, write(after.folder, stem + ".deleted" + end, deleted)));
        }
        long changedOnly = (long) changed.size() - added;
        Changes.Counts counts = new Changes.Counts(
                added, changedOnly, deleted.size(), before.lines.size() - changedOnly - deleted.size());
        return new ChangeSteps.Step(
                "_id",
                before.id.toString(),
                before.manifestSha256,
                after.id.toString(),
                after.manifestSha256,
                counts,
                new Changes.Digest(sum(before.lines.values()), sum(after.lines.values())),
                files);
    }

    private static ChangeSteps.File file(Changes.Kind kind, Dump dump, Part part) {
        return ChangeSteps.File.of(
                dump.folder.getFileName().toString(),
                new Changes.File(
                        part.name(),
                        kind,
                        part.format(),
                        part.compression(),
                        part.bytes(),
                        part.bytesUncompressed(),
                        part.documents(),
                        part.sha256()));
    }

    private Part write(Path folder, String name, List<String> lines) throws IOException {
        byte[] content = String.join("", lines.stream().map(line -> line + "\n").toList())
                .getBytes(UTF_8);
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (OutputStream out = compression.compress(file)) {
            out.write(content);
        }
        Files.write(folder.resolve(name), file.toByteArray());
        return new Part(
                name,
                "jsonl",
                compression.name(),
                file.size(),
                content.length,
                lines.size(),
                Digests.sha256(file.toByteArray()),
                null,
                null);
    }

    /** The digest as format.md defines it. */
    public static String sum(Collection<String> lines) {
        BigInteger sum = BigInteger.ZERO;
        for (String line : lines) {
            byte[] digest = Digests.sha256().digest(line.getBytes(UTF_8));
            sum = sum.add(new BigInteger(1, Arrays.copyOf(digest, 16)));
        }
        return "%032x".formatted(sum.mod(MODULUS));
    }

    private static Manifest manifest(DumpId id, long documents, List<Part> parts) {
        return new Manifest(
                1,
                DATASET,
                id.toString(),
                "Journals",
                null,
                "CC0-1.0",
                null,
                null,
                null,
                id.instant(),
                new Manifest.Source(
                        "elasticsearch", "8.19.21", DATASET, List.of(DATASET), false, null, documents, 0L, List.of()),
                documents,
                parts.stream().mapToLong(Part::bytes).sum(),
                1,
                null,
                null,
                null,
                List.of(new Manifest.Format("jsonl", "gzip", Map.of("id", "_id"), Map.of())),
                parts,
                List.of(),
                null,
                "0.0.0",
                null,
                null,
                null);
    }
}
