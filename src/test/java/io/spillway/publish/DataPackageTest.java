package io.spillway.publish;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.spillway.dataset.Dataset;
import io.spillway.encode.CsvColumns;
import io.spillway.encode.CsvOptions;
import io.spillway.manifest.SideFile;
import io.spillway.source.SourceDescription;
import io.spillway.source.SourceField;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tools that do not know Spillway read this file: it follows the rules of the standard, and claims nothing untrue. */
class DataPackageTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Path RULES = Path.of("src", "test", "resources", "datapackage", "rules.schema.json");
    private static final SideFile SCHEMA = new SideFile("schema.json", 12, "0".repeat(64));

    private static JsonNode made(DraftMaker draft) throws IOException {
        JsonNode made = JSON.readTree(DataPackage.of(draft.make(), List.of(SCHEMA)));
        assertThat(rules().validate(made)).as(made.toPrettyString()).isEmpty();
        return made;
    }

    private static Schema rules() throws IOException {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7)
                .getSchema(JSON.readTree(Files.readString(RULES)));
    }

    private static DraftMaker csv(String compression, String... columns) throws Exception {
        DraftMaker draft = new DraftMaker();
        draft.format = "csv";
        draft.compression = compression;
        List<SourceField> mapped = Stream.of(columns)
                .map(column -> new SourceField(column, "keyword"))
                .toList();
        draft.options = CsvOptions.DEFAULTS.facts(CsvColumns.named(
                List.of(columns),
                new SourceDescription("elasticsearch", null, "books", List.of("books"), 1, false, mapped)));
        return draft;
    }

    @Test
    void theDatasetIsDescribedWithAllKnownFacts() throws Exception {
        DraftMaker draft = new DraftMaker();
        draft.dataset = new Dataset("journals", "Journals", "All.", "CC0-1.0", "https://example.org/", List.of());
        JsonNode made = made(draft);
        assertThat(made.path("name").textValue()).isEqualTo("journals");
        assertThat(made.path("version").textValue()).isEqualTo("2026-11-21T030000Z");
        assertThat(made.path("created").textValue()).isEqualTo("2026-11-21T03:00:00Z");
        assertThat(made.at("/licenses/0/name").textValue()).isEqualTo("CC0-1.0");
        assertThat(made(new DraftMaker()).toString()).doesNotContain("license", "homepage", "description", "null");
    }

    @Test
    void aLicenceWhoseNameTheStandardForbidsIsNamedByItsPage() throws Exception {
        DraftMaker draft = new DraftMaker();
        draft.dataset = new Dataset("journals", "J", null, "GPL-2.0+", null, List.of());
        assertThat(made(draft).at("/licenses/0")).isEqualTo(JSON.readTree("""
                {"path": "https://spdx.org/licenses/GPL-2.0+.html", "title": "GPL-2.0+"}
                """));
    }

    @Test
    void aPartIsAResourceWithALengthAHashAndAStableName() throws Exception {
        Draft draft = new DraftMaker().make();
        assertThat(made(new DraftMaker()).at("/resources/0")).isEqualTo(JSON.readTree("""
                {
                  "name": "journals.00001.jsonl",
                  "path": "journals-2026-11-21T030000Z.00001.jsonl",
                  "format": "jsonl",
                  "mediatype": "application/jsonl",
                  "encoding": "utf-8",
                  "bytes": 1100,
                  "hash": "sha256:HASH"
                }
                """.replace(
                        "HASH", draft.parts().get(0).sha256())));
    }

    @ParameterizedTest
    @CsvSource({"gzip, gz", "zstd, zst", "bzip2, bz2", "xz, xz"})
    void aCompressionIsNamedByItsFileExtension(String compression, String ending) throws Exception {
        DraftMaker draft = new DraftMaker();
        draft.compression = compression;
        assertThat(made(draft).at("/resources/0/compression").textValue()).isEqualTo(ending);
    }

    @Test
    void bulkFilesAreJsonLinesAndNotTables() throws Exception {
        DraftMaker draft = new DraftMaker();
        draft.format = "bulk";
        assertThat(made(draft).at("/resources/0/format").textValue()).isEqualTo("ndjson");
        assertThat(made(draft).at("/resources/0").has("schema")).isFalse();
    }

    @Test
    void theSchemaIsAlsoAResource() throws Exception {
        assertThat(made(new DraftMaker()).at("/resources/1/path").textValue()).isEqualTo("schema.json");
    }

    @Test
    void aCsvPartIsATableWithItsColumnsInOrder() throws Exception {
        DraftMaker draft = csv("gzip", "title", "id");
        draft.descriptions = Map.of("title", "What it is called.");
        JsonNode part = made(draft).at("/resources/0");
        assertThat(part.path("type").textValue()).isEqualTo("table");
        assertThat(part.at("/dialect/lineTerminator").textValue()).isEqualTo("\r\n");
        assertThat(part.at("/schema/fields")).isEqualTo(JSON.readTree("""
                [{"name": "title", "type": "any", "description": "What it is called."}, {"name": "id", "type": "any"}]
                """));
    }

    @Test
    void aColumnHasTheTypeOfItsCells() throws Exception {
        DraftMaker draft = csv("gzip", "a", "b.c", "d");
        draft.options = new LinkedHashMap<>(draft.options);
        draft.options.put("column_types", List.of("integer", "string", "any"));
        JsonNode schema = made(draft).at("/resources/0/schema");
        assertThat(schema.at("/fields").findValuesAsText("type")).containsExactly("integer", "string", "any");
        assertThat(schema.path("missingValues")).isEqualTo(JSON.readTree("[\"\"]"));
    }

    @Test
    void aByteOrderMarkIsDeclared() throws Exception {
        DraftMaker draft = csv("gzip", "a");
        assertThat(made(draft).at("/resources/0").has("title")).isFalse();
        draft.options = new LinkedHashMap<>(draft.options);
        draft.options.put("byte_order_mark", true);
        assertThat(made(draft).at("/resources/0/title").textValue()).isEqualTo("Begins with a byte order mark");
    }

    @Test
    void anArchiveIsNotAFileOfLines() throws Exception {
        DraftMaker draft = new DraftMaker();
        draft.format = "tar";
        assertThat(made(draft).at("/resources/0/mediatype").textValue()).isEqualTo("application/x-tar");
    }

    @Test
    void theRulesRejectWhatTheStandardForbids() throws Exception {
        String right = new String(DataPackage.of(new DraftMaker().make(), List.of()), StandardCharsets.UTF_8);
        for (String wrong : List.of(
                right.replace("\"path\" : \"", "\"path\" : \"/"),
                right.replace("sha256:", ""),
                right.replace("\"resources\"", "\"files\""),
                right.replace("\"bytes\" : ", "\"bytes\" : -"))) {
            assertThat(wrong).isNotEqualTo(right);
            assertThat(rules().validate(JSON.readTree(wrong))).isNotEmpty();
        }
    }
}
