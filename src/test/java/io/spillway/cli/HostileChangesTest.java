package io.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spillway.compress.Compression;
import io.spillway.destination.Digests;
import io.spillway.support.ChangeHistory;
import io.spillway.support.Spillway;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A list of changes that anyone may have written gives a clear error and an exit code, and no copy. */
class HostileChangesTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String FIRST = "journals/2026-01-01T030000Z";
    private static final String SECOND = "journals/2026-01-02T030000Z";
    private static final String THIRD = "journals/2026-01-03T030000Z";
    private static final int INTEGRITY = 30;

    @TempDir
    private Path folder;

    private ChangeHistory history = new ChangeHistory(Path.of("."), Compression.parse("gzip", null));
    private ObjectNode list = JSON.createObjectNode();

    @BeforeEach
    void publishThreeDumps() throws Exception {
        history = new ChangeHistory(folder.resolve("site"), Compression.parse("gzip", null));
        Map<String, String> lines = new LinkedHashMap<>();
        for (int dump = 0; dump < 3; dump++) {
            for (int i = 0; i < 5; i++) {
                lines.put("\"d" + i + "\"", line(i, i < 3 ? dump : 0));
            }
            lines.remove("\"d" + (4 - dump) + "\"");
            history.publish(lines, 1, null);
        }
        list = (ObjectNode) JSON.readTree(file().toFile());
    }

    private static String line(int number, int version) {
        return "{\"_id\":\"d%d\",\"_index\":\"j\",\"_source\":{\"n\":%d}}".formatted(number, version);
    }

    private Path file() {
        return history.folder().resolve("changes.json");
    }

    private interface Forgery {
        void in(ObjectNode list) throws Exception;
    }

    private static ObjectNode step(JsonNode list, int step) {
        return (ObjectNode) list.get("steps").get(step);
    }

    private static ObjectNode counts(JsonNode list) {
        return (ObjectNode) step(list, 1).get("counts");
    }

    private static ObjectNode changed(JsonNode list) {
        return (ObjectNode) step(list, 1).get("files").get(0);
    }

    private static ArrayNode steps(JsonNode list) {
        return (ArrayNode) list.get("steps");
    }

    private static Arguments forgery(String name, Forgery forgery) {
        return Arguments.of(name, forgery);
    }

    private static Stream<Arguments> forgeries() {
        BigInteger huge = BigInteger.TWO.pow(70);
        return Stream.of(
                forgery("a count above long", list -> counts(list).put("unchanged", huge)),
                forgery("the largest count", list -> counts(list).put("unchanged", Long.MAX_VALUE)),
                forgery("a negative count", list -> counts(list).put("unchanged", -1)),
                forgery("counts whose sum overflows to the right one", list -> {
                    counts(list).put("unchanged", Long.MAX_VALUE);
                    counts(list).put("deleted", Long.MAX_VALUE);
                }),
                forgery("a count that is a text", list -> counts(list).put("added", "many")),
                forgery("no counts", list -> step(list, 1).remove("counts")),
                forgery("a count is missing", list -> counts(list).remove("unchanged")),
                forgery("no digest", list -> step(list, 1).remove("digest")),
                forgery("no files", list -> step(list, 1).remove("files")),
                forgery(
                        "a file that is null",
                        list -> ((ArrayNode) step(list, 1).get("files")).addNull()),
                forgery("a step that is null", list -> steps(list).addNull()),
                forgery("a break that is null", list -> ((ArrayNode) list.get("breaks")).addNull()),
                forgery("steps that are no list", list -> list.put("steps", "none")),
                forgery("another format", list -> list.put("format_version", 2)),
                forgery("no key", list -> step(list, 1).remove("key")),
                forgery("an empty key", list -> step(list, 1).put("key", "")),
                forgery("half of a character as the key", list -> step(list, 1).put("key", "a\ud800")),
                forgery("a key with a line end", list -> step(list, 1).put("key", "a\nb")),
                forgery("more documents than bytes", list -> changed(list).put("documents", 1_000_000)),
                forgery("a negative number of documents", list -> changed(list).put("documents", -3)),
                forgery("a negative length", list -> changed(list).put("bytes", -3)),
                forgery("an impossible length", list -> changed(list).put("bytes_uncompressed", Long.MAX_VALUE)),
                forgery("no path", list -> changed(list).remove("path")),
                forgery("a path upwards", list -> changed(list).put("path", "../../etc/passwd")),
                forgery("a folder upwards", list -> changed(list).put("path", "../passwd")),
                forgery("a file upwards", list -> changed(list).put("path", "2026-01-03T030000Z/..")),
                forgery("a path of three names", list -> changed(list).put("path", "a/b/c")),
                forgery("an absolute path", list -> changed(list).put("path", "/etc/passwd")),
                forgery("a backslash", list -> changed(list).put("path", "2026-01-03T030000Z\\x.gz")),
                forgery("an escaped path upwards", list -> changed(list).put("path", "%2e%2e/x.gz")),
                forgery("another host", list -> changed(list).put("path", "https://elsewhere.example/x.gz")),
                forgery("another host without a scheme", list -> changed(list).put("path", "//elsewhere.example/x")),
                forgery("another kind", list -> changed(list).put("kind", "renamed")),
                forgery("another format of a file", list -> changed(list).put("format", "parquet")),
                forgery("another hash", list -> changed(list).put("sha256", "ABC")),
                forgery(
                        "two files of one name",
                        list -> ((ArrayNode) step(list, 1).get("files"))
                                .add(changed(list).deepCopy())),
                forgery("a step twice", list -> steps(list).add(step(list, 1).deepCopy())),
                forgery("a loop", list -> {
                    ObjectNode back = step(list, 1).deepCopy();
                    back.put("from", THIRD).put("to", FIRST);
                    back.put(
                            "from_manifest_sha256",
                            step(list, 1).get("to_manifest_sha256").textValue());
                    steps(list).add(back);
                }),
                forgery("a step to itself", list -> step(list, 1).put("to", SECOND)),
                forgery("a dump of another dataset", list -> step(list, 1).put("to", "other/2026-01-03T030000Z")),
                forgery("a dump that is no date", list -> step(list, 1).put("to", "journals/latest")),
                forgery("a dump upwards", list -> step(list, 1).put("to", "journals/../x")),
                forgery("a dump with a control character", list -> step(list, 1).put("to", THIRD + "\u0000")),
                forgery(
                        "a break that is no date",
                        list -> ((ArrayNode) list.get("breaks"))
                                .addObject()
                                .put("dump", "zzz")
                                .put("reason", "none")),
                forgery("a very long dump", list -> step(list, 1).put("to", "journals/" + "9".repeat(10_000))));
    }

    private Spillway.Outcome apply() {
        return Spillway.run(
                "apply",
                "--from",
                history.dumps().get(0).folder().toString(),
                "--changes",
                history.folder().toString(),
                "--to",
                folder.resolve("new").toString());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("forgeries")
    void aForgedListIsRefused(String name, Forgery forgery) throws Exception {
        forgery.in(list);
        Files.write(file(), JSON.writeValueAsBytes(list));
        String message = apply().refused(INTEGRITY).err();
        assertThat(message).contains("changes.json is not a list of changes: ").doesNotContain(": null");
        assertThat(message.length()).isLessThan(12_000);
        assertThat(folder.resolve("new")).doesNotExist();
    }

    @Test
    void aListThatIsNotForgedIsApplied() throws Exception {
        Files.write(file(), JSON.writeValueAsBytes(list));
        apply().succeeded();
    }

    @Test
    void aNumberOfKeysThatNoMemoryHoldsIsRefusedBeforeAnythingIsRead() throws Exception {
        ObjectNode file = changed(list);
        long documents = 1L << 39;
        file.put("documents", documents).put("bytes_uncompressed", 1L << 43);
        counts(list).put("added", 0).put("changed", documents);
        ((ObjectNode) step(list, 1).get("counts")).put("unchanged", 0);
        ObjectNode first = (ObjectNode) step(list, 0).get("counts");
        first.put(
                "unchanged",
                documents
                        + counts(list).get("deleted").longValue()
                        - first.get("added").longValue()
                        - first.get("changed").longValue());
        Files.write(file(), JSON.writeValueAsBytes(list));
        Spillway.Outcome refused = apply().refused(3);
        assertThat(refused.err()).contains("keys").contains("fetch the newest dump as a whole");
    }

    /** The file of the second step becomes this content, with a hash that fits, and a number of documents that need not. */
    private void replaceChanged(byte[] content, long documents, long uncompressed) throws IOException {
        Path file = history.folder().resolve(changed(list).get("path").textValue());
        Files.delete(file);
        try (var out = Compression.parse("gzip", null).compress(Files.newOutputStream(file))) {
            out.write(content);
        }
        byte[] bytes = Files.readAllBytes(file);
        changed(list)
                .put("bytes", bytes.length)
                .put("bytes_uncompressed", uncompressed)
                .put("documents", documents)
                .put("sha256", Digests.sha256(bytes));
        Files.write(file(), JSON.writeValueAsBytes(list));
    }

    @Test
    void aFileWithMoreDocumentsThanStatedEndsTheUpdateBeforeMemoryIsFull() throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 5_000; i++) {
            lines.append(line(i + 100, 1)).append('\n');
        }
        byte[] content = lines.toString().getBytes(StandardCharsets.UTF_8);
        replaceChanged(content, changed(list).get("documents").longValue(), content.length);
        assertThat(apply().refused(INTEGRITY).err()).contains("has more than the expected 3 documents");
        assertThat(folder.resolve("new")).doesNotExist();
    }

    @Test
    void aFileThatUnpacksToMoreThanStatedEndsTheUpdateBeforeMemoryIsFull() throws Exception {
        replaceChanged(new byte[50 << 20], changed(list).get("documents").longValue(), 1_000);
        assertThat(apply().refused(INTEGRITY).err()).contains("has more than the expected 1000 bytes uncompressed");
    }

    @Test
    void aKeyThatIsNotInTheLinesIsRefusedWithTheNumberOfTheLine() throws Exception {
        step(list, 0).put("key", "a..b");
        step(list, 1).put("key", "a..b");
        Files.write(file(), JSON.writeValueAsBytes(list));
        assertThat(apply().refused(INTEGRITY).err()).contains("has no key, or several, in line 1");
    }
}
