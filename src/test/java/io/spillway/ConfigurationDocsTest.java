package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.spillway.config.ConfigFile;
import io.spillway.config.ConfigSchema;
import io.spillway.schedule.ScheduleFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The reference of keys and the schemas match the code. After a change of the records, {@code mvn test
 * -Dtest=ConfigurationDocsTest -Ddocs.update} writes them again.
 */
class ConfigurationDocsTest {
    private static final Path REFERENCE = Path.of("docs", "configuration.md");
    private static final Path SCHEMA = Path.of("docs", "schedule.schema.json");
    private static final Path STORED =
            Path.of("src", "main", "resources", "io", "spillway", "schedule", "ScheduleFile.schema.json");
    private static final Path EXAMPLES = Path.of("schedules");

    private static final String BEGIN = "<!-- keys: written by ConfigurationDocsTest -->\n";
    private static final String END = "<!-- end of keys -->\n";

    private static final boolean UPDATE = System.getProperty("docs.update") != null;

    @TempDir
    Path folder;

    @Test
    void theSchemaForEditorsMatchesTheCode() throws Exception {
        assertCurrent(SCHEMA, ConfigSchema.json(ScheduleFile.class));
    }

    @Test
    void theStoredSchemaMatchesTheCode() throws Exception {
        assertCurrent(STORED, ConfigSchema.stored(ScheduleFile.class));
    }

    @Test
    void theReferenceListsEveryKeyOfTheCode() throws Exception {
        String page = Files.readString(REFERENCE);
        int begin = page.indexOf(BEGIN) + BEGIN.length();
        int end = page.indexOf(END);

        assertCurrent(REFERENCE, page.substring(0, begin) + table() + page.substring(end));
    }

    @ParameterizedTest
    @MethodSource("examples")
    void anExampleIsValidForAnEditorWithoutEnvironmentVariables(Path example) throws Exception {
        var schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7)
                .getSchema(new JsonMapper().readTree(Files.readString(SCHEMA)));

        assertThat(schema.validate(new YAMLMapper().readTree(Files.readString(example))))
                .isEmpty();
        assertThat(Files.readString(example))
                .startsWith("# yaml-language-server: $schema=../docs/schedule.schema.json\n");
    }

    @ParameterizedTest
    @MethodSource("examples")
    void everyExampleCanBeRead(Path example) throws Exception {
        ScheduleFile schedule = ConfigFile.read(
                example,
                ScheduleFile.class,
                name -> name.endsWith("_URL") ? "https://search.example.org:9200" : "secret");

        assertThat(schedule.covers()).isNotEmpty();
        assertThat(schedule.schedule()).isNotNull();
    }

    static List<Path> examples() throws IOException {
        try (Stream<Path> files = Files.list(EXAMPLES)) {
            return files.sorted().toList();
        }
    }

    @Test
    void theShortestFileOnThePageCanBeRead() throws Exception {
        String page = Files.readString(REFERENCE);
        String fence = "```yaml\n";
        int begin = page.indexOf(fence) + fence.length();
        Path file = Files.writeString(folder.resolve("short.yaml"), page.substring(begin, page.indexOf("```", begin)));

        assertThat(ConfigFile.read(file, ScheduleFile.class).dataset()).isEqualTo("journals");
    }

    @Test
    void theMistakesOnThePageGiveTheMessagesShownThere() throws Exception {
        Path file = Files.writeString(folder.resolve("journals.yaml"), """
                dataset: journals
                source:
                  elasticsearch: http://localhost:9200
                  api-key: ${env:ELASTICSEARCH_API_KEY}
                  index: journals
                parts: {documents: 0}
                destination: [{directory: /srv/dumps}]
                destinations:
                """);

        assertThatThrownBy(() -> ConfigFile.read(file, ScheduleFile.class, name -> null))
                .satisfies(failure -> assertThat(Files.readString(REFERENCE))
                        .contains("\n" + failure.getMessage().replace(file.toString(), "journals.yaml") + "\n"));
    }

    @Test
    void everyKeyIsDescribed() throws Exception {
        List<Row> rows = rows();

        assertThat(rows)
                .hasSizeGreaterThan(30)
                .allSatisfy(row -> assertThat(row.description()).as(row.key()).isNotBlank());
    }

    private static void assertCurrent(Path file, String expected) throws IOException {
        if (UPDATE) {
            Files.writeString(file, expected);
        }
        assertThat(file)
                .as("%s; -Ddocs.update writes it again", file)
                .exists()
                .content()
                .isEqualTo(expected);
    }

    private static String table() throws IOException {
        StringBuilder table = new StringBuilder("| key | type | default | limits | description |\n")
                .append("| --- | --- | --- | --- | --- |\n");
        for (Row row : rows()) {
            table.append("| `%s` | %s | %s | %s | %s |\n"
                    .formatted(row.key(), row.type(), row.standard(), row.limits(), row.description()));
        }
        return table.toString();
    }

    private static List<Row> rows() throws IOException {
        List<Row> rows = new ArrayList<>();
        collect("", new JsonMapper().readTree(ConfigSchema.json(ScheduleFile.class)), rows);
        return rows;
    }

    private static void collect(String section, JsonNode schema, List<Row> rows) {
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            JsonNode value = property.getValue();
            String key = section + property.getKey();
            rows.add(new Row(
                    key,
                    type(value),
                    standard(property.getKey(), schema, value),
                    limits(value),
                    value.path("description").asText()));
            collect(key + ".", value, rows);
            collect(key + "[].", value.path("items"), rows);
        }
    }

    private static String type(JsonNode schema) {
        if (schema.has("x-kind")) {
            return schema.get("x-kind").asText();
        }
        return switch (schema.path("type").asText()) {
            case "array" -> "list of " + type(schema.path("items"));
            case "object" -> schema.has("properties") ? "section" : "object";
            case "string" -> schema.has("enum") ? "word" : "text";
            default ->
                schema.path("type").isArray()
                        ? "text or section"
                        : schema.path("type").asText();
        };
    }

    private static String standard(String key, JsonNode section, JsonNode schema) {
        for (JsonNode required : section.path("required")) {
            if (required.asText().equals(key)) {
                return "**required**";
            }
        }
        JsonNode standard = schema.path("default");
        String text = standard.isTextual() ? standard.asText() : standard.toString();
        return text.isEmpty() ? "–" : "`" + text + "`";
    }

    private static String limits(JsonNode schema) {
        if (schema.has("enum")) {
            List<String> words = new ArrayList<>();
            schema.get("enum").forEach(word -> words.add("`" + word.asText() + "`"));
            return String.join(", ", words);
        }
        if (schema.has("maxProperties")) {
            return "exactly one key";
        }
        if (schema.has("items")) {
            String entries = range(schema.path("minItems"), schema.path("maxItems"));
            String each = limits(schema.get("items"));
            return Stream.of(entries.isEmpty() ? "" : "entries: " + entries, each.isEmpty() ? "" : "each " + each)
                    .filter(limit -> !limit.isEmpty())
                    .collect(Collectors.joining("; "));
        }
        boolean ownPattern = schema.has("patternErrorMessage") && !schema.has("x-kind");
        return ownPattern
                ? schema.get("patternErrorMessage").asText()
                : range(
                        schema.path(schema.has("x-minimum") ? "x-minimum" : "minimum"),
                        schema.path(schema.has("x-maximum") ? "x-maximum" : "maximum"));
    }

    private static String range(JsonNode least, JsonNode most) {
        if (least.asText().isEmpty()) {
            return most.asText().isEmpty() ? "" : "at most " + most.asText();
        }
        if (least.equals(most)) {
            return "exactly " + least.asText();
        }
        return most.asText().isEmpty() ? "at least " + least.asText() : least.asText() + " to " + most.asText();
    }

    private record Row(String key, String type, String standard, String limits, String description) {}
}
