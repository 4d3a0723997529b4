package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.support.Dump;
import io.spillway.support.Spillway;
import io.spillway.support.Spillway.Outcome;
import io.spillway.support.TestCluster;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the rules of {@code fields} keep out of a dump, and what they let in. Every value to withhold is or contains the
 * word {@code canary}, and every name of such a field contains {@code hush}. Neither may occur in any published byte.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class FieldPolicyIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int DOCUMENTS = 60;

    /** All the ways in which documents have fields, known and unknown to the mapping. */
    private static final String MAPPING = """
            {"settings": {"number_of_shards": 2, "number_of_replicas": 0},
             "mappings": {"dynamic": false, "runtime": {"hush_runtime": {"type": "keyword"}}, "properties": {
              "id": {"type": "keyword"},
              "title": {"type": "text", "fields": {"raw": {"type": "keyword"}}},
              "price": {"type": "double"},
              "hush": {"type": "keyword"},
              "loose": {"type": "object", "dynamic": false, "properties": {"known": {"type": "keyword"}}},
              "dark": {"type": "object", "enabled": false},
              "labels": {"type": "flattened"},
              "kids": {"type": "nested", "properties": {"name": {"type": "keyword"}, "hush": {"type": "keyword"}}},
              "authors": {"properties": {"name": {"type": "text"}, "hush": {"type": "keyword"}}},
              "place": {"type": "geo_point"},
              "a": {"properties": {"b": {"properties": {"hush": {"type": "keyword"}, "d": {"type": "keyword"}}}}},
              "hushed": {"properties": {"deep": {"properties": {"er": {"type": "keyword"}}}}}}}}""";

    private static final String RULES = """
            fields:
              include:
                - id
                - title
                - price
                - loose.known
                - loose.open
                - dark.shown.**
                - labels.color
                - kids.name
                - authors.name
                - place
                - a.b.d
              exclude:
                - hush
                - kids.hush
                - authors.hush
                - a.b.hush
                - dark.hush
                - hushed
                - hush_runtime*
              unlisted: withhold
              examples: true
              descriptions: {title: Its name., authors.hush: canary}
            """;

    @TempDir
    private Path folder;

    private Path root;
    private TestCluster cluster;

    @BeforeEach
    void start() {
        cluster = TestCluster.shared();
        root = folder.resolve("public");
    }

    /** A document with canaries. */
    private static String sent(int n) {
        return ("{\"id\":\"d#\",\"hush\":\"canary\",\"title\":\"Title #\",\"price\":1.10,"
                        + "\"loose\":{\"known\":\"k\",\"hush\":\"canary\",\"open\":[1.0,2.50,12345678901234567890]},"
                        + "\"dark\":{\"hush\":{\"x\":[\"canary\"]},\"shown\":{\"x\":[{\"y\":1e400}]},\"hush2\":\"canary\"},"
                        + "\"labels\":{\"color\":\"red\",\"hush\":\"canary\"},"
                        + "\"kids\":[{\"name\":\"Ana\",\"hush\":\"canary\"},{\"hush\":\"canary\"},{\"name\":\"Bo\"}],"
                        + "\"authors\":[{\"hush\":\"canary\",\"name\":\"Cy\"}],\"authors.hush\":[\"canary\"],"
                        + "\"place\":{\"lat\":1.50,\"lon\":2.0},"
                        + "\"a\":{\"b.hush\":\"canary\",\"b\":{\"d\":\"kept\"}},\"a.b\":{\"hush\":\"canary\"},"
                        + "\"hu\\u0073hed\":{\"deep.er\":\"canary\"},\"hush_runtime\":\"canary\",\"hush_stray\":{\"x\":\"canary\"}}")
                .replace("#", Integer.toString(n));
    }

    /** The published form of the document. */
    private static String kept(int n) {
        return ("{\"id\":\"d#\",\"title\":\"Title #\",\"price\":1.10,"
                        + "\"loose\":{\"known\":\"k\",\"open\":[1.0,2.50,12345678901234567890]},"
                        + "\"dark\":{\"shown\":{\"x\":[{\"y\":1e400}]}},"
                        + "\"labels\":{\"color\":\"red\"},"
                        + "\"kids\":[{\"name\":\"Ana\"},{},{\"name\":\"Bo\"}],"
                        + "\"authors\":[{\"name\":\"Cy\"}],"
                        + "\"place\":{\"lat\":1.50,\"lon\":2.0},"
                        + "\"a\":{\"b\":{\"d\":\"kept\"}}}")
                .replace("#", Integer.toString(n));
    }

    private String canaries() throws Exception {
        String index = cluster.newIndex(MAPPING);
        cluster.load(
                index,
                IntStream.range(0, DOCUMENTS).mapToObj(FieldPolicyIT::sent).toList());
        return index;
    }

    /** A schedule of the dataset {@code records} with these additional sections. */
    private Path schedule(String index, String more) throws IOException {
        return Files.writeString(folder.resolve("records.yaml"), """
                dataset: records
                source: {elasticsearch: "%s", index: "%s"}
                destinations: [{directory: "%s"}]
                """.formatted(cluster.url(), index, root) + more);
    }

    private Outcome export(String index, String more) throws IOException {
        return Spillway.run("export", schedule(index, more).toString());
    }

    private JsonNode status() throws IOException {
        return JSON.readTree(Files.readAllBytes(root.resolve("records/status.json")));
    }

    /** Every file below the root, decompressed, as byte strings, with its name in front. */
    private List<String> files() throws IOException {
        List<String> texts = new ArrayList<>();
        try (Stream<Path> all = Files.walk(root)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                try (InputStream raw = Files.newInputStream(file);
                        InputStream in = file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw) {
                    texts.add(file + "\n" + Dump.bytes(in.readAllBytes()));
                }
            }
        }
        return texts;
    }

    @Test
    void noWithheldValueIsInAnyByteThatIsPublishedOrPrinted() throws Exception {
        Path file = schedule(canaries(), RULES + "formats: [jsonl: {}, csv: {}, tar: {}]\n");

        Outcome outcome = Spillway.child(folder, 256, "export", file.toString(), "--verbose")
                .succeeded();

        Dump.only(root, "records");
        assertThat(files())
                .hasSizeGreaterThan(11)
                .anyMatch(text -> text.contains("sample.jsonl\n"))
                .anyMatch(text -> text.contains("schema.json\n"))
                .allSatisfy(text -> assertThat(text).doesNotContainIgnoringCase("canary", "hush"));
        assertThat(outcome.out() + outcome.err()).doesNotContainIgnoringCase("canary");
    }

    @Test
    void fieldsLeftOutWithoutARuleAreInTheOperatorsLog() throws Exception {
        Path file = schedule(canaries(), RULES);

        Outcome outcome = Spillway.child(folder, 256, "export", file.toString()).succeeded();

        assertThat(outcome.err())
                .contains(
                        "field=\"hush_stray\" documents=" + DOCUMENTS, "field=\"labels.hush\"", "field=\"loose.hush\"")
                .doesNotContain("field=\"authors.hush\"");
    }

    @Test
    void everythingElseIsPublishedDigitForDigit() throws Exception {
        export(canaries(), RULES + "formats: [jsonl: {}]\n").succeeded();

        Dump.only(root, "records")
                .assertHolds(IntStream.range(0, DOCUMENTS)
                        .mapToObj(FieldPolicyIT::kept)
                        .toList());
    }

    @Test
    void theSchemaDescribesOnlyThePublishedFields() throws Exception {
        export(canaries(), RULES).succeeded();

        Dump dump = Dump.only(root, "records");
        JsonNode fields =
                JSON.readTree(dump.folder().resolve("schema.json").toFile()).path("fields");
        assertThat(fields.findValuesAsText("path"))
                .containsExactly(
                        "a.b.d",
                        "authors.name",
                        "dark",
                        "dark.shown",
                        "id",
                        "kids",
                        "kids.name",
                        "labels",
                        "labels.color",
                        "loose.known",
                        "loose.open",
                        "place",
                        "price",
                        "title");
        JsonNode title = fields.get(13);
        assertThat(title.path("description").textValue()).isEqualTo("Its name.");
        assertThat(title.path("example").textValue()).startsWith("Title ");
        assertThat(title.path("documents").intValue()).isEqualTo(DOCUMENTS);
        assertThat(fields.get(12).toString()).contains("\"example\":1.1");
    }

    @Test
    void aNewMappedFieldStopsTheNextRunBeforeAnythingIsRead() throws Exception {
        String index = cluster.newIndex(1);
        cluster.load(index, List.of("{\"id\":1}"));
        String rules = "fields: {include: [id]}\n";
        export(index, rules).succeeded();
        Path old = Dump.only(root, "records").folder();
        cluster.load(index, List.of("{\"id\":2,\"@new\":{\"mail\":\"canary@example.org\"}}"));

        Outcome outcome = export(index, rules).refused(32);

        assertThat(outcome.err())
                .contains("\"@new.mail\" (text)", "- \"@new.mail\"", "need a decision")
                .doesNotContain("canary");
        assertThat(Dump.folders(root, "records")).containsExactly(old);
        assertThat(status().at("/last_attempt/exit_code").intValue()).isEqualTo(32);
        assertThat(status().at("/last_attempt/outcome").textValue()).isEqualTo("refused");
        assertThat(status().at("/last_good/dump").textValue()).isEqualTo("records/" + old.getFileName());
        assertThat(status().toString()).doesNotContain("@new");
    }

    @Test
    void withUnlistedWithholdTheRunSucceedsWithoutTheNewField() throws Exception {
        String index = cluster.newIndex(1);
        cluster.load(index, List.of("{\"id\":1}", "{\"id\":2,\"new\":{\"mail\":\"canary@example.org\"}}"));

        export(index, "fields: {include: [id], unlisted: withhold}\n").succeeded();

        Dump.only(root, "records").assertHolds(List.of("{\"id\":1}", "{\"id\":2}"));
        assertThat(files()).allSatisfy(text -> assertThat(text).doesNotContain("canary", "mail"));
    }

    @Test
    void aFieldThatOnlyDocumentsHaveStopsTheRunInTheMiddleAndNothingIsLeft() throws Exception {
        String index =
                cluster.newIndex("{\"mappings\":{\"dynamic\":false,\"properties\":{\"id\":{\"type\":\"long\"}}}}");
        List<String> documents = new ArrayList<>();
        for (int n = 0; n < 3_000; n++) {
            documents.add("{\"id\":" + n + "}");
        }
        documents.add("{\"id\":0,\"stray\":\"canary\"}");
        cluster.load(index, documents);

        Outcome outcome = export(index, "fields: {include: [id]}\n").refused(32);

        assertThat(outcome.err())
                .contains("\"stray\"", "- stray", "not in the mapping")
                .doesNotContain("canary");
        Dump.assertNothingPublished(root);
        assertThat(status().toString()).contains("FIELD_POLICY").doesNotContain("stray");
    }

    /** Two indices of one pattern: the field is a keyword in one, and documents of the other have an object there. */
    private String contacts(String prefix) throws Exception {
        for (int n = 1; n <= 2; n++) {
            String contact = n == 1 ? ",\"contact\":{\"type\":\"keyword\"}" : "";
            cluster.request(
                    "PUT",
                    "/" + prefix + "-" + n,
                    "{\"mappings\":{\"dynamic\":false,\"properties\":{\"id\":{\"type\":\"long\"}" + contact + "}}}");
        }
        cluster.load(prefix + "-1", List.of("{\"id\":1,\"contact\":\"x\"}"));
        cluster.load(
                prefix + "-2",
                List.of(
                        "{\"id\":2,\"contact\":{\"hushmail\":\"canary@example.org\",\"hushphone\":\"canary\"}}",
                        "{\"id\":3,\"contact.hushmail\":\"canary\"}"));
        return prefix + "-*";
    }

    @Test
    void anObjectWhereAnotherIndexHasALeafStopsTheRunAndTheFieldIsNamed() throws Exception {
        Outcome outcome = export(contacts("leaf-a"), "fields: {include: [id, contact], unlisted: stop}\n")
                .refused(32);

        assertThat(outcome.err()).contains("\"contact.hush").doesNotContain("canary");
        Dump.assertNothingPublished(root);
    }

    @Test
    void anObjectWhereAnotherIndexHasALeafIsWithheldInEveryFormat() throws Exception {
        Path file = schedule(contacts("leaf-b"), """
                fields: {include: [id, contact], unlisted: withhold, examples: true}
                formats: [jsonl: {}, csv: {}, tar: {}]
                """);

        Spillway.run("export", file.toString()).succeeded();

        assertThat(files()).allSatisfy(text -> assertThat(text).doesNotContain("canary", "hush"));
        assertThat(files()).anyMatch(text -> text.contains("{\"id\":1,\"contact\":\"x\"}"));
        assertThat(Spillway.run("plan", file.toString()).succeeded().out()).doesNotContain("canary");
    }

    @Test
    void anExcludedNameWithADotBelowABlurredFieldIsInNoFile() throws Exception {
        String index = cluster.newIndex("""
                {"mappings": {"dynamic": false, "properties": {
                  "id": {"type": "long"}, "contact": {"type": "flattened"}}}}""");
        cluster.load(
                index,
                List.of(
                        "{\"id\":1,\"contact.hush\":\"canary@example.org\"}",
                        "{\"id\":2,\"contact\":{\"hush\":\"canary@example.org\"}}",
                        "{\"id\":3,\"contact.hush_jane\":\"2026-11-21T03:00:00Z\"}"));

        export(index, """
                fields:
                  include: [id]
                  exclude: [contact.hush]
                  blur: [{field: "contact*", by: hash}]
                  hash-key: "${env:PATH}"
                  unlisted: stop
                formats: [jsonl: {}, csv: {}]
                """).succeeded();

        Dump.only(root, "records");
        assertThat(files())
                .anyMatch(text -> text.contains("{\"id\":1,\"contact\":null}"))
                .allSatisfy(text -> assertThat(text).doesNotContain("canary", "hush", "2026-11-21T03:00:00Z\""))
                .noneMatch(text -> text.matches("(?s).*\"contact\":\"[0-9a-f]{64}.*"));
    }

    @Test
    void aPatternThatCouldMatchBelowALeafListsNoUnlistedName() throws Exception {
        String index = cluster.newIndex("""
                {"mappings": {"properties": {"id": {"type": "long"}, "hush": {"type": "keyword"},
                  "hush_a": {"properties": {"hush_b": {"type": "keyword"}}}, "hush_open": {"type": "flattened"}}}}""");
        cluster.load(
                index,
                List.of(
                        "{\"id\":1,\"hush\":\"canary\",\"hush_a\":{\"hush_b\":\"canary\"},"
                                + "\"hush_open\":{\"x\":\"canary\"}}",
                        "{\"id\":2,\"hush\":null,\"hush_open\":{}}"));

        export(
                        index,
                        "fields: {include: [id, '**.email'], unlisted: withhold}\nformats: [jsonl: {}, csv: {}, tar: {}]\n")
                .succeeded();

        assertThat(files()).allSatisfy(text -> assertThat(text).doesNotContain("canary", "hush"));
    }

    @Test
    void aColumnThatNoRulePublishesIsRefusedAsWithheld() throws Exception {
        String index = cluster.newIndex(1);
        cluster.load(index, List.of("{\"id\":1,\"hush\":\"canary\"}"));

        Outcome outcome = export(
                        index,
                        "fields: {include: [id, '**.email'], unlisted: withhold}\nformats: [csv: {columns: [id, hush]}]\n")
                .refused(32);

        assertThat(outcome.err())
                .contains("columns of format csv", ": hush")
                .doesNotContain("not a field of the mapping");
        assertThat(status().toString()).doesNotContain("hush");
    }

    @Test
    void aFieldWithheldFromNowOnIsNotNamedInTheNextDump() throws Exception {
        String index = cluster.newIndex(1);
        cluster.load(index, List.of("{\"id\":1,\"hush\":\"a\",\"old\":1}"));
        export(index, "fields: {include: [id, hush, old]}\n").succeeded();
        Path old = Dump.only(root, "records").folder();

        Outcome refused = export(
                        index, "fields: {include: [id, old], exclude: [hush]}\ngate: {schema: stop, shrink: 100%}\n")
                .refused(31);
        assertThat(refused.err())
                .contains("1 field of that dump is now withheld")
                .doesNotContain("hush");
        assertThat(status().toString()).contains("lost fields").doesNotContain("hush");

        Path file = schedule(index, "fields: {include: [id, old], exclude: [hush]}\ngate: {shrink: 100%}\n");
        Outcome outcome = Spillway.run("export", file.toString()).succeeded();

        assertThat(outcome.err()).doesNotContain("hush");
        assertThat(files())
                .filteredOn(text -> !text.startsWith(old.toString()))
                .allSatisfy(text -> assertThat(text).doesNotContain("hush"));
    }

    @Test
    void publishedIdsWithABlurredDateCauseAWarning() throws Exception {
        String index = cluster.newIndex("{\"mappings\":{\"properties\":{\"made\":{\"type\":\"date\"}}}}");
        cluster.load(index, List.of("{\"made\":\"2026-11-21T03:00:00Z\"}"));
        String rules = "fields: {include: [_id, _routing], blur: [{field: made, by: year}]}\n";
        Path file = schedule(index, rules + "formats: [bulk: {}]\n");

        assertThat(Spillway.run("plan", file.toString()).succeeded().out()).contains("reveal blurred dates: made");
        assertThat(Spillway.run("check", file.toString()).succeeded().err()).contains("reveal blurred dates: made");
        assertThat(Spillway.run("plan", schedule(index, rules).toString())
                        .succeeded()
                        .out())
                .doesNotContain("reveal");
    }

    @Test
    void blurredFieldsArePublishedWithLessPrecision() throws Exception {
        String index = cluster.newIndex(1);
        cluster.load(
                index,
                List.of(
                        "{\"user\":\"canary\",\"born\":\"1970-05-17T01:02:03Z\",\"mail\":[\"canary@example.org\",\"canary\"],"
                                + "\"ip\":\"203.0.113.77\",\"ip6\":\"2001:db8:1:2::77\",\"note\":\"canary\",\"n\":1.00}"));

        export(index, """
                fields:
                  include: [n]
                  hash-key: "${env:PATH}"
                  examples: true
                  blur:
                    - {field: user, by: hash}
                    - {field: born, by: year}
                    - {field: mail, by: mask-email}
                    - {field: "ip*", by: mask-ip}
                    - {field: note, by: constant, value: removed}
                """).succeeded();

        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(System.getenv("PATH").getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        String hash = HexFormat.of().formatHex(mac.doFinal("canary".getBytes(StandardCharsets.UTF_8)));
        Dump.only(root, "records")
                .assertHolds(List.of("{\"user\":\"" + hash + "\",\"born\":\"1970\",\"mail\":[\"***@example.org\",null],"
                        + "\"ip\":\"203.0.113.0\",\"ip6\":\"2001:db8:1::\",\"note\":\"removed\",\"n\":1.00}"));
        assertThat(files())
                .anyMatch(text -> text.contains("schema.json\n") && text.contains("\"example\" : \"***@example.org\""))
                .allSatisfy(text ->
                        assertThat(text).doesNotContain("canary", ".77", "::77", "05-17", System.getenv("PATH")));
    }

    @Test
    void planShowsTheOutcomeAndTheRuleForEachField() throws Exception {
        Outcome outcome =
                Spillway.run("plan", schedule(canaries(), RULES).toString()).succeeded();

        assertThat(outcome.out())
                .containsPattern("published +title \\(text\\) +rule: title")
                .containsPattern("published +labels \\(flattened\\) +rule: labels")
                .containsPattern("withheld +authors\\.hush \\(keyword\\) +rule: authors\\.hush")
                .containsPattern("withheld +hushed\\.deep\\.er \\(keyword\\) +rule: hushed")
                .doesNotContain("title.raw", "canary");
        assertThat(root).doesNotExist();
    }

    @Test
    void planPrintsTheTableAndExitsWith32IfAFieldIsUndecided() throws Exception {
        Outcome outcome = Spillway.run(
                "plan",
                schedule(canaries(), "fields: {include: [id], exclude: [hush]}\n")
                        .toString());

        assertThat(outcome.exitCode()).isEqualTo(32);
        assertThat(outcome.out())
                .containsPattern("undecided +title \\(text\\)")
                .containsPattern("published +id ")
                .contains("not estimated");
        assertThat(outcome.err()).contains("- title", "- labels.**");
    }

    @Test
    void eachUndecidedFieldHasALineOfItsOwn() throws Exception {
        String rules = "fields: {include: [id], exclude: [hush]}\n";

        Outcome outcome = export(canaries(), rules).refused(32);

        assertThat(outcome.err().lines())
                .anyMatch(line -> line.startsWith("no rule names field \"title\" (text)"))
                .anyMatch(line -> line.startsWith("hint: "));
        assertThat(outcome.err()).doesNotContain("\\u000a");
    }

    @Test
    void checkConfirmsAFileWithoutProblems() throws Exception {
        Outcome outcome = Spillway.run(
                        "check",
                        schedule(canaries(), RULES.replace(", authors.hush: canary", ""))
                                .toString())
                .succeeded();
        assertThat(outcome.out()).contains("records.yaml: ok");
        assertThat(root).doesNotExist();
    }

    @Test
    void rulesCanBeGivenOnTheCommandLine() throws Exception {
        String index = cluster.newIndex(1);
        cluster.load(
                index, List.of("{\"id\":1.0,\"mail\":\"canary\",\"o\":{\"a\":1,\"b\":\"canary\"},\"new\":\"canary\"}"));

        Outcome stopped = Spillway.export(cluster, index, root, "--include", "id,o.**", "--exclude", "mail,o.b");
        stopped.refused(32);
        assertThat(stopped.err()).contains("- new");
        Spillway.export(cluster, index, root, "--include", "id,o.**", "--exclude", "mail,o.b", "--unlisted", "withhold")
                .succeeded();

        Dump.only(root, "records").assertHolds(List.of("{\"id\":1.0,\"o\":{\"a\":1}}"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
            id;                     jsonl: {id: _id};   32
            id;                     bulk: {};           32
            id, _id;                bulk: {};           32
            id, _id, _routing;      bulk: {};           0
            id, _id, _routing;      jsonl: {id: _id};   0
            id, "_*";               bulk: {};           0
            "**";                   bulk: {};           0
            id;                     jsonl: {};          0
            """)
    void withRulesIdsArePublishedOnlyIfARuleNamesThem(String include, String format, int exitCode) throws Exception {
        String index = cluster.newIndex(1);
        cluster.bulk(index, "{\"index\":{\"_id\":\"canary\"}}\n{\"id\":1}\n".getBytes(StandardCharsets.UTF_8));
        cluster.request("POST", "/" + index + "/_refresh", null);

        Outcome outcome = export(index, "fields: {include: [" + include + "]}\nformats: [" + format + "]\n");

        assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(exitCode);
        if (exitCode != 0) {
            assertThat(outcome.err()).contains("_routing").doesNotContain("canary");
            Dump.assertNothingPublished(root);
        } else {
            assertThat(files().stream().anyMatch(text -> text.contains("canary")))
                    .isEqualTo(include.contains("_") || include.contains("**"));
        }
    }

    @Test
    void excludedIdsTakePrecedenceOverEveryInclude() throws Exception {
        String index = cluster.newIndex(1);
        cluster.load(index, List.of("{\"id\":1}"));
        export(index, "fields: {include: ['**'], exclude: [_id, _routing]}\nformats: [bulk: {}]\n")
                .refused(32);
        export(index, "fields: {include: ['**'], exclude: [_id, _routing]}\nformats: [jsonl: {}]\n")
                .succeeded();
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void theQueryIsInTheManifestOnlyOnRequest(boolean asked) throws Exception {
        String index = cluster.newIndex(1);
        cluster.load(index, List.of("{\"id\":1,\"hush\":false}", "{\"id\":2,\"hush\":true}"));
        Path file = schedule(index, "fields: {include: [id], exclude: [hush]}\n");
        Files.writeString(
                file,
                Files.readString(file)
                        .replace("source: {", "source: {query: {term: {hush: false}}, publish-query: " + asked + ", "));

        Spillway.run("export", file.toString()).succeeded();

        JsonNode source = Dump.only(root, "records").manifest().path("source");
        assertThat(source.path("filtered").booleanValue()).isTrue();
        assertThat(source.path("query")).isEqualTo(JSON.readTree(asked ? "{\"term\":{\"hush\":false}}" : ""));
        assertThat(files().stream().anyMatch(text -> text.contains("hush"))).isEqualTo(asked);
    }

    @Test
    void theServerRejectsDocumentsNestedDeeperThanSpillwayReads() throws Exception {
        String index =
                cluster.newIndex("{\"mappings\":{\"properties\":{\"raw\":{\"type\":\"object\",\"enabled\":false}}}}");
        // The document itself is one level.
        cluster.load(index, List.of(deep(990)));
        assertThatThrownBy(() -> cluster.load(index, List.of(deep(1_001)))).hasMessageContaining("depth");

        export(index, "fields: {include: ['**'], exclude: ['**.hush']}\n").succeeded();

        Dump.only(root, "records").assertHolds(List.of(deep(990).replace("\"hush\":\"canary\",", "")));
    }

    private static String deep(int levels) {
        return "{\"raw\":" + "{\"k\":".repeat(levels - 2) + "{\"hush\":\"canary\",\"n\":1.0}" + "}".repeat(levels - 2)
                + "}";
    }
}
