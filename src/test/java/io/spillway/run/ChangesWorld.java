package io.spillway.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.changes.ChangeSettings;
import io.spillway.compress.Compression;
import io.spillway.config.Percent;
import io.spillway.destination.Destination;
import io.spillway.encode.JsonLines;
import io.spillway.fields.FieldPattern;
import io.spillway.fields.FieldPolicy;
import io.spillway.manifest.Changes;
import io.spillway.manifest.Manifest;
import io.spillway.publish.Gate;
import io.spillway.source.SourceField;
import io.spillway.support.KeyedSource;
import io.spillway.support.KeyedSource.Keyed;
import io.spillway.support.SyntheticSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Exports with changes, one hour after the other, of documents by their field {@code id}; the field {@code s} is withheld. */
final class ChangesWorld {
    private static final Compression GZIP = Compression.parse("gzip", null);

    final Path root;
    final KeyedSource source = new KeyedSource()
            .slices(2)
            .fields(new SourceField("id", "keyword"), new SourceField("n", "long"), new SourceField("s", "keyword"));

    /** Sources of documents by their keys. */
    final Map<String, String> documents = new TreeMap<>();

    /** What identifies a document. */
    String key = "id";

    /** A decorator of the destination that is published to. */
    UnaryOperator<Destination> destination = UnaryOperator.identity();

    private int hour;

    ChangesWorld(Path root) {
        this.root = root;
    }

    /** Sets a document. */
    ChangesWorld put(String id, int number, String secret) {
        documents.put(id, "{\"id\":\"%s\",\"n\":%d,\"s\":\"%s\"}".formatted(id, number, secret));
        return this;
    }

    /** Exports what is there now. */
    ExportReport export() throws Exception {
        hour++;
        List<Keyed> all = new ArrayList<>();
        documents.forEach((id, text) -> all.add(new Keyed("_" + id, "i", null, text)));
        source.now(SyntheticSource.TAKEN_AT.plus(Duration.ofHours(hour)), all);
        return new SyntheticExport(root, source)
                .gate(new Gate(new Gate.Rules(Percent.parse("100%"), false, EnumSet.allOf(Gate.Refusal.class))))
                .limits(3, 1 << 20)
                .fields(new FieldPolicy(
                        List.of(FieldPattern.of("id"), FieldPattern.of("n")),
                        List.of(FieldPattern.of("s")),
                        List.of(),
                        FieldPolicy.Unlisted.STOP))
                .destination(destination)
                .changes(new ChangeSettings(key, false, JsonLines::new, GZIP, null, 100, 1 << 20, Map.of()))
                .run();
    }

    /** Exports, and returns the changes of the dump. */
    Changes changes() throws Exception {
        Changes changes = export().manifest().changes();
        assertThat(changes).isNotNull();
        return changes;
    }

    /** The lines, or keys, of all files of one kind. */
    List<String> lines(Manifest manifest, Changes.Kind kind) throws IOException {
        List<String> lines = new ArrayList<>();
        for (Changes.File file : manifest.changes().files()) {
            if (file.kind() == kind) {
                lines.addAll(text(root.resolve(manifest.dump()).resolve(file.name()))
                        .lines()
                        .toList());
            }
        }
        return lines;
    }

    /** The file that begins with this name in the dataset's folder; null if there is none. */
    @Nullable
    Path hidden(String name) throws IOException {
        Path folder = root.resolve("journals");
        if (!Files.exists(folder)) {
            return null;
        }
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith(name))
                    .findFirst()
                    .orElse(null);
        }
    }

    /** All files below a folder, hidden or not, by their content, decompressed. */
    static String everything(Path folder) throws IOException {
        StringBuilder all = new StringBuilder();
        for (String name : SyntheticExport.tree(folder)) {
            all.append(name).append('\n');
            if (Files.isRegularFile(folder.resolve(name))) {
                all.append(text(folder.resolve(name))).append('\n');
            }
        }
        return all.toString();
    }

    private static String text(Path file) throws IOException {
        try (InputStream disk = Files.newInputStream(file);
                InputStream in = file.toString().endsWith(".gz") ? GZIP.decompress(disk) : disk) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }
}
