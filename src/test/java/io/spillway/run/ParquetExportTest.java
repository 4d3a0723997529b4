package io.spillway.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.compress.Compression;
import io.spillway.encode.Parquet;
import io.spillway.fault.SpillwayException;
import io.spillway.fields.Blurs;
import io.spillway.fields.FieldPattern;
import io.spillway.fields.FieldPolicy;
import io.spillway.manifest.Manifest;
import io.spillway.parquet.Columns;
import io.spillway.pipeline.PartFormat;
import io.spillway.source.SourceField;
import io.spillway.support.DuckDb;
import io.spillway.support.SyntheticSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dump whose documents are also Parquet. */
class ParquetExportTest {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    private Path root;

    private static PartFormat parquet() {
        Columns.Options options = new Columns.Options(Set.of(), false, true, false);
        Columns columns = new Columns(List.of(new SourceField("id", "long"), new SourceField("text", "text")), options);
        return new PartFormat(
                () -> new Parquet(columns, 3, 1 << 20),
                Compression.parse("none", null),
                Parquet.facts(columns, options));
    }

    private Manifest export(FieldPolicy policy, String... documents) throws Exception {
        return new SyntheticExport(root, SyntheticSource.of(documents))
                .fields(policy)
                .limits(2, 1L << 40)
                .formats(SyntheticExport.jsonLines("gzip"), parquet())
                .run()
                .manifest();
    }

    private static FieldPolicy policy(String... exclude) {
        return new FieldPolicy(
                List.of(),
                List.of(exclude).stream().map(FieldPattern::of).toList(),
                List.of(new FieldPolicy.BlurRule(FieldPattern.of("text"), Blurs.hash("0123456789abcdef"))),
                FieldPolicy.Unlisted.PUBLISH);
    }

    @Test
    void everyPartHasItsDocumentsAndAllPartsAreOneTable() throws Exception {
        Manifest manifest = export(policy(), "{\"id\":1}", "{\"id\":\"x\",\"more\":[1]}", "{\"id\":3,\"text\":\"a\"}");
        assertThat(SyntheticExport.verify(root, manifest.dump())).isEqualTo(manifest);
        assertThat(manifest.parts().stream().filter(part -> part.name().endsWith(".parquet")))
                .hasSize(2);
        Path dump = root.resolve(manifest.dump());
        List<JsonNode> found = new ArrayList<>();
        for (String row : DuckDb.texts(dump, "SELECT CAST(_source AS VARCHAR) FROM '*.parquet'")) {
            found.add(JSON.readTree(row));
        }
        List<JsonNode> lines = new ArrayList<>();
        for (String line : SyntheticExport.lines(root, manifest, "gzip")) {
            lines.add(JSON.readTree(line));
        }
        assertThat(found).hasSize(3).containsExactlyInAnyOrderElementsOf(lines);
        Manifest.Format format = manifest.formats().stream()
                .filter(each -> each.name().equals("parquet"))
                .findFirst()
                .orElseThrow();
        assertThat(format.leftOut()).containsOnlyKeys("id", "more");
        assertThat(format.options()).containsKeys("columns", "source");
        assertThat(Files.readString(dump.resolve("README.md"))).contains("`_rest`", "'*.parquet'");
        JsonNode croissant = JSON.readTree(dump.resolve("croissant.json").toFile());
        assertThat(croissant.at("/recordSet/1/field"))
                .extracting(field -> field.at("/source/extract/column").textValue())
                .containsExactly("id", "text", "_rest", "_source");
    }

    @Test
    void anEmptyDumpHasAFileThatLoads() throws Exception {
        Manifest manifest = new SyntheticExport(root, SyntheticSource.of())
                .allowEmpty()
                .formats(parquet())
                .run()
                .manifest();
        assertThat(DuckDb.count(root.resolve(manifest.dump()), "SELECT * FROM '*.parquet'"))
                .isZero();
    }

    @Test
    void nothingWithheldIsInAColumnNameAStatisticADictionaryTheRestOrTheSource() throws Exception {
        Manifest manifest = export(
                policy("secret*", "open.secret*", "id"),
                "{\"id\":77123477,\"text\":\"canary\",\"secretname\":\"canary\",\"open\":{\"secretname\":\"canary\",\"x\":1}}",
                "{\"id\":77123477,\"text\":[\"canary\"],\"secretname\":{\"deep\":\"canary\"},\"y\":[1]}",
                "{\"id\":\"canary\",\"open\":[{\"secretname\":\"canary\"}]}");
        Path dump = root.resolve(manifest.dump());
        StringBuilder all = new StringBuilder();
        DuckDb.texts(dump, "SELECT to_json(t) FROM '*.parquet' t").forEach(all::append);
        DuckDb.texts(dump, "SELECT to_json(t) FROM parquet_metadata('*.parquet') t")
                .forEach(all::append);
        DuckDb.texts(dump, "SELECT to_json(t) FROM parquet_schema('*.parquet') t")
                .forEach(all::append);
        DuckDb.texts(dump, "SELECT to_json(t) FROM parquet_kv_metadata('*.parquet') t")
                .forEach(all::append);
        for (var part : manifest.parts()) {
            if (part.format().equals("parquet")) {
                // The footer, statistics and indexes are not compressed.
                all.append(Files.readString(dump.resolve(part.name()), StandardCharsets.ISO_8859_1));
            }
        }
        assertThat(all.toString()).contains("_source").doesNotContain("canary", "secret", "77123477");
    }

    @Test
    void aDamagedPartIsReported() throws Exception {
        Manifest manifest = export(policy(), "{\"id\":1}");
        for (var part : manifest.parts()) {
            if (part.format().equals("parquet")) {
                Path file = root.resolve(manifest.dump()).resolve(part.name());
                byte[] bytes = Files.readAllBytes(file);
                bytes[bytes.length / 2] ^= 1;
                Files.write(file, bytes);
            }
        }
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> SyntheticExport.verify(root, manifest.dump()))
                .withMessageContaining(".parquet");
    }
}
