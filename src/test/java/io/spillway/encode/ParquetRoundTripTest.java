package io.spillway.encode;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spillway.parquet.Columns;
import io.spillway.parquet.RowCount;
import io.spillway.source.SourceField;
import io.spillway.support.DuckDb;
import io.spillway.support.EdgeSet;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Documents as Parquet, rebuilt from what DuckDB reads: the columns, and over them what {@code _rest} has. The rebuilt
 * document has the same values, with their digits and JSON types; only nulls and the spelling of paths may differ.
 */
@Timeout(300)
class ParquetRoundTripTest {
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(100_000)
                            .maxNumberLength(1_000_000)
                            .maxStringLength(Integer.MAX_VALUE)
                            .maxNameLength(Integer.MAX_VALUE)
                            .build())
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();
    private static final Pattern STEP = Pattern.compile("([^\\[]*)((?:\\[[0-9]+\\])*)");
    /** A surrogate pair, half of one as the second group, or another escape. */
    private static final Pattern ESCAPE =
            Pattern.compile("(?i)(\\\\ud[89ab][0-9a-f]{2}\\\\ud[c-f][0-9a-f]{2})|\\\\u(d[89a-f][0-9a-f]{2})|\\\\.");

    private static final Pattern AGAIN = Pattern.compile("#[0-9]+$");
    private static final List<String> SCALARS = List.of(
            "0",
            "-0.0",
            "1.10",
            "1e400",
            "-1E-400",
            "9007199254740993",
            "12345678901234567890123",
            "18446744073709551615",
            "-9223372036854775808",
            "0.1",
            "0.30000000000000004",
            "0.1234567890123456789",
            "true",
            "false",
            "null",
            "\"\"",
            "\"42\"",
            "\"042\"",
            "\"n/a\"",
            "\"true\"",
            "\"2024-05-06\"",
            "\"2024-05-06T07:08:09.123Z\"",
            "\"2024-05-06T07:08:09.123456789+02:00\"",
            "\"é 😀 \\u00e9 \\ud83d\\ude00 \\n\\\"\"",
            "\"\\ud800\"");
    private static final List<String> FIELDS = List.of(
            "a.b:long",
            "a.c:keyword",
            "a.l:integer",
            "d:date",
            "f:float",
            "g:geo_point",
            "j:flattened",
            "l:keyword",
            "n:nested",
            "n.k:keyword",
            "n.o.t:boolean",
            "n.v:double",
            "t:boolean",
            "u:unsigned_long",
            "v:dense_vector");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void arbitraryDocumentsAreRebuiltFromColumnsAndTheRest(boolean timestamps) throws Exception {
        Random random = new Random(24);
        List<String> documents = new ArrayList<>();
        for (int i = 0; i < 1_500; i++) {
            documents.add(object(random, List.of("a", "d", "f", "g", "j", "l", "n", "t", "u", "v", "x"), 3));
        }
        List<SourceField> mapped = FIELDS.stream()
                .map(field -> new SourceField(field.split(":", -1)[0], field.split(":", -1)[1]))
                .toList();
        Set<String> lists = Set.of("a.l", "l");
        assertRebuilt(mapped, new Columns.Options(lists, timestamps, false, false), documents);
    }

    private static String object(Random random, List<String> names, int depth) {
        return names.stream()
                .filter(name -> random.nextInt(3) > 0)
                .map(name -> "\"" + name + "\":" + value(random, depth))
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static String value(Random random, int depth) {
        int kind = random.nextInt(depth > 0 ? 10 : 6);
        if (kind < 6) {
            return SCALARS.get(random.nextInt(SCALARS.size()));
        } else if (kind < 8) {
            return object(random, List.of("b", "c", "k", "l", "o", "t", "v"), depth - 1);
        }
        return Stream.generate(() -> value(random, depth - 1))
                .limit(random.nextInt(4))
                .collect(Collectors.joining(",", "[", "]"));
    }

    @Test
    void hostileDocumentsAreRebuiltFromColumnsAndTheRest() throws Exception {
        List<SourceField> mapped = List.of(
                new SourceField("kids", "nested"),
                new SourceField("kids.name", "keyword"),
                new SourceField("raw", "object"),
                new SourceField("wide", "object"),
                new SourceField("word", "keyword"));
        List<String> lines = EdgeSet.all().stream()
                .map(edge -> new String(edge.line().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8))
                .toList();
        assertThat(lines).hasSizeGreaterThan(50);
        assertRebuilt(mapped, Columns.Options.DEFAULTS, lines);
    }

    /** More documents: {@code -Dspillway.sets=FOLDER} with files {@code NAME.jsonl.gz} and {@code NAME.mapping.json}. */
    @Test
    @EnabledIfSystemProperty(named = "spillway.sets", matches = ".+")
    void realDocumentsAreRebuiltFromColumnsAndTheRest() throws Exception {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("spillway.sets")))) {
            for (Path mapping : files.filter(file -> file.toString().endsWith(".mapping.json"))
                    .toList()) {
                Path set = Path.of(mapping.toString().replace(".mapping.json", ".jsonl.gz"));
                List<SourceField> mapped = new ArrayList<>();
                mapped("", JSON.readTree(mapping.toFile()).findValue("properties"), mapped);
                mapped.sort(Comparator.comparing(SourceField::path));
                try (InputStream in = new GZIPInputStream(Files.newInputStream(set))) {
                    List<String> lines = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .toList();
                    assertRebuilt(mapped, Columns.Options.DEFAULTS, lines);
                }
            }
        }
    }

    private static void mapped(String prefix, JsonNode properties, List<SourceField> mapped) {
        properties.properties().forEach(property -> {
            String path = prefix + property.getKey();
            String type = property.getValue().path("type").asText("object");
            JsonNode below = property.getValue().path("properties");
            if (below.isMissingNode() || !type.equals("object")) {
                mapped.add(new SourceField(path, type));
            }
            mapped(path + ".", below, mapped);
        });
    }

    private void assertRebuilt(List<SourceField> mapped, Columns.Options options, List<String> documents)
            throws Exception {
        Columns columns = new Columns(mapped, options);
        Path file = folder.resolve("all.parquet");
        try (OutputStream out = Files.newOutputStream(file);
                Parquet parquet = new Parquet(columns, 3, 1 << 20)) {
            parquet.begin(out);
            for (String document : documents) {
                parquet.encode(CsvSample.document(document), out);
            }
            parquet.end(out);
        }
        assertThat(RowCount.of(file)).isEqualTo(documents.size());
        List<String> rows = DuckDb.texts(folder, "SELECT to_json(r) FROM read_parquet('all.parquet') r");
        List<Map<String, String>> facts = new ArrayList<>(columns.facts());
        Collections.reverse(facts);
        for (int i = 0; i < documents.size(); i++) {
            ObjectNode row = (ObjectNode) tree(rows.get(i));
            JsonNode rest = row.remove("_rest");
            for (Map<String, String> fact : facts) {
                restore(row, fact.get("name"), fact);
            }
            ObjectNode rebuilt = (ObjectNode) normal(row);
            if (rest.isTextual()) {
                for (var each : tree(rest.textValue()).properties()) {
                    set(rebuilt, AGAIN.matcher(each.getKey()).replaceAll(""), normal(each.getValue()));
                }
            }
            assertThat(normal(rebuilt))
                    .as(documents.get(i) + "\n" + rows.get(i))
                    .isEqualTo(normal(tree(documents.get(i))));
        }
    }

    /** Parses JSON; half of a surrogate pair, which Jackson refuses in names, becomes a character that no document has. */
    private static JsonNode tree(String json) throws IOException {
        StringBuilder whole = new StringBuilder();
        Matcher escape = ESCAPE.matcher(json);
        while (escape.find()) {
            boolean half = escape.group(2) != null;
            escape.appendReplacement(
                    whole,
                    Matcher.quoteReplacement(
                            half
                                    ? "\\u%04x".formatted(Integer.parseInt(escape.group(2), 16) - 0xd800 + 0xf000)
                                    : escape.group()));
        }
        return JSON.readTree(escape.appendTail(whole).toString());
    }

    /** Gives a column the name of its field, and a value of text its JSON. */
    private static void restore(JsonNode at, String name, Map<String, String> fact) throws IOException {
        if (at.isArray()) {
            for (JsonNode each : at) {
                restore(each, name, fact);
            }
        } else if (at instanceof ObjectNode object && object.has(name)) {
            String path = fact.get("path");
            String member = name.contains(".") ? name : path.substring(path.lastIndexOf('.') + 1);
            JsonNode value = object.remove(name);
            if (value.isTextual() && fact.get("type").equals("json")) {
                value = tree(value.textValue());
            } else if (value.isTextual() && fact.get("type").equals("timestamp")) {
                value = JSON.getNodeFactory().textNode(instant(value.textValue()));
            }
            object.set(member, value);
        } else if (at.isObject() && name.contains(".")) {
            int dot = name.indexOf('.');
            restore(at.path(name.substring(0, dot)), name.substring(dot + 1), fact);
        }
    }

    /** The usual form of an instant, from DuckDB's form in UTC. */
    private static String instant(String shown) {
        return java.time.OffsetDateTime.parse(shown.replace(' ', 'T').replaceFirst("([+-][0-9]{2})$", "$1:00"))
                .toInstant()
                .toString();
    }

    private static void set(ObjectNode root, String path, JsonNode value) {
        String[] steps = path.split("\\.", -1);
        JsonNode at = root;
        for (int i = 0; i < steps.length; i++) {
            Matcher step = STEP.matcher(steps[i]);
            assertThat(step.matches()).isTrue();
            ObjectNode object = (ObjectNode) at;
            if (i == steps.length - 1) {
                object.set(steps[i], value);
                return;
            }
            at = object.path(step.group(1));
            if (at.isMissingNode()) {
                at = object.putObject(step.group(1));
            }
            if (!step.group(2).isEmpty()) {
                at = at.path(Integer.parseInt(
                        step.group(2).substring(1, step.group(2).length() - 1)));
            }
        }
    }

    /** Without members that are null, with dots as objects, and with numbers by their value. */
    private static JsonNode normal(JsonNode node) throws IOException {
        if (node.isNumber()) {
            return JSON.getNodeFactory()
                    .textNode("number " + node.decimalValue().stripTrailingZeros());
        }
        if (node.isArray()) {
            ArrayNode array = JSON.createArrayNode();
            for (JsonNode each : node) {
                array.add(normal(each));
            }
            return array;
        }
        if (!node.isObject()) {
            return node;
        }
        ObjectNode object = JSON.createObjectNode();
        for (var member : node.properties()) {
            if (!member.getValue().isNull()) {
                ObjectNode at = object;
                String[] steps = member.getKey().split("\\.", -1);
                int step = 0;
                while (step < steps.length - 1
                        && (!at.has(steps[step]) || at.path(steps[step]).isObject())) {
                    at = at.withObjectProperty(steps[step++]);
                }
                at.set(String.join(".", List.of(steps).subList(step, steps.length)), normal(member.getValue()));
            }
        }
        return object;
    }
}
