package io.spillway.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.compress.Compression;
import io.spillway.dataset.Dataset;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Part;
import io.spillway.manifest.SideFile;
import io.spillway.run.SyntheticExport;
import io.spillway.support.SyntheticSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The files of a tiny dump are compared byte for byte, so that none of them changes by accident. After an intended
 * change, {@code mvn test -Dtest=DumpGoldenTest -Dgolden.update} writes them again, and the difference is reviewed.
 *
 * <p>Two things may differ between machines or runs, and are {@code @NAME@} in the golden files: the gzip output of the
 * part, because libraries differ (its length and hashes), and {@code run.json}, which contains times. Other values
 * depend on those: length and hash of README.md and datapackage.json, which contain the part's length, and the hash of
 * SHA256SUMS. The part itself is compared decompressed.
 */
class DumpGoldenTest {
    private static final Path GOLDEN = Path.of("src", "test", "resources", "golden", "tiny");
    private static final String PART = "tiny-2026-11-21T030000Z.00001.jsonl.gz";
    private static final boolean UPDATE = System.getProperty("golden.update") != null;

    @TempDir
    private Path root;

    private Path dump;
    private Manifest manifest;

    @BeforeEach
    void exportThreeDocuments() throws Exception {
        manifest = export(root);
        dump = root.resolve(manifest.dump());
    }

    private static Manifest export(Path root) throws Exception {
        SyntheticSource source = SyntheticSource.of(
                "{\"id\":\"a\",\"count\":12345678901234567890,\"price\":1.10}",
                "{\n  \"id\": \"b\",\n  \"title\": \"Zeitschrift f\u00FCr \u2028 Emoji \uD83D\uDCDA\"\n}",
                "{}");
        Dataset dataset = new Dataset(
                "tiny",
                "Tiny",
                "Three documents, to see what a dump looks like.",
                "CC0-1.0",
                "https://example.org/tiny",
                List.of("/api/tiny"));
        return new SyntheticExport(root, source).dataset(dataset).run().manifest();
    }

    @Test
    void theReadmeMatchesTheGoldenFile() throws Exception {
        assertGolden("README.md");
    }

    @Test
    void theChecksumsMatchTheGoldenFile() throws Exception {
        assertGolden("SHA256SUMS");
    }

    @Test
    void theListOfNamesMatchesTheGoldenFile() throws Exception {
        assertGolden("urls.txt");
    }

    @Test
    void theManifestMatchesTheGoldenFile() throws Exception {
        assertGolden("manifest.json");
    }

    @Test
    void theSchemaMatchesTheGoldenFile() throws Exception {
        assertGolden("schema.json");
    }

    @Test
    void theSampleMatchesTheGoldenFile() throws Exception {
        assertGolden("sample.jsonl");
    }

    @Test
    void theLicenceMatchesTheGoldenFile() throws Exception {
        assertGolden("LICENSE.txt");
    }

    @Test
    void theCitationMatchesTheGoldenFile() throws Exception {
        assertGolden("CITATION.cff");
    }

    @Test
    void theDataPackageMatchesTheGoldenFile() throws Exception {
        assertGolden("datapackage.json");
    }

    @Test
    void theCroissantFileMatchesTheGoldenFile() throws Exception {
        assertGolden("croissant.json");
    }

    @Test
    void theDocumentsMatchTheGoldenFile() throws Exception {
        assertGolden("tiny-2026-11-21T030000Z.00001.jsonl", decompressed(dump.resolve(PART)));
    }

    @Test
    void nothingElseIsInTheDump() throws Exception {
        assertThat(SyntheticExport.tree(dump))
                .containsExactly(
                        "CITATION.cff",
                        "LICENSE.txt",
                        "README.md",
                        "SHA256SUMS",
                        "croissant.json",
                        "datapackage.json",
                        "index.html",
                        "manifest.json",
                        "run.json",
                        "sample.jsonl",
                        "schema.json",
                        PART,
                        "urls.txt");
    }

    @Test
    void aRewrittenPartHasTheSameBytes(@TempDir Path other) throws Exception {
        export(other);
        assertThat(other.resolve(manifest.dump()).resolve(PART)).hasSameBinaryContentAs(dump.resolve(PART));
    }

    private void assertGolden(String name) throws IOException {
        assertGolden(name, normal(Files.readString(dump.resolve(name))));
    }

    private static void assertGolden(String name, String found) throws IOException {
        Path golden = GOLDEN.resolve(name);
        if (UPDATE) {
            Files.createDirectories(GOLDEN);
            Files.writeString(golden, found);
        }
        assertThat(found).isEqualTo(Files.readString(golden));
    }

    /** Replaces each value that may differ by a name; the values come from the dump itself. */
    private String normal(String text) {
        Part part = manifest.parts().get(0);
        Map<String, String> names = new TreeMap<>();
        names.put(part.sha256(), "@sha256 of the part@");
        names.put("\"bytes\" : " + part.bytes() + ",", "\"bytes\" : @bytes of the part@,");
        names.put("\"" + part.bytes() + " B\"", "\"@bytes of the part@ B\"");
        names.put("| 1, " + part.bytes() + " bytes", "| 1, @bytes of the part@ bytes");
        for (SideFile file : manifest.files()) {
            if (!List.of("urls.txt", "schema.json", "sample.jsonl", "LICENSE.txt", "CITATION.cff")
                    .contains(file.name())) {
                names.put(file.sha256(), "@sha256 of " + file.name() + "@");
            }
            if (List.of("README.md", "run.json", "datapackage.json", "croissant.json", "index.html")
                    .contains(file.name())) {
                names.put(
                        "\"name\" : \"" + file.name() + "\",\n    \"bytes\" : " + file.bytes() + ",",
                        "\"name\" : \"" + file.name() + "\",\n    \"bytes\" : @bytes of " + file.name() + "@,");
            }
        }
        // The location of the JDK and the system, which is not part of the format.
        String normal = text.replaceFirst("\\{\\s*\"library\" : \"libdeflate\"\\s*\\}", "{ }");
        for (var name : names.entrySet()) {
            normal = normal.replace(name.getKey(), name.getValue());
        }
        return normal;
    }

    private static String decompressed(Path part) throws IOException {
        try (InputStream in = Compression.parse("gzip", null).decompress(Files.newInputStream(part))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
