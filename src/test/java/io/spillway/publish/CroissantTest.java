package io.spillway.publish;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.compress.Compression;
import io.spillway.dataset.Dataset;
import io.spillway.destination.Digests;
import io.spillway.encode.Csv;
import io.spillway.encode.CsvColumns;
import io.spillway.encode.CsvOptions;
import io.spillway.fields.FieldPattern;
import io.spillway.fields.FieldPolicy;
import io.spillway.manifest.Manifest;
import io.spillway.pipeline.PartFormat;
import io.spillway.run.SyntheticExport;
import io.spillway.source.SourceDescription;
import io.spillway.source.SourceField;
import io.spillway.support.SyntheticSource;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rules of Croissant 1.1, checked against the files of a dump. */
class CroissantTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern STEP = Pattern.compile("(\\.\\.)?\\['((?:[^'\\\\]|\\\\.)*)'\\]");
    private static final List<String> DOCUMENTS = List.of(
            "{\"id\":\"a\",\"pages\":3,\"author\":[{\"name\":\"A\"},{\"name\":\"B\"}],\"secret\":\"canary\"}",
            "{\"id\":\"b\",\"pages\":4,\"author\":{\"name\":\"C\"},\"tags\":[\"x\"],\"it's \\u00fc\":true}",
            "{\"id\":\"c\",\"title\":\"T\",\"x\":{\"y\":{\"z\":1},\"z\":2},\"mixed\":1}",
            "{\"id\":\"d\",\"title\":\"U\",\"mixed\":\"one\"}");

    @TempDir
    private Path root;

    private Manifest manifest;
    private Path dump;
    private JsonNode made;

    @BeforeEach
    void exportEachFormatInParts() throws Exception {
        export(null);
    }

    private void export(URI publicUrl) throws Exception {
        CsvColumns columns = CsvColumns.named(
                List.of("id", "pages"),
                new SourceDescription(
                        "synthetic",
                        null,
                        "s",
                        List.of("s"),
                        1,
                        false,
                        List.of(new SourceField("id", "keyword"), new SourceField("pages", "long"))));
        Path to = publicUrl == null ? root.resolve("private") : root.resolve("public");
        SyntheticExport export = new SyntheticExport(to, SyntheticSource.of(DOCUMENTS.toArray(String[]::new)))
                .dataset(new Dataset("books", "Books", null, "MIT OR CC0-1.0", null, List.of(), "A library"))
                .fields(new FieldPolicy(
                        List.of(),
                        // Rules below an object make its members fields of their own.
                        Stream.of("secret*", "author.secret*", "x.secret*", "x.y.secret*")
                                .map(FieldPattern::of)
                                .toList(),
                        List.of(),
                        FieldPolicy.Unlisted.PUBLISH))
                .limits(2, 1L << 40)
                .formats(
                        SyntheticExport.jsonLines("gzip"),
                        new PartFormat(
                                () -> new Csv(columns, CsvOptions.DEFAULTS),
                                Compression.parse("none", null),
                                CsvOptions.DEFAULTS.facts(columns)));
        manifest =
                (publicUrl == null ? export : export.publicUrl(publicUrl)).run().manifest();
        dump = to.resolve(manifest.dump());
        made = JSON.readTree(dump.resolve("croissant.json").toFile());
    }

    private JsonNode distribution(String type) {
        List<JsonNode> found = new ArrayList<>();
        made.path("distribution").forEach(each -> {
            if (each.path("@type").textValue().equals(type)) {
                found.add(each);
            }
        });
        return JSON.createArrayNode().addAll(found);
    }

    private List<JsonNode> fields(String set) {
        List<JsonNode> found = new ArrayList<>();
        made.path("recordSet").forEach(each -> {
            if (each.path("@id").textValue().equals(set)) {
                each.path("field").forEach(found::add);
            }
        });
        assertThat(found).isNotEmpty();
        return found;
    }

    private JsonNode field(String id) {
        return fields(id.substring(0, id.indexOf('/'))).stream()
                .filter(field -> field.path("@id").textValue().equals(id))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no field " + id + " in " + made.toPrettyString()));
    }

    @Test
    void everyPropertyThatTheStandardRequiresIsThere() {
        assertThat(made.path("@type").textValue()).isEqualTo("sc:Dataset");
        assertThat(made.path("conformsTo").textValue()).isEqualTo("http://mlcommons.org/croissant/1.1");
        assertThat(made.path("name").textValue()).isEqualTo("books");
        assertThat(made.path("description").textValue()).isEqualTo("Books");
        assertThat(made.path("url").textValue()).isEqualTo("index.html");
        assertThat(made.at("/creator/name").textValue()).isEqualTo("A library");
        assertThat(made.path("version").textValue()).isEqualTo("2026-11-21T030000Z");
        assertThat(made.path("datePublished").textValue()).isEqualTo("2026-11-21T03:00:00.123Z");
        assertThat(made.path("license"))
                .extracting(JsonNode::textValue)
                .containsExactly(
                        "https://spdx.org/licenses/MIT.html", "https://creativecommons.org/publicdomain/zero/1.0/");
    }

    @Test
    void eachFileObjectIsAFileOfTheDumpWithItsLengthAndItsHash() throws Exception {
        Set<String> names = new TreeSet<>();
        for (JsonNode file : distribution("cr:FileObject")) {
            String name = file.path("name").textValue();
            byte[] bytes =
                    Files.readAllBytes(dump.resolve(file.path("contentUrl").textValue()));
            assertThat(file.path("sha256").textValue()).as(name).isEqualTo(Digests.sha256(bytes));
            assertThat(file.path("contentSize").textValue()).as(name).isEqualTo(bytes.length + " B");
            assertThat(file.path("encodingFormat").textValue()).as(name).contains("/");
            names.add(name);
        }
        Set<String> expected = new TreeSet<>(Set.of("schema.json", "sample.jsonl", "urls.txt"));
        manifest.parts().forEach(part -> expected.add(part.name()));
        assertThat(names).isEqualTo(expected).hasSize(7);
    }

    @Test
    void aFileSetSelectsExactlyThePartsOfItsFormatFromTheListOfParts() throws Exception {
        assertThat(distribution("cr:FileSet")).hasSize(2);
        for (JsonNode set : distribution("cr:FileSet")) {
            String list = set.at("/containedIn/fileObject/@id").textValue();
            Pattern glob = Pattern.compile(
                    ".*" + Pattern.quote(set.path("includes").textValue().substring(1)));
            assertThat(Files.readAllLines(dump.resolve(list)).stream()
                            .filter(line -> glob.matcher(line).matches()))
                    .containsExactlyElementsOf(manifest.parts().stream()
                            .filter(part -> set.path("@id").textValue().equals(part.format() + "-files"))
                            .map(part -> part.name())
                            .toList());
        }
    }

    @Test
    void eachReferenceLeadsToOneElementAndEachTermIsDeclared() {
        List<String> ids = new ArrayList<>();
        List<String> references = new ArrayList<>();
        Set<String> terms = new TreeSet<>();
        walk(made, ids, references, terms);
        assertThat(ids).doesNotHaveDuplicates().containsAll(references).contains("jsonl/id", "csv/pages");
        assertThat(references).isNotEmpty();
        Set<String> declared = new TreeSet<>(Set.of("@type", "@id", "@context"));
        made.path("@context").fieldNames().forEachRemaining(declared::add);
        // Terms of schema.org.
        declared.addAll(Set.of(
                "name",
                "alternateName",
                "description",
                "url",
                "license",
                "creator",
                "publisher",
                "version",
                "datePublished",
                "distribution",
                "contentUrl",
                "contentSize",
                "encodingFormat",
                "sha256"));
        assertThat(declared).containsAll(terms);
    }

    private static void walk(JsonNode node, List<String> ids, List<String> references, Set<String> terms) {
        if (node.isObject()) {
            String id = node.path("@id").textValue();
            if (id != null) {
                (node.size() == 1 ? references : ids).add(id);
            }
            node.properties().forEach(member -> {
                terms.add(member.getKey());
                if (!member.getKey().equals("@context")) {
                    walk(member.getValue(), ids, references, terms);
                }
            });
        } else {
            node.forEach(each -> walk(each, ids, references, terms));
        }
    }

    @Test
    void theJsonPathOfEachFieldFindsItsValuesInAsManyDocumentsAsTheSchemaStates() throws Exception {
        JsonNode schema = JSON.readTree(dump.resolve("schema.json").toFile());
        List<String> listed = new ArrayList<>();
        for (JsonNode field : fields("jsonl")) {
            String path = field.at("/source/extract/jsonPath").textValue();
            long found = 0;
            for (String line : SyntheticExport.lines(root.resolve("private"), manifest, "gzip")) {
                found += find(JSON.readTree(line), path).isEmpty() ? 0 : 1;
            }
            String name = field.path("name").textValue();
            listed.add(name);
            assertThat(found).as(name).isEqualTo(documents(schema, name)).isPositive();
        }
        assertThat(listed).contains("author.name", "it's ü", "id", "tags").doesNotContain("x.z", "x.y.z");
    }

    private static long documents(JsonNode schema, String path) {
        for (JsonNode field : schema.path("fields")) {
            if (field.path("path").textValue().equals(path)) {
                return field.path("documents").longValue();
            }
        }
        throw new AssertionError("schema.json does not have " + path);
    }

    /** The values to which a path of names and of descents leads. */
    private static List<JsonNode> find(JsonNode document, String path) {
        List<JsonNode> found = List.of(document);
        Matcher step = STEP.matcher(path);
        int end = 1;
        while (step.find()) {
            assertThat(step.start()).isEqualTo(end);
            end = step.end();
            String name = step.group(2).replaceAll("\\\\(.)", "$1");
            List<JsonNode> next = new ArrayList<>();
            for (JsonNode each : found) {
                next.addAll(
                        step.group(1) == null
                                ? (each.has(name) ? List.of(each.get(name)) : List.of())
                                : each.findValues(name));
            }
            found = next;
        }
        assertThat(path).startsWith("$").hasSize(end);
        return found;
    }

    @Test
    void aFieldHasTheTypeThatAllItsValuesHave() {
        assertThat(field("jsonl/pages").path("dataType").textValue()).isEqualTo("sc:Float");
        assertThat(field("jsonl/mixed").path("dataType").textValue()).isEqualTo("sc:Text");
        assertThat(field("jsonl/id").path("dataType").textValue()).isEqualTo("sc:Text");
        assertThat(field("jsonl/it%27s%20%C3%BC").path("dataType").textValue()).isEqualTo("sc:Boolean");
        assertThat(field("jsonl/tags").path("isArray").booleanValue()).isTrue();
        assertThat(field("csv/pages").path("dataType").textValue()).isEqualTo("sc:Integer");
    }

    @Test
    void theFieldsOfCsvAreItsColumnsInOrder() throws Exception {
        String part = manifest.parts().stream()
                .filter(each -> each.format().equals("csv"))
                .findFirst()
                .orElseThrow()
                .name();
        assertThat(fields("csv").stream()
                        .map(field -> field.at("/source/extract/column").textValue()))
                .containsExactly(Files.readAllLines(dump.resolve(part)).get(0).split(","));
    }

    @Test
    void nothingWithheldIsNamed() throws Exception {
        assertThat(Files.readString(dump.resolve("croissant.json"))).doesNotContain("secret", "canary");
    }

    @Test
    void filesOfAPublicDumpHaveTheirAddresses() throws Exception {
        export(URI.create("https://data.example.org/"));
        for (JsonNode file : distribution("cr:FileObject")) {
            assertThat(file.path("contentUrl").textValue())
                    .isEqualTo("https://data.example.org/" + manifest.dump() + "/"
                            + file.path("name").textValue());
        }
        assertThat(made.path("url").textValue())
                .isEqualTo("https://data.example.org/" + manifest.dump() + "/index.html");
    }

    @Test
    void linesThatWrapDocumentsArePathsBelowTheirSource() throws Exception {
        DraftMaker draft = new DraftMaker();
        draft.options = Map.of("id", "_id");
        draft.fields(DraftMaker.field("id", "keyword", 3, "string"), DraftMaker.field("n", "long", 3, "number"));
        JsonNode fields = JSON.readTree(Croissant.of(draft.make(), List.of(), DumpAddresses.NONE))
                .at("/recordSet/0/field");
        assertThat(fields)
                .extracting(field -> field.at("/source/extract/jsonPath").textValue())
                .containsExactly("$['_id']", "$['_index']", "$['_source']['id']", "$['_source']['n']");
        assertThat(fields.at("/3/dataType").textValue()).isEqualTo("sc:Integer");
    }

    @Test
    void aLicenceThatIsNotStatedIsNotInvented() throws Exception {
        JsonNode file = JSON.readTree(Croissant.of(new DraftMaker().make(), List.of(), DumpAddresses.NONE));
        assertThat(file.has("license")).isFalse();
        assertThat(file.at("/creator/name").textValue()).isEqualTo("The publisher of journals");
    }
}
