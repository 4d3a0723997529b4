package io.spillway.run;

import static io.spillway.support.PublishedSchemas.assertObeys;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.spillway.dataset.CustomLicense;
import io.spillway.dataset.Dataset;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import io.spillway.schedule.LicenseSection;
import io.spillway.site.SiteWriter;
import io.spillway.support.Spillway;
import io.spillway.support.SyntheticSource;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A licence that SPDX does not list has its name and URL in every file that names the licence. */
class CustomLicenseTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final CustomLicense TERMS = new CustomLicense("Our <terms>", "https://example.org/terms?a=1&b=2");
    private static final String REFERENCE = "LicenseRef-Our-terms";

    @TempDir
    private Path root;

    private Path dump;

    /** Publishes a dump with its pages. */
    private void publish(String expression) throws Exception {
        Dataset dataset =
                new Dataset("journals", "Journals", null, expression, "https://example.org/", List.of(), null, TERMS);
        Manifest manifest = new SyntheticExport(root, SyntheticSource.of("{\"id\":\"a\"}"))
                .dataset(dataset)
                .run()
                .manifest();
        dump = root.resolve(manifest.dump());
        try (LocalDirectory directory = LocalDirectory.open(root)) {
            new SiteWriter(directory, List.of(), SiteWriter.Turns.NONE, Clock.systemUTC()).rebuild(Set.of());
        }
    }

    private static JsonNode structuredData(Path page) throws Exception {
        String html = Files.readString(page);
        int begin = html.indexOf('{', html.indexOf("application/ld+json"));
        return JSON.readTree(html.substring(begin, html.indexOf("</script>", begin)));
    }

    @Test
    void theFilesOfADumpNameItAndItsUrl() throws Exception {
        publish(REFERENCE);
        assertThat(dump.resolve("LICENSE.txt")).hasContent("""
                The publisher of this data states that it may be used under this licence:

                Our <terms>
                Identifier: LicenseRef-Our-terms
                Text: https://example.org/terms?a=1&b=2
                """);
        JsonNode manifest = JSON.readTree(dump.resolve("manifest.json").toFile());
        assertThat(manifest.path("license").textValue()).isEqualTo(REFERENCE);
        assertThat(manifest.path("custom_license"))
                .isEqualTo(JSON.readTree("{\"name\":\"Our <terms>\",\"url\":\"https://example.org/terms?a=1&b=2\"}"));
        assertThat(JSON.readTree(dump.resolve("datapackage.json").toFile()).path("licenses"))
                .isEqualTo(JSON.readTree("""
                        [{"name": "LicenseRef-Our-terms", "path": "https://example.org/terms?a=1&b=2", "title": "Our <terms>"}]
                        """));
        JsonNode citation =
                new YAMLMapper().readTree(dump.resolve("CITATION.cff").toFile());
        assertThat(citation.path("license-url").textValue()).isEqualTo(TERMS.url());
        assertThat(citation.has("license")).isFalse();
        assertThat(Files.readString(dump.resolve("README.md")))
                .contains("| Licence | Our &lt;terms>, <https://example.org/terms?a=1&b=2> |");
    }

    @Test
    void pagesAndListsNameItAndLinkItsText() throws Exception {
        publish(REFERENCE);
        for (Path page : List.of(dump.resolve("index.html"), root.resolve("journals/index.html"))) {
            assertThat(Files.readString(page))
                    .contains("<a rel=\"license\" href=\"https://example.org/terms?a=1&amp;b=2\">Our &lt;terms&gt;</a>")
                    .doesNotContain("spdx.org");
        }
        assertThat(Files.readString(root.resolve("index.html"))).contains("Our &lt;terms&gt;");
        assertThat(structuredData(root.resolve("journals/index.html")).path("license"))
                .isEqualTo(JSON.readTree("""
                        {"@type": "CreativeWork", "name": "Our <terms>", "url": "https://example.org/terms?a=1&b=2"}
                        """));
        JsonNode listing = assertObeys("links", Files.readAllBytes(root.resolve("links.json")))
                .at("/datasets/0");
        assertThat(listing.path("license").textValue()).isEqualTo(REFERENCE);
        assertThat(listing.at("/custom_license/url").textValue()).isEqualTo(TERMS.url());
        assertObeys("latest", Files.readAllBytes(root.resolve("journals/latest.json")));
        assertThat(Spillway.run("show", root.resolve("journals").toString()).out())
                .contains("licence: Our <terms>, https://example.org/terms?a=1&b=2");
    }

    @Test
    void inAnExpressionItsNameFollowsItsIdentifier() throws Exception {
        publish("MIT OR LicenseRef-ours");
        assertThat(Files.readString(dump.resolve("LICENSE.txt")))
                .contains(
                        "SPDX expression: MIT OR LicenseRef-ours\n",
                        "MIT License\nSPDX identifier: MIT\nText: https://spdx.org/licenses/MIT.html\n",
                        "Our <terms>\nIdentifier: LicenseRef-ours\nText: https://example.org/terms?a=1&b=2\n");
        assertThat(JSON.readTree(dump.resolve("datapackage.json").toFile()).at("/licenses/1/path"))
                .hasToString("\"https://example.org/terms?a=1&b=2\"");
        JsonNode citation =
                new YAMLMapper().readTree(dump.resolve("CITATION.cff").toFile());
        assertThat(citation.has("license") || citation.has("license-url")).isFalse();
        assertThat(Files.readString(root.resolve("journals/index.html")))
                .contains("<dd>MIT OR LicenseRef-ours (Our &lt;terms&gt;)</dd>");
        assertThat(structuredData(root.resolve("journals/index.html")).at("/license/name"))
                .hasToString("\"MIT OR LicenseRef-ours (Our <terms>)\"");
    }

    @Test
    void itsIdentifierIsMadeOfItsName() {
        URI url = URI.create(TERMS.url());
        assertThat(new LicenseSection(null, "Conditions d'utilisation n\u00E9cessaires", url).spdx())
                .isEqualTo("LicenseRef-Conditions-d-utilisation-necessaires");
    }

    @Test
    void aManifestWithoutItIsReadAsBefore() throws Exception {
        publish(REFERENCE);
        String older = Files.readString(dump.resolve("manifest.json"))
                .replaceFirst(",\\s*\"custom_license\" : \\{[^}]*\\}", "");
        Manifest read =
                ManifestJson.read(new ByteArrayInputStream(older.getBytes(StandardCharsets.UTF_8)), "manifest.json");
        assertThat(older).doesNotContain("custom_license");
        assertThat(read.license()).isEqualTo(REFERENCE);
        assertThat(read.customLicense()).isNull();
    }

    @Test
    void theCommandLineNeedsItsNameAndItsUrl() {
        var run = Spillway.run(
                "plan", "--elasticsearch=http://127.0.0.1:1", "--index=i", "--to=" + root, "--license-name=Our terms");
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.err())
                .contains("--license: has a name but no url; a licence that SPDX does not list needs both");
    }
}
