package io.spillway.support;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * A published dump as a reader with plain tools sees it: the manifest as JSON, the parts through the JDK's own gzip,
 * lines that end only at a line feed. Shares no code with the writer.
 *
 * <p>A <em>byte string</em> is a String with one char per byte here, so that lines compare, sort and print byte for
 * byte, UTF-8 or not.
 */
public final class Dump {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int SHOWN = 300;

    private final Path folder;
    private final JsonNode manifest;

    private Dump(Path folder) throws IOException {
        this.folder = folder;
        this.manifest = JSON.readTree(Files.readAllBytes(folder.resolve("manifest.json")));
    }

    /** The dump in this folder; fails if there is no manifest. */
    public static Dump at(Path folder) throws IOException {
        return new Dump(folder);
    }

    /** The only dump of a dataset below a destination's root; fails if there is none or more than one. */
    public static Dump only(Path root, String dataset) throws IOException {
        List<Path> dumps = folders(root, dataset);
        assertThat(dumps).as("dumps of " + dataset).hasSize(1);
        return at(dumps.get(0));
    }

    /** The folders that a reader sees below a dataset, oldest first. */
    public static List<Path> folders(Path root, String dataset) throws IOException {
        return Files.isDirectory(root.resolve(dataset)) ? visible(root.resolve(dataset)) : List.of();
    }

    /** Fails if a failed run has left anything below {@code root} except the datasets' locks and states. */
    public static void assertNothingPublished(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> all = Files.walk(root)) {
            assertThat(all.filter(Files::isRegularFile)
                            .map(file -> root.relativize(file).toString()))
                    .as("files left by a failed run")
                    .allMatch(name -> name.endsWith(".spillway.lock")
                            || name.endsWith("status.json")
                            || name.endsWith("spillway-files.json"));
        }
        try (Stream<Path> all = Files.walk(root, 2)) {
            assertThat(all.filter(path -> root.relativize(path).getNameCount() == 2))
                    .as("folders left by a failed run")
                    .noneMatch(Files::isDirectory);
        }
    }

    public Path folder() {
        return folder;
    }

    public JsonNode manifest() {
        return manifest;
    }

    /** The names of the parts, in the manifest's order. */
    public List<String> partNames() {
        List<String> names = new ArrayList<>();
        manifest.path("parts").forEach(part -> names.add(part.path("name").textValue()));
        return names;
    }

    /** The lines of all parts, in order, as byte strings. Fails if a part differs from its entry in the manifest. */
    public List<String> lines() throws IOException {
        List<String> lines = new ArrayList<>();
        for (JsonNode part : manifest.path("parts")) {
            int before = lines.size();
            String name = part.path("name").textValue();
            byte[] bytes = content(name, part.path("compression").textValue());
            assertThat(Files.size(folder.resolve(name)))
                    .as("bytes of " + name)
                    .isEqualTo(part.path("bytes").longValue());
            assertThat((long) bytes.length)
                    .as("bytes in " + name)
                    .isEqualTo(part.path("bytes_uncompressed").longValue());
            split(bytes, name, lines);
            assertThat((long) lines.size() - before)
                    .as("documents in " + name)
                    .isEqualTo(part.path("documents").longValue());
        }
        assertThat((long) lines.size())
                .as("documents in the manifest")
                .isEqualTo(manifest.path("documents").longValue())
                .isEqualTo(manifest.path("source").path("documents").longValue());
        return lines;
    }

    /** Fails unless the dump holds exactly these byte strings, each as often as here, in any order. */
    public void assertHolds(Collection<String> expected) throws IOException {
        Map<String, Integer> balance = new TreeMap<>();
        expected.forEach(document -> balance.merge(document, 1, Integer::sum));
        lines().forEach(line -> balance.merge(line, -1, Integer::sum));
        List<String> differences = new ArrayList<>();
        balance.forEach((document, missing) -> {
            if (missing != 0) {
                differences.add(
                        (missing > 0 ? "missing " : "not indexed ") + Math.abs(missing) + " x " + shown(document));
            }
        });
        assertThat(differences).as("documents in " + folder).isEmpty();
    }

    /** Runs {@code sha256sum -c} as a reader would; returns its exit code. */
    public int sha256sum() throws IOException, InterruptedException {
        return new ProcessBuilder("sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    /** Whether this machine has the tool that {@link #sha256sum()} runs. */
    public static boolean hasSha256sum() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
                .anyMatch(bin -> Files.isExecutable(Path.of(bin, "sha256sum")));
    }

    /** The byte string of a text in UTF-8. */
    public static String utf8(String text) {
        return bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The byte string of these bytes. */
    public static String bytes(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static List<Path> visible(Path folder) throws IOException {
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.filter(path -> Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                    .filter(path -> !path.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
        }
    }

    private byte[] content(String name, String compression) throws IOException {
        try (InputStream file = Files.newInputStream(folder.resolve(name))) {
            return switch (compression) {
                case "gzip" -> new GZIPInputStream(file, 1 << 16).readAllBytes();
                case "none" -> file.readAllBytes();
                default -> throw new IOException(name + " is compressed as " + compression);
            };
        } catch (IOException e) {
            throw new UncheckedIOException(name + " cannot be read", e);
        }
    }

    private static void split(byte[] bytes, String name, List<String> lines) {
        int start = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                lines.add(new String(bytes, start, i - start, StandardCharsets.ISO_8859_1));
                start = i + 1;
            }
        }
        assertThat(start).as("the end of the last line of " + name).isEqualTo(bytes.length);
    }

    private static String shown(String bytes) {
        String text = new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        return text.length() > SHOWN ? text.substring(0, SHOWN) + "... (" + bytes.length() + " bytes)" : text;
    }
}
