package io.spillway.support;

import io.spillway.dataset.CustomLicense;
import io.spillway.dataset.DumpId;
import io.spillway.destination.Digests;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import io.spillway.manifest.Part;
import io.spillway.manifest.Sha256Sums;
import io.spillway.manifest.SideFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Dumps created from only a manifest and a few bytes: real files with correct checksums, in milliseconds. */
public final class PublishedDumps {
    /** The description of the dataset in the next dump. */
    public String title = "Journals";

    /** The same, or null. */
    public @Nullable String description = "Every journal in the directory.";

    /** SPDX, or null. */
    public @Nullable String license = "CC0-1.0";

    public @Nullable CustomLicense customLicense;

    /** The publisher's name, or null. */
    public @Nullable String publisher;

    /** Page, or null. */
    public @Nullable String homepage = "https://example.org/journals";

    /** Routes, or null. */
    public @Nullable List<String> covers = List.of("/api/search/journals");

    /** Due, or null. */
    public @Nullable Instant nextDue;

    /** The files of a dump. */
    public int parts = 2;

    /** The sample, or empty. */
    public String sample = "{\"id\":\"a\"}\n";

    /** Whether there are files of these names for programs that fetch a whole dump; the files are empty. */
    public boolean forPrograms;

    /** The fields. */
    public List<Manifest.Field> fields = List.of(
            new Manifest.Field("id", "keyword", List.of("string"), 10L, null),
            new Manifest.Field("bibjson.title", "text", List.of("string"), 9L, null));

    /** A dump of {@code dataset} in a folder of its own below {@code root}. */
    public Manifest publish(Path root, String dataset, Instant takenAt, long documentsInPart) throws IOException {
        Manifest manifest = in(
                Files.createDirectories(root.resolve(new DumpId(dataset, takenAt).toString())),
                dataset,
                takenAt,
                documentsInPart);
        return manifest;
    }

    /** The files of a dump in an existing folder of any name. */
    public Manifest in(Path folder, String dataset, Instant takenAt, long documentsInPart) throws IOException {
        DumpId dump = new DumpId(dataset, takenAt);
        List<Part> all = new ArrayList<>();
        Map<String, String> hashes = new TreeMap<>();
        for (int number = 1; number <= parts; number++) {
            byte[] bytes = "{\"id\":\"%d\"}%n".formatted(number).getBytes(StandardCharsets.UTF_8);
            String name = "%s.%05d.jsonl".formatted(dump.fileStem(), number);
            Files.write(folder.resolve(name), bytes);
            String hash = Digests.sha256(bytes);
            hashes.put(name, hash);
            all.add(new Part(
                    name, "jsonl", "none", bytes.length, bytes.length, documentsInPart, hash, "0".repeat(32), "0"));
        }
        List<SideFile> files = new ArrayList<>();
        if (!sample.isEmpty()) {
            files.add(write(folder, "sample.jsonl", sample.getBytes(StandardCharsets.UTF_8), hashes));
        }
        StringBuilder urls = new StringBuilder();
        all.forEach(part -> urls.append(part.name()).append('\n'));
        files.add(write(folder, "urls.txt", urls.toString().getBytes(StandardCharsets.UTF_8), hashes));
        if (forPrograms) {
            files.add(write(folder, dataset + ".meta4", new byte[] {'m'}, hashes));
            files.add(write(folder, dataset + ".torrent", new byte[] {'t'}, hashes));
        }
        files.add(write(folder, Sha256Sums.FILE_NAME, Sha256Sums.write(hashes), new TreeMap<>()));
        long documents = documentsInPart * parts;
        Manifest manifest = new Manifest(
                1,
                dataset,
                dump.toString(),
                title,
                description,
                license,
                homepage,
                covers,
                nextDue,
                takenAt,
                new Manifest.Source(
                        "elasticsearch",
                        "8.19.21",
                        dataset,
                        List.of(dataset + "-1"),
                        false,
                        null,
                        documents,
                        0L,
                        fields),
                documents,
                all.stream().mapToLong(Part::bytes).sum(),
                1,
                null,
                null,
                null,
                List.of(new Manifest.Format("jsonl", "none", Map.of(), Map.of())),
                all,
                files,
                null,
                "0.0.0",
                publisher,
                customLicense,
                null);
        Files.write(folder.resolve(Manifest.FILE_NAME), ManifestJson.write(manifest));
        return manifest;
    }

    private static SideFile write(Path folder, String name, byte[] bytes, Map<String, String> hashes)
            throws IOException {
        Files.write(folder.resolve(name), bytes);
        String hash = Digests.sha256(bytes);
        hashes.put(name, hash);
        return new SideFile(name, bytes.length, hash);
    }
}
