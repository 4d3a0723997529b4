package io.spillway.publish;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.spillway.dataset.Dataset;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The requirements of the Citation File Format 1.2.0. */
class CitationFileTest {
    private static final Path RULES = Path.of("src", "test", "resources", "citation", "rules.schema.json");
    private static final DumpAddresses PUBLIC =
            new DumpAddresses(List.of(URI.create("https://dumps.example.org/journals/2026-11-21T030000Z/")), List.of());

    private static Schema rules() throws IOException {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7)
                .getSchema(new JsonMapper().readTree(Files.readString(RULES)));
    }

    private static JsonNode made(Dataset dataset, DumpAddresses addresses) throws IOException {
        DraftMaker draft = new DraftMaker();
        draft.dataset = dataset;
        JsonNode made = new YAMLMapper().readTree(CitationFile.of(draft.make(), addresses));
        assertThat(rules().validate(
                                made,
                                context -> context.executionConfig(config -> config.formatAssertionsEnabled(true))))
                .as(made.toPrettyString())
                .isEmpty();
        return made;
    }

    private static Dataset dataset(String title, @Nullable String license, @Nullable String homepage) {
        return new Dataset("journals", title, null, license, homepage, List.of(), null);
    }

    @Test
    void aFullyDescribedDatasetHasAFullCitation() throws Exception {
        JsonNode made = made(
                new Dataset("journals", "Journals", "All.", "CC-BY-4.0", "https://example.org/", List.of(), "Example"),
                PUBLIC);
        assertThat(made).isEqualTo(new JsonMapper().readTree("""
                {
                  "cff-version": "1.2.0",
                  "message": "If you use this data, please cite it as below.",
                  "type": "dataset",
                  "title": "Journals",
                  "authors": [{"name": "Example", "website": "https://example.org/"}],
                  "abstract": "All.",
                  "version": "2026-11-21T030000Z",
                  "date-released": "2026-11-21",
                  "license": "CC-BY-4.0",
                  "url": "https://example.org/",
                  "identifiers": [
                    {"type": "url", "value": "https://dumps.example.org/journals/2026-11-21T030000Z/index.html"}
                  ]
                }
                """));
    }

    @Test
    void unsetValuesAreNotInvented() throws Exception {
        JsonNode made = made(Dataset.named("journals"), DumpAddresses.NONE);
        assertThat(made.fieldNames())
                .toIterable()
                .containsExactly("cff-version", "message", "type", "title", "authors", "version", "date-released");
        assertThat(made.at("/authors/0/name").textValue()).isEqualTo("The publisher of journals");
    }

    @Test
    void withoutAHomePageTheFolderOfTheDumpIsThePage() throws Exception {
        assertThat(made(dataset("J", null, null), PUBLIC).path("url").textValue())
                .isEqualTo("https://dumps.example.org/journals/2026-11-21T030000Z/index.html");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"double\" 'single'",
                "a: b",
                "# no comment",
                "- no: list",
                "{no: map}",
                "*alias &anchor !!tag",
                "|\n  block",
                "one\ntwo\r\n\nthree",
                "---\ncff-version: 9\n...",
                "yes",
                "null",
                "1.10",
                "2026-11-21",
                "\t",
                "עברית \u202Egnihtyna\u202C 📚 \u2028 \u0085 \u0007",
                "C:\\path \\n"
            })
    void aTitleIsWrittenLiterally(String title) throws Exception {
        JsonNode made = made(dataset(title, null, null), DumpAddresses.NONE);
        assertThat(made.path("title").isTextual()).isTrue();
        assertThat(made.path("title").textValue()).isEqualTo(title);
    }

    @ParameterizedTest
    @CsvSource({
        "CC0-1.0, license, CC0-1.0",
        "CC-BY-NC-SA-3.0, license, CC-BY-NC-SA-3.0",
        "CC-BY-3.0-DE, license-url, https://spdx.org/licenses/CC-BY-3.0-DE.html",
        "DL-DE-BY-2.0, license-url, https://spdx.org/licenses/DL-DE-BY-2.0.html"
    })
    void aLicenceUnknownToTheFormatIsNamedByItsUrl(String spdx, String key, String value) throws Exception {
        assertThat(made(dataset("J", spdx, null), DumpAddresses.NONE).path(key).textValue())
                .isEqualTo(value);
    }

    @Test
    void aCustomLicenceHasNoUrl() throws Exception {
        JsonNode made = made(dataset("J", "LicenseRef-ours", null), DumpAddresses.NONE);
        assertThat(made.has("license") || made.has("license-url")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"javascript:alert(1)", "mailto:a@example.org", "/journals"})
    void anInvalidUrlIsNotNamedAsAPage(String homepage) throws Exception {
        JsonNode made = made(dataset("J", null, homepage), DumpAddresses.NONE);
        assertThat(made.has("url") || made.at("/authors/0").has("website")).isFalse();
    }

    @Test
    void theRulesRejectWhatTheFormatForbids() throws Exception {
        assertThat(rules().validate(new JsonMapper().readTree("""
                {"cff-version": "1.2.0", "message": "m", "title": "t", "authors": [], "license": "Ours"}
                """))).hasSize(2);
    }
}
