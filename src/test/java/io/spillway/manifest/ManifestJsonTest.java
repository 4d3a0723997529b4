package io.spillway.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestJsonTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String WHERE = "/srv/dumps/journals/2026-11-21T030000Z/manifest.json";

    private final Manifest manifest = new ManifestTest.Draft().make();

    @Test
    void aWrittenManifestIsReadBackEqual() throws Exception {
        assertThat(read(ManifestJson.write(manifest))).isEqualTo(manifest);
    }

    @Test
    void namesAreInSnakeCaseAndUnknownValuesAreOmitted() throws Exception {
        String text = text(manifest);
        assertThat(text)
                .contains("\"format_version\" : 1", "\"taken_at\" : \"2026-11-21T03:00:00.123Z\"")
                .contains("\"bytes_uncompressed\" : 5000")
                .doesNotContain("description", "homepage", "repaired", "null");
        assertThat(text).endsWith("}\n");
    }

    @Test
    void textInAnyScriptStaysReadable() throws Exception {
        ManifestTest.Draft draft = new ManifestTest.Draft();
        draft.title = "Журналы \"& <b>\" \uD83D\uDCDA \u2028";
        Manifest written = draft.make();
        assertThat(text(written)).contains("Журналы \\\"& <b>\\\" \uD83D\uDCDA");
        assertThat(read(ManifestJson.write(written))).isEqualTo(written);
    }

    @Test
    void theMembersOfTheFirstManifestsAreSufficient() throws Exception {
        ObjectNode tree = tree();
        tree.remove(List.of("schema_version", "schema_changes", "previous", "accepted"));
        ((ObjectNode) tree.get("source").get("fields").get(0)).remove(List.of("json_types", "documents", "blurred"));
        Manifest old = read(tree.toString());
        assertThat(old.schemaVersion()).isNull();
        assertThat(old.previous()).isNull();
        assertThat(old.source().fields()).containsExactly(new Manifest.Field("id", "keyword", List.of(), null, null));
    }

    @Test
    void membersOfANewerVersionAreIgnored() throws Exception {
        ObjectNode tree = tree();
        tree.put("mirrors", "later").putObject("schema").put("version", 7);
        ((ObjectNode) tree.get("parts").get(0)).put("blake3", "later");
        ((ObjectNode) tree.get("files").get(0)).put("md5", "later");
        ((ObjectNode) tree.get("source")).put("cluster", "later");
        assertThat(read(tree.toString())).isEqualTo(manifest);
    }

    static Stream<String> membersThatMustBeThere() throws IOException {
        List<String> paths = new ArrayList<>();
        ObjectNode tree = tree();
        tree.fieldNames().forEachRemaining(name -> paths.add("/" + name));
        tree.get("source").fieldNames().forEachRemaining(name -> paths.add("/source/" + name));
        tree.get("parts").get(0).fieldNames().forEachRemaining(name -> paths.add("/parts/0/" + name));
        tree.get("files").get(0).fieldNames().forEachRemaining(name -> paths.add("/files/0/" + name));
        tree.get("source")
                .get("fields")
                .get(0)
                .fieldNames()
                .forEachRemaining(name -> paths.add("/source/fields/0/" + name));
        paths.removeAll(List.of(
                "/license",
                "/covers",
                "/next_due",
                "/schema_version",
                "/schema_changes",
                "/previous",
                "/accepted",
                "/source/version",
                "/source/altered",
                "/parts/0/md5",
                "/parts/0/sha1",
                "/source/fields/0/type",
                "/source/fields/0/json_types",
                "/source/fields/0/documents",
                "/source/fields/0/blurred"));
        return paths.stream();
    }

    @ParameterizedTest(name = "without {0}")
    @MethodSource("membersThatMustBeThere")
    void aMissingMemberIsAnErrorThatNamesTheFile(String path) throws Exception {
        ObjectNode tree = tree();
        String name = path.substring(path.lastIndexOf('/') + 1);
        ((ObjectNode) tree.at(path.substring(0, path.lastIndexOf('/')))).remove(name);
        assertNoManifest(tree.toString());
    }

    @ParameterizedTest(name = "{0} is null")
    @MethodSource("membersThatMustBeThere")
    void aNullMemberIsAnErrorThatNamesTheFile(String path) throws Exception {
        ObjectNode tree = tree();
        String name = path.substring(path.lastIndexOf('/') + 1);
        ((ObjectNode) tree.at(path.substring(0, path.lastIndexOf('/')))).putNull(name);
        assertNoManifest(tree.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "null", "[]", "{}", "7", "\"text\"", "{", "not JSON", "{\"format_version\":1}"})
    void anInvalidManifestIsAnErrorThatNamesTheFile(String text) {
        assertNoManifest(text);
    }

    @Test
    void aTruncatedFileIsAnErrorAtAnyPosition() {
        String text = text(manifest);
        for (int length = 0; length < text.length() - 1; length += 37) {
            assertNoManifest(text.substring(0, length));
        }
    }

    @Test
    void trailingBytesAreAnError() {
        assertNoManifest(text(manifest) + "{}");
        assertNoManifest(text(manifest) + "garbage");
    }

    @Test
    void aNullPartIsAnError() throws Exception {
        ObjectNode tree = tree();
        tree.withArray("parts").addNull();
        assertNoManifest(tree.toString());
    }

    @Test
    void anInconsistentManifestIsAnErrorWithTheReason() throws Exception {
        ObjectNode tree = tree();
        tree.put("documents", 31);
        assertThat(assertNoManifest(tree.toString())).hasMessageContaining("has 31 documents but the snapshot had 30");
    }

    @Test
    void theStreamStaysOpen() throws Exception {
        boolean[] closed = new boolean[1];
        ByteArrayInputStream in = new ByteArrayInputStream(ManifestJson.write(manifest)) {
            @Override
            public void close() {
                closed[0] = true;
            }
        };
        ManifestJson.read(in, WHERE);
        assertThat(closed[0]).isFalse();
    }

    @Test
    void oneLineHasNoLineEnd() {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("type", "error");
        line.put("message", "a\nb");
        line.put("hint", null);
        assertThat(new String(ManifestJson.writeLine(line), StandardCharsets.UTF_8))
                .isEqualTo("{\"type\":\"error\",\"message\":\"a\\nb\",\"hint\":null}");
    }

    private static String text(Manifest manifest) {
        return new String(ManifestJson.write(manifest), StandardCharsets.UTF_8);
    }

    private static ObjectNode tree() throws IOException {
        JsonNode tree = JSON.readTree(ManifestJson.write(new ManifestTest.Draft().make()));
        return (ObjectNode) tree;
    }

    private static Manifest read(byte[] bytes) throws SpillwayException {
        return ManifestJson.read(new ByteArrayInputStream(bytes), WHERE);
    }

    private static Manifest read(String text) throws SpillwayException {
        return read(text.getBytes(StandardCharsets.UTF_8));
    }

    private static SpillwayException assertNoManifest(String text) {
        var thrown = assertThatExceptionOfType(SpillwayException.class)
                .as(text)
                .isThrownBy(() -> read(text))
                .withMessageStartingWith(WHERE + " is not a manifest: ");
        thrown.satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.INTEGRITY));
        return thrown.actual();
    }

    @Test
    void writingAnUnsupportedObjectIsABug() {
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> ManifestJson.write(Map.of("self", new Object())));
    }
}
