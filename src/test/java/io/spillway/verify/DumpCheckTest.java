package io.spillway.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.spillway.compress.Compression;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.run.SyntheticExport;
import io.spillway.support.SyntheticSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every kind of damage to a published dump is detected and named. */
@Timeout(60)
class DumpCheckTest {
    private static final String DUMP = "journals/2026-11-21T030000Z";
    private static final String PART = "journals-2026-11-21T030000Z.00002.jsonl";
    private static final String GZIP_PART = PART + ".gz";

    @TempDir
    private Path temporary;

    private Path root;
    private Path dump;
    private Manifest manifest;

    @BeforeEach
    void publishADump() throws Exception {
        root = temporary.toRealPath().resolve("dumps");
        dump = root.resolve(DUMP);
        manifest = new SyntheticExport(root, SyntheticSource.seeded(1, 100))
                .compressions("gzip", "none")
                .limits(40, 1L << 40)
                .run()
                .manifest();
    }

    @Test
    void aWholeDumpPassesAndEveryFileIsReported() throws Exception {
        List<String> told = new ArrayList<>();
        try (LocalDirectory directory = LocalDirectory.open(root)) {
            assertThat(check(directory, told)).isEqualTo(manifest);
        }
        assertThat(told)
                .hasSize(manifest.parts().size() + manifest.files().size())
                .contains(GZIP_PART, "README.md", "SHA256SUMS", "run.json", "urls.txt");
    }

    @Test
    void theChecksumFileSatisfiesSha256sum() throws Exception {
        assertThat(sha256sum()).isZero();
        change("README.md", 3);
        assertThat(sha256sum()).isNotZero();
    }

    private int sha256sum() throws InterruptedException {
        try {
            Process process = new ProcessBuilder("sha256sum", "--strict", "--quiet", "-c", "SHA256SUMS")
                    .directory(dump.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor();
        } catch (IOException e) {
            assumeTrue(false, "there is no sha256sum here: " + e.getMessage());
            return -1;
        }
    }

    @ParameterizedTest(name = "byte {1} of {0}")
    @CsvSource({
        // Header, middle, checksum and length of the gzip member; then an uncompressed file.
        GZIP_PART + ",0",
        GZIP_PART + ",500",
        GZIP_PART + ",-8",
        GZIP_PART + ",-1",
        PART + ",0",
        PART + ",500",
        PART + ",-1",
        "README.md,10",
        "SHA256SUMS,10",
        "SHA256SUMS,70",
        "urls.txt,0",
        "run.json,20"
    })
    void aChangedByteIsDetectedAndNamed(String file, int position) throws Exception {
        change(file, position);
        assertDamaged(file);
    }

    @Test
    void aByteOfTheGzipHeaderThatReadersIgnoreCountsToo() throws Exception {
        change(GZIP_PART, 9);
        assertDamaged(GZIP_PART, "SHA-256");
    }

    @ParameterizedTest(name = "{0} cut by {1}")
    @CsvSource({
        GZIP_PART + ",1",
        GZIP_PART + ",8",
        GZIP_PART + ",400",
        PART + ",1",
        PART + ",400",
        "README.md,1",
        "SHA256SUMS,1"
    })
    void aTruncatedFileIsDetectedAndNamed(String file, int less) throws Exception {
        byte[] bytes = Files.readAllBytes(dump.resolve(file));
        Files.write(dump.resolve(file), Arrays.copyOf(bytes, bytes.length - less));
        assertDamaged(file);
    }

    @ParameterizedTest
    @ValueSource(strings = {GZIP_PART, PART, "README.md", "SHA256SUMS", "urls.txt"})
    void anEmptyFileIsDetectedAndNamed(String file) throws Exception {
        Files.write(dump.resolve(file), new byte[0]);
        assertDamaged(file);
    }

    @ParameterizedTest
    @ValueSource(strings = {GZIP_PART, PART, "README.md", "SHA256SUMS", "run.json"})
    void aMissingFileIsDetectedAndNamed(String file) throws Exception {
        Files.delete(dump.resolve(file));
        assertDamaged(file);
    }

    @Test
    void aFileThatTheManifestDoesNotNameIsReported() throws Exception {
        Files.writeString(dump.resolve("extra.txt"), "");
        assertDamaged("extra.txt");
    }

    @Test
    void aFileInAFolderThatTheManifestDoesNotNameIsReported() throws Exception {
        Files.writeString(Files.createDirectory(dump.resolve("more")).resolve("extra.txt"), "");
        assertDamaged("more/extra.txt");
    }

    @ParameterizedTest
    @ValueSource(strings = {".hidden", "two words.txt", "größe", ".part.0123456789abcdef.incomplete", "a:b"})
    void aFileWhoseNameIsNotAKeyIsReportedToo(String name) throws Exception {
        Files.writeString(dump.resolve(name), "");
        assertDamaged(name);
    }

    @Test
    void aLinkThatTheManifestDoesNotNameIsReported() throws Exception {
        Files.createSymbolicLink(dump.resolve("link"), root);
        assertDamaged("link");
    }

    @Test
    void aManifestWithoutChecksumsIsReported() throws Exception {
        // The entry becomes that of another file, so that the manifest stays consistent.
        edit("\"name\" : \"SHA256SUMS\"", "\"name\" : \"OTHERSUMS\"");
        Files.move(dump.resolve("SHA256SUMS"), dump.resolve("OTHERSUMS"));
        assertDamaged("does not list SHA256SUMS");
    }

    @Test
    void bytesAfterTheGzipMemberAreDetected() throws Exception {
        Files.write(dump.resolve(GZIP_PART), new byte[] {0}, StandardOpenOption.APPEND);
        assertDamaged(GZIP_PART);
    }

    @Test
    void aSecondGzipMemberIsDetected() throws Exception {
        Files.write(dump.resolve(GZIP_PART), gzip("{}\n"), StandardOpenOption.APPEND);
        assertDamaged(GZIP_PART);
    }

    @Test
    void recompressedDocumentsAreDifferentBytes() throws Exception {
        ByteArrayOutputStream fast = new ByteArrayOutputStream();
        try (OutputStream out = Compression.parse("gzip", 1).compress(fast)) {
            Files.copy(dump.resolve(PART), out);
        }
        Files.write(dump.resolve(GZIP_PART), fast.toByteArray());
        assertDamaged(GZIP_PART);
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource({
        // The total, the snapshot's, one part's; then lengths.
        "'\"documents\" : 100','\"documents\" : 101'",
        "'\"documents\" : 40','\"documents\" : 39'",
        "'\"format\" : \"jsonl\"','\"format\" : \"csv\"'",
        "'\"format_version\" : 1','\"format_version\" : 2'",
        "'\"dump\" : \"journals/2026-11-21T030000Z\"','\"dump\" : \"journals/2026-11-22T030000Z\"'"
    })
    void anEditedManifestIsDetected(String from, String to) throws Exception {
        edit(from, to);
        assertThat(check()).hasMessageContaining("manifest");
    }

    @Test
    void consistentlyEditedCountsAreDetectedInTheParts() throws Exception {
        // Two parts of one format with 40 and 20 documents, declared as 39 and 21: all sums are unchanged.
        String text = Files.readString(dump.resolve("manifest.json"));
        int first = text.indexOf("\"documents\" : 40", text.indexOf(PART + "\""));
        int last = text.lastIndexOf("\"documents\" : 20", text.lastIndexOf(".jsonl.gz"));
        StringBuilder edited = new StringBuilder(text);
        edited.replace(first, first + 16, "\"documents\" : 39");
        edited.replace(last, last + 16, "\"documents\" : 21");
        Files.writeString(dump.resolve("manifest.json"), edited);
        assertDamaged(PART, "40 documents", "39");
    }

    @Test
    void anEditedLengthOfAFileIsDetected() throws Exception {
        long bytes = Files.size(dump.resolve("README.md"));
        edit("\"bytes\" : " + bytes + ",", "\"bytes\" : " + (bytes + 1) + ",");
        assertDamaged("README.md");
    }

    @Test
    void anEditedUncompressedLengthIsDetected() throws Exception {
        long bytes = Files.size(dump.resolve(PART));
        edit("\"bytes_uncompressed\" : " + bytes, "\"bytes_uncompressed\" : " + (bytes + 1));
        assertDamaged(PART, String.valueOf(bytes), String.valueOf(bytes + 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../secret", "a b", "a/../b", ".hidden", ""})
    void anInvalidNameInAManifestIsDamageAndNotABug(String name) throws Exception {
        edit("\"name\" : \"urls.txt\"", "\"name\" : \"" + name + "\"");
        check();
    }

    @Test
    void anUnknownCompressionIsDamageAndNotABug() throws Exception {
        Files.writeString(
                dump.resolve("manifest.json"),
                Files.readString(dump.resolve("manifest.json")).replace("\"gzip\"", "\"lzw\""));
        assertThat(check()).hasMessageContaining("lzw");
    }

    @Test
    void aManifestThatIsNotJsonIsDamageAndNotABug() throws Exception {
        Files.writeString(dump.resolve("manifest.json"), "null");
        assertThat(check()).hasMessageContaining("manifest.json");
    }

    @Test
    void aDumpUnderTheNameOfAnotherIsReported() throws Exception {
        Path other = root.resolve("journals/2026-11-22T030000Z");
        Files.move(dump, other);
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> SyntheticExport.verify(root, "journals/2026-11-22T030000Z"))
                .withMessageContaining("2026-11-21T030000Z")
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.INTEGRITY));
    }

    @Test
    void withoutAManifestThereIsNoDump() throws Exception {
        Files.delete(dump.resolve("manifest.json"));
        assertThat(check()).hasMessageContaining("no manifest.json").hasMessageContaining(DUMP);
    }

    @Test
    void allDifferencesAreReportedNotOnlyTheFirst() throws Exception {
        change(GZIP_PART, 100);
        Files.delete(dump.resolve(PART));
        change("README.md", 1);
        Files.writeString(dump.resolve("extra.txt"), "");
        assertDamaged(GZIP_PART, PART, "README.md", "extra.txt");
    }

    @Test
    void wholeFilesAreReportedEvenIfAnotherFileIsDamaged() throws Exception {
        change(GZIP_PART, 100);
        List<String> told = new ArrayList<>();
        try (LocalDirectory directory = LocalDirectory.open(root)) {
            assertThatExceptionOfType(SpillwayException.class).isThrownBy(() -> check(directory, told));
        }
        assertThat(told).contains(PART, "README.md").doesNotContain(GZIP_PART);
    }

    @Test
    void anInterruptEndsTheCheckAsAnInterrupt() throws Exception {
        Thread.currentThread().interrupt();
        assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> SyntheticExport.verify(root, DUMP));
        assertThat(Thread.interrupted()).isFalse();
    }

    private static Manifest check(Destination destination, List<String> told) throws Exception {
        DumpPlace place = DumpPlace.of(destination, new ObjectKey(DUMP));
        return new DumpCheck(place, 3, new CheckProgress(), CheckState.forgetful()).check(told::add);
    }

    /** Flips one bit; a negative position counts from the end. */
    private void change(String file, int position) throws IOException {
        byte[] bytes = Files.readAllBytes(dump.resolve(file));
        int at = position < 0 ? bytes.length + position : position;
        bytes[at] ^= 1;
        Files.write(dump.resolve(file), bytes);
    }

    private void edit(String from, String to) throws IOException {
        Path file = dump.resolve("manifest.json");
        String text = Files.readString(file);
        int at = text.indexOf(from);
        assertThat(at).as(from).isNotNegative();
        Files.writeString(file, text.substring(0, at) + to + text.substring(at + from.length()));
    }

    private SpillwayException check() {
        var thrown =
                assertThatExceptionOfType(SpillwayException.class).isThrownBy(() -> SyntheticExport.verify(root, DUMP));
        thrown.satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.INTEGRITY));
        return thrown.actual();
    }

    private void assertDamaged(String... words) {
        assertThat(check().getMessage()).contains(DUMP).contains(words);
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }
}
