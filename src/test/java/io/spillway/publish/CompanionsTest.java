package io.spillway.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.dataset.Dataset;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Sha256Sums;
import io.spillway.manifest.SideFile;
import io.spillway.run.SyntheticExport;
import io.spillway.support.SyntheticSource;
import io.spillway.support.Tool;
import io.spillway.support.WebServer;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The files beside the parts of a public dump. */
@Timeout(120)
class CompanionsTest {
    private static final String STAMP = "2026-11-21T030000Z";
    private static final URI SITE = URI.create("https://dumps.example.org/open/");
    private static final String FOLDER = SITE + "journals/" + STAMP + "/";

    @TempDir
    private Path root;

    @TempDir
    private Path downloads;

    private Path dump() {
        return root.resolve("journals").resolve(STAMP);
    }

    private SyntheticExport export(Path to) {
        return new SyntheticExport(
                        to, SyntheticSource.seeded(3, 90).slices(2).takenAt(Instant.parse("2026-11-21T03:00:00Z")))
                .limits(20, 1L << 40)
                .dataset(new Dataset("journals", "Journals", null, "CC-BY-4.0", null, List.of()));
    }

    private static List<String> names(Manifest manifest) {
        return manifest.files().stream().map(SideFile::name).toList();
    }

    @Test
    void aPublicDumpHasUrlsAMetalinkAndATorrent() throws Exception {
        Manifest manifest = export(root).publicUrl(SITE).run().manifest();
        assertThat(names(manifest))
                .containsExactly(
                        "run.json",
                        "urls.txt",
                        "schema.json",
                        "sample.jsonl",
                        "datapackage.json",
                        "croissant.json",
                        "LICENSE.txt",
                        "CITATION.cff",
                        "README.md",
                        "index.html",
                        "SHA256SUMS",
                        "journals.meta4",
                        "journals.torrent");
        assertThat(Files.readAllLines(dump().resolve("urls.txt")))
                .hasSameSizeAs(manifest.parts())
                .first()
                .isEqualTo(FOLDER + manifest.parts().get(0).name());
        assertThat(SyntheticExport.verify(root, manifest.dump())).isEqualTo(manifest);
    }

    @Test
    void aDumpWithoutAUrlHasNeitherMetalinkNorTorrent() throws Exception {
        Manifest manifest = export(root).run().manifest();
        assertThat(names(manifest)).doesNotContain("journals.meta4", "journals.torrent");
        assertThat(Files.readAllLines(dump().resolve("urls.txt")))
                .containsExactlyElementsOf(
                        manifest.parts().stream().map(part -> part.name()).toList());
    }

    @Test
    void theChecksumsNameEveryFileExceptThemselvesAndLaterFiles() throws Exception {
        Manifest manifest = export(root).publicUrl(SITE).run().manifest();
        List<String> expected = new ArrayList<>(names(manifest));
        expected.removeAll(List.of(Sha256Sums.FILE_NAME, "journals.meta4", "journals.torrent"));
        manifest.parts().forEach(part -> expected.add(part.name()));
        assertThat(Sha256Sums.read(Files.readAllBytes(dump().resolve(Sha256Sums.FILE_NAME)))
                        .keySet())
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void theMetalinkNamesEveryFileExceptItselfAndTheTorrent() throws Exception {
        Manifest manifest = export(root).publicUrl(SITE).run().manifest();
        String metalink = Files.readString(dump().resolve("journals.meta4"));
        for (SideFile file : manifest.files()) {
            assertThat(metalink.contains("\"" + manifest.dump() + "/" + file.name() + "\""))
                    .as(file.name())
                    .isEqualTo(!file.leadsToOthers());
        }
        assertThat(metalink).contains("\"" + manifest.dump() + "/manifest.json\"");
    }

    @Test
    void thePageOfADumpLinksEachOfItsFilesAndNothingElseBelowIt() throws Exception {
        Manifest manifest = export(root).publicUrl(SITE).run().manifest();
        List<String> links = Pattern.compile("href=\"([^\"/]+)\"")
                .matcher(Files.readString(dump().resolve("index.html")))
                .results()
                .map(link -> link.group(1))
                .distinct()
                .toList();
        assertThat(links).containsExactlyInAnyOrderElementsOf(SyntheticExport.tree(dump()));
        assertThat(manifest.files()).extracting(SideFile::name).contains("index.html");
    }

    @Test
    void filesNamedInACitationExist() throws Exception {
        export(root).publicUrl(SITE).run();
        assertThat(Files.readString(dump().resolve("CITATION.cff")))
                .contains("url: \"" + FOLDER + "index.html\"")
                .doesNotContain("\"" + FOLDER + "\"");
    }

    @Test
    void filesOfADumpAtSeveralPlacesPreferNoneOfThem() throws Exception {
        DraftMaker maker = new DraftMaker();
        Path folder = Files.createDirectories(root.resolve("draft"));
        Draft draft = maker.in(folder);
        Companions.write(
                draft,
                1,
                new DumpAddresses(
                        List.of(URI.create("https://a.example/" + STAMP + "/"), URI.create("https://b.example/x/")),
                        List.of()),
                "1.0");
        assertThat(folder.resolve("urls.txt")).hasContent(draft.parts().get(0).name());
        assertThat(Files.readString(folder.resolve("README.md")))
                .doesNotContain("URL='")
                .contains("* `https://a.example/" + STAMP + "`", "* `https://b.example/x`");
    }

    @Test
    void theSameDocumentsGiveTheSameFiles(@TempDir Path again) throws Exception {
        Manifest manifest = export(root).publicUrl(SITE).run().manifest();
        export(again).publicUrl(SITE).run();
        for (String name : names(manifest)) {
            // The others contain the checksum of run.json.
            if (!List.of("run.json", Sha256Sums.FILE_NAME, "journals.meta4", "journals.torrent")
                    .contains(name)) {
                assertThat(again.resolve(manifest.dump()).resolve(name)).hasSameBinaryContentAs(dump().resolve(name));
            }
        }
    }

    @Test
    void theReadmeNamesThePlaceOfTheDump() throws Exception {
        export(root).publicUrl(SITE).run();
        assertThat(Files.readString(dump().resolve("README.md")))
                .contains("URL='https://dumps.example.org/open/journals/" + STAMP + "'\n")
                .contains(
                        "aria2c -c --auto-file-renaming=false \"$URL/journals.meta4\"\n",
                        "`journals.torrent`",
                        "`LICENSE.txt`",
                        "`CITATION.cff`");
    }

    @Test
    void theLicenceIsNamedWithItsUrl() throws Exception {
        export(root).run();
        assertThat(dump().resolve("LICENSE.txt")).hasContent("""
                The publisher of this data states that it may be used under this licence:

                Creative Commons Attribution 4.0 International
                SPDX identifier: CC-BY-4.0
                Text: https://creativecommons.org/licenses/by/4.0/
                """);
    }

    @Test
    void withoutALicenceThereIsNoLicenceFile() throws Exception {
        Manifest manifest =
                export(root).dataset(Dataset.named("journals")).run().manifest();
        assertThat(names(manifest)).doesNotContain("LICENSE.txt");
    }

    @Test
    void aCustomLicenceIsNotLookedUp() {
        Dataset dataset = new Dataset("journals", "J", null, "LicenseRef-ours", "https://example.org/", List.of());
        assertThat(new String(LicenseFile.of(dataset, "LicenseRef-ours"), StandardCharsets.UTF_8))
                .endsWith("\nLicenseRef-ours\n\nIts text is the publisher's own, see https://example.org/.\n")
                .doesNotContain("spdx.org");
    }

    @Test
    void theNextDumpIsDueAtTheNextScheduledTime() throws Exception {
        Instant due = Instant.parse("2026-11-28T03:00:00Z");
        Manifest manifest = export(root)
                .cadence(takenAt -> Optional.of(takenAt.plusSeconds(7 * 24 * 3600)))
                .run()
                .manifest();
        assertThat(manifest.nextDue()).isEqualTo(due);
    }

    @Test
    void wgetFetchesEverythingFromTheList() throws Exception {
        try (WebServer server = WebServer.serving(root)) {
            Manifest manifest = export(root).publicUrl(server.address()).run().manifest();
            assertFetched(manifest, Tool.run(downloads, "wget", "-q", "-i", dump() + "/urls.txt"));
        }
    }

    @Test
    void aria2FetchesEverythingFromTheList() throws Exception {
        try (WebServer server = WebServer.serving(root)) {
            Manifest manifest = export(root).publicUrl(server.address()).run().manifest();
            assertFetched(manifest, Tool.run(downloads, "aria2c", "--no-conf", "-q", "-i", dump() + "/urls.txt"));
        }
    }

    @Test
    void aria2FetchesEverythingFromTheUrlOfTheMetalink() throws Exception {
        try (WebServer server = WebServer.serving(root)) {
            Manifest manifest = export(root).publicUrl(server.address()).run().manifest();
            String address = server.address() + manifest.dump() + "/journals.meta4";
            downloads = downloads.resolve(manifest.dump());
            assertFetched(
                    manifest,
                    Tool.run(
                            downloads.getParent().getParent(),
                            "aria2c",
                            "--no-conf",
                            "-q",
                            "--check-integrity=true",
                            address));
            assertThat(downloads.resolve("README.md")).hasSameBinaryContentAs(dump().resolve("README.md"));
        }
    }

    private void assertFetched(Manifest manifest, Tool.Result ended) throws IOException {
        assertThat(ended.exitCode()).as(ended.output()).isZero();
        for (var part : manifest.parts()) {
            assertThat(downloads.resolve(part.name())).hasSameBinaryContentAs(dump().resolve(part.name()));
        }
    }
}
