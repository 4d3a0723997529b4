package io.spillway.run;

import static io.spillway.support.WebServer.cutAfter;
import static io.spillway.support.WebServer.labelled;
import static io.spillway.support.WebServer.redirect;
import static io.spillway.support.WebServer.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.spillway.destination.web.WebPatience;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.support.SyntheticSource;
import io.spillway.support.WebServer;
import io.spillway.verify.CheckProgress;
import io.spillway.verify.CheckState;
import io.spillway.verify.DumpCheck;
import io.spillway.verify.DumpPlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A dump is found and verified wherever it is and however it is named. */
@Timeout(60)
@Tag("slow")
class DumpFinderTest {
    private static final String DUMP = "journals/2026-11-21T030000Z";
    private static final String PART = "journals-2026-11-21T030000Z.00001.jsonl.gz";
    private static final WebPatience LITTLE = new WebPatience(
            Duration.ofSeconds(5), Duration.ofSeconds(5), 3, 10, Duration.ofMillis(1), Duration.ofMillis(4));

    @TempDir
    private Path temporary;

    private Path root;
    private WebServer server;

    @BeforeEach
    void publishAndServe() throws Exception {
        root = temporary.toRealPath().resolve("dumps");
        new SyntheticExport(root, SyntheticSource.seeded(1, 100)).run();
        server = WebServer.serving(root);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private List<DumpPlace> find(String text) throws SpillwayException {
        return new DumpFinder(new BucketAccess(null, null, null, false), 2, LITTLE, server.address()).find(text);
    }

    /** What a check of everything that the text refers to finds. */
    private List<String> verify(String text) throws SpillwayException, InterruptedException {
        List<String> dumps = new ArrayList<>();
        for (DumpPlace place : find(text)) {
            Manifest manifest = new DumpCheck(place, 2, new CheckProgress(), CheckState.forgetful()).check(name -> {});
            dumps.add(manifest.dump());
        }
        return dumps;
    }

    private SpillwayException fails(String text, Fault fault) {
        var thrown = assertThatExceptionOfType(SpillwayException.class).isThrownBy(() -> verify(text));
        thrown.satisfies(e -> assertThat(e.fault()).as(e.getMessage()).isEqualTo(fault));
        return thrown.actual();
    }

    private void change(String file) throws IOException {
        Path path = root.resolve(DUMP).resolve(file);
        byte[] bytes = Files.readAllBytes(path);
        bytes[bytes.length / 2] ^= 1;
        Files.write(path, bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "/manifest.json"})
    void aDumpOnTheWebIsVerified(String end) throws Exception {
        assertThat(verify(server.address() + DUMP + end)).containsExactly(DUMP);
    }

    @Test
    void aChangedByteOnTheWebIsDetectedAndItsFileIsNamed() throws Exception {
        change(PART);
        assertThat(fails(server.address() + DUMP, Fault.INTEGRITY)).hasMessageContaining(PART);
    }

    @Test
    void aMissingFileOnTheWebIsADifference() throws Exception {
        Files.delete(root.resolve(DUMP).resolve(PART));
        assertThat(fails(server.address() + DUMP, Fault.INTEGRITY)).hasMessageContaining(PART);
    }

    @Test
    void aForbiddenFileIsReportedAsRefusedAndNotAsDamaged() {
        server.then(DUMP + "/" + PART, status(403));
        assertThat(fails(server.address() + DUMP, Fault.DESTINATION_REFUSED)).hasMessageContaining(PART);
    }

    @Test
    void aConnectionThatStaysLostIsNotReportedAsDamage() {
        server.then(DUMP + "/" + PART, cutAfter(100), cutAfter(0), cutAfter(0), cutAfter(0));
        assertThat(fails(server.address() + DUMP, Fault.DESTINATION_UNAVAILABLE))
                .hasMessageContaining(PART);
    }

    @Test
    void aBrokenConnectionIsResumed() throws Exception {
        server.then(DUMP + "/" + PART, cutAfter(100), cutAfter(200)).then(DUMP + "/manifest.json", cutAfter(50));
        assertThat(verify(server.address() + DUMP)).containsExactly(DUMP);
        assertThat(server.gets(DUMP + "/" + PART)).hasSize(3);
    }

    @Test
    void aShorterFileIsADifferenceEvenIfTheServerEndsItCleanly() throws Exception {
        Path part = root.resolve(DUMP).resolve("README.md");
        Files.writeString(part, Files.readString(part).substring(1));
        assertThat(fails(server.address() + DUMP, Fault.INTEGRITY)).hasMessageContaining("README.md has");
    }

    @Test
    void aUrlWithoutAManifestIsNotADump() {
        assertThat(fails(server.address() + "journals/2026-11-22T030000Z/", Fault.INTEGRITY))
                .hasMessageContaining("no manifest.json");
        fails(server.address().toString(), Fault.INTEGRITY);
    }

    @Test
    void anItemIsReadFromTheHostOfTheRedirect() throws Exception {
        Path item = root.resolve("example-journals");
        Files.move(root.resolve(DUMP), item);
        server.then("example-journals/" + PART, redirect("/node/" + PART));
        Files.createDirectory(root.resolve("node"));
        Files.move(item.resolve(PART), root.resolve("node").resolve(PART));
        assertThat(verify("ia://example-journals")).containsExactly(DUMP);
    }

    @Test
    void theNewestDumpsAreReadFromTheLinks() throws Exception {
        Files.writeString(root.resolve("links.json"), """
                {"format_version": 1, "datasets": [{"dataset": "journals", "dump": "%s", "new": [1],
                 "address": "%s/", "manifest": "%s/manifest.json"}]}""".formatted(DUMP, DUMP, DUMP));
        assertThat(verify(server.address() + "links.json")).containsExactly(DUMP);
    }

    @Test
    void aPointerMayBeElsewhereAndNameOnlyTheManifest() throws Exception {
        Files.writeString(root.resolve("journals/latest.json"), """
                {"dump": "%s", "manifest": "%s%s/manifest.json"}""".formatted(DUMP, server.address(), DUMP));
        assertThat(verify(server.address() + "journals/latest.json")).containsExactly(DUMP);
        assertThat(verify(server.address() + "journals/")).containsExactly(DUMP);
    }

    @Test
    void aPointerMayNameThePageOfTheDump() throws Exception {
        Files.writeString(root.resolve("journals/latest.json"), """
                {"dump": "%s", "address": "%s%s/index.html"}""".formatted(DUMP, server.address(), DUMP));
        assertThat(verify(server.address() + "journals/latest.json")).containsExactly(DUMP);
        assertThat(verify(server.address() + "journals/")).containsExactly(DUMP);
    }

    @Test
    void aPointerToAnotherDumpIsADifference() throws Exception {
        Files.writeString(root.resolve("journals/latest.json"), """
                {"dump": "journals/2026-11-22T030000Z", "address": "2026-11-21T030000Z/"}""");
        assertThat(fails(server.address() + "journals/latest.json", Fault.INTEGRITY))
                .hasMessageContaining("2026-11-22T030000Z");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "null",
                "[]",
                "{\"datasets\": []}",
                "{\"datasets\": [{\"dump\": \"journals/2026-11-21T030000Z\"}]}",
                "{\"datasets\": [{\"address\": \"file:///etc/\"}]}",
                "{\"datasets\": [{\"address\": \"mailto:a@example.org\"}]}",
                "{\"datasets\": [{\"address\": \"two words\"}]}"
            })
    void brokenLinksAreReportedAsWrongInputAndNotAsABug(String links) throws Exception {
        Files.writeString(root.resolve("links.json"), links);
        assertThat(fails(server.address() + "links.json", Fault.INTEGRITY)).hasMessageContaining("links.json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://127.0.0.1/x", "s3://bucket", "s3://", "ia://a b", "ia://../x", "https://two words/"})
    void aTextThatIsNotAUrlIsReportedAsSuch(String text) {
        fails(text, Fault.CONFIG);
    }

    @ParameterizedTest
    @ValueSource(strings = {"elsewhere", "some folder", ".hidden", "2026-11-21T030000Z", "download/2026-11-21T030000Z"})
    void aMovedDumpIsStillADump(String name) throws Exception {
        Path moved = temporary.toRealPath().resolve("moved").resolve(name);
        Files.createDirectories(moved.getParent());
        Files.move(root.resolve(DUMP), moved);
        assertThat(verify(moved.toString())).containsExactly(DUMP);
        assertThat(verify(moved.resolve("manifest.json").toString())).containsExactly(DUMP);
        Files.writeString(moved.resolve("extra"), "");
        assertThat(fails(moved.toString(), Fault.INTEGRITY)).hasMessageContaining("extra");
    }

    @Test
    void aDumpUnderTheDateOfAnotherIsADifference() throws Exception {
        Path other = root.resolve("journals/2026-11-22T030000Z");
        Files.move(root.resolve(DUMP), other);
        fails(other.toString(), Fault.INTEGRITY);
        fails(server.address() + "journals/2026-11-22T030000Z/", Fault.INTEGRITY);
    }

    @Test
    void theNewestDumpOfADatasetIsTheNewestExistingOne() throws Exception {
        Files.createDirectory(root.resolve("journals/2026-11-22T030000Z"));
        assertThat(verify(root.resolve("journals").toString())).containsExactly(DUMP);
    }

    @ParameterizedTest
    @ValueSource(strings = {"books", "some folder", "Dumps (copy)"})
    void aDatasetsFolderMayHaveAnyName(String name) throws Exception {
        Files.createDirectory(root.resolve(name));
        Files.move(root.resolve(DUMP), root.resolve(name).resolve("2026-11-21T030000Z"));
        assertThat(verify(root.resolve(name).toString())).containsExactly(DUMP);
    }

    @Test
    void aFolderWithTheWrongDateShouldBeRenamedAndItsFilesAreNotReportedAsDamaged() throws Exception {
        Path other = root.resolve("journals/2026-11-22T030000Z");
        Files.move(root.resolve(DUMP), other);
        assertThat(fails(other.toString(), Fault.INTEGRITY).hint())
                .isEqualTo("the files are intact, only the folder's name is wrong: rename the folder to"
                        + " 2026-11-21T030000Z, or to a name that is not a date");
        Files.writeString(other.resolve("extra"), "");
        assertThat(fails(other.toString(), Fault.INTEGRITY).hint()).startsWith("do not use these files");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "x-gzip", "br", "identity, GZIP"})
    void aPartThatClientsWouldDecompressIsReportedAsADifferenceOfTheHost(String encoding) {
        server.always(DUMP + "/" + PART, labelled(encoding));
        SpillwayException failure = fails(server.address() + DUMP, Fault.INTEGRITY);
        assertThat(failure).hasMessageContaining(PART + " is sent with Content-Encoding: ");
        assertThat(failure.hint()).startsWith("configure the host").doesNotContain("do not use");
    }

    @Test
    void aManifestThatClientsWouldDecompressIsReportedAsADifferenceOfTheHost() {
        server.always(DUMP + "/manifest.json", labelled("gzip"));
        assertThat(fails(server.address() + DUMP, Fault.INTEGRITY))
                .hasMessageContaining("manifest.json is sent with Content-Encoding: gzip");
    }

    @ParameterizedTest
    @ValueSource(strings = {"identity", "", "aws-chunked"})
    void anEncodingThatNoClientDecompressesIsAccepted(String encoding) throws Exception {
        server.always(DUMP + "/" + PART, labelled(encoding));
        assertThat(verify(server.address() + DUMP)).containsExactly(DUMP);
    }
}
