package io.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spillway.files.Folders;
import io.spillway.support.PublishedDumps;
import io.spillway.support.Spillway;
import io.spillway.support.StubElasticsearch;
import io.spillway.support.WebServer;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files with arbitrary contents are read back from a destination: every command ends with an exit code of its own,
 * gives the reason in plain characters, and takes little time. {@code -Dspillway.fuzz.rounds=N} runs a longer campaign.
 */
@Timeout(300)
@Tag("slow")
class ReadBackFuzzTest {
    private static final int ROUNDS = Integer.getInteger("spillway.fuzz.rounds", 6);
    private static final long SEED = Long.getLong("spillway.fuzz.seed", 17);
    private static final Duration MOST_TIME = Duration.ofSeconds(20);
    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern CONTROL =
            Pattern.compile("[\\p{Cc}&&[^\\n\\t]]|[\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]");

    private static final List<String> TEXTS = List.of(
            "\u001b[2J\u001b]0;title\u0007",
            "\u009b31m\u0085\u202eevil\u2066\u2028",
            "line\nerror: forged\r\nhint:  rm -rf /",
            "../../../../etc/passwd",
            "/etc/passwd",
            "",
            "journals/../articles",
            "+999999999-12-31T23:59:59.999999999Z",
            "-999999999-01-01T00:00:00Z",
            "1e99999999",
            "http://[::1",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "%s%n%d%1000000000d",
            "\ud800",
            "\u0000");

    private static final List<String> NUMBERS = List.of(
            "-1",
            "0",
            "9223372036854775807",
            "-9223372036854775808",
            "9223372036854775808",
            "1e1000000000",
            "1e-400",
            "0.5",
            "NaN",
            "1" + "0".repeat(2_000));

    @TempDir
    private Path temporary;

    private Path pristine;
    private Path root;
    private List<Path> files;

    @BeforeEach
    void publish() throws Exception {
        pristine = temporary.resolve("pristine");
        root = temporary.resolve("root");
        PublishedDumps dumps = new PublishedDumps();
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        dumps.nextDue = now.plus(Duration.ofDays(5));
        dumps.publish(pristine, "journals", now.minus(Duration.ofDays(9)), 5);
        String newest = dumps.publish(pristine, "journals", now.minus(Duration.ofDays(2)), 6)
                .dump();
        String gone = dumps.publish(pristine, "articles", now.minus(Duration.ofDays(3)), 7)
                .dump();
        dumps.publish(pristine, "articles", now.minus(Duration.ofDays(2)), 7);
        Files.delete(pristine.resolve(gone).resolve("manifest.json"));
        Files.writeString(pristine.resolve(gone).resolve("withdrawn.json"), """
                {"dump":"%s","reason":"wrong","withdrawn_at":"2026-11-21T04:00:00Z"}
                """.formatted(gone));
        Files.writeString(pristine.resolve(newest).resolve("removing.json"), """
                {"dump":"%s","files":["README.md"]}
                """.formatted(newest));
        Files.writeString(pristine.resolve("journals/status.json"), """
                {"dataset":"journals","last_attempt":{"at":"2026-11-21T04:00:00Z","outcome":"failed","exit_code":12,
                "fault":"SOURCE_REFUSED","reason":"why"}}
                """);
        Spillway.run("catalog", pristine.toString(), "--public-url", "https://dumps.example.org/")
                .succeeded();
        try (Stream<Path> all = Files.walk(pristine)) {
            files = all.filter(Files::isRegularFile)
                    .filter(file -> file.toString().endsWith(".json"))
                    .map(pristine::relativize)
                    .sorted()
                    .toList();
        }
        assertThat(files)
                .extracting(each -> each.getFileName().toString())
                .contains(
                        "manifest.json", "links.json", "latest.json", "status.json", "withdrawn.json", "removing.json");
    }

    @Test
    void anyFileContentEndsInAnExitCodeAndPlainWords() throws Exception {
        Random random = new Random(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            renew();
            Path file = files.get(random.nextInt(files.size()));
            byte[] broken = broken(Files.readAllBytes(pristine.resolve(file)), random);
            Files.write(root.resolve(file), broken);
            String what = "seed %d, round %d, %s:\n%s"
                    .formatted(
                            SEED,
                            round,
                            file,
                            new String(broken, 0, Math.min(broken.length, 4_000), StandardCharsets.UTF_8));
            lookAtEverything(what);
        }
    }

    @Test
    void whateverAFileHoldsACommandThatChangesADestinationEndsWithACodeAndPlainWords() throws Exception {
        Random random = new Random(SEED + 1);
        try (StubElasticsearch server = StubElasticsearch.of(5, 1)) {
            Path schedule = Files.writeString(
                    temporary.resolve("journals.yaml"), """
                    dataset: journals
                    source: {elasticsearch: "%s", index: %s}
                    destinations: [{directory: "%s"}]
                    gate: {shrink: 90%%}
                    keep: {last: 1, grace: 0s}
                    """.formatted(server.url(), StubElasticsearch.INDEX, root));
            for (int round = 0; round < ROUNDS; round++) {
                for (String command : List.of("prune", "withdraw", "delete", "export")) {
                    renew();
                    Path file = files.get(random.nextInt(files.size()));
                    byte[] broken = broken(Files.readAllBytes(pristine.resolve(file)), random);
                    Files.write(root.resolve(file), broken);
                    String what = "seed %d, round %d, %s:\n%s"
                            .formatted(
                                    SEED,
                                    round,
                                    file,
                                    new String(broken, 0, Math.min(broken.length, 4_000), StandardCharsets.UTF_8));
                    change(what, command, schedule);
                }
            }
        }
    }

    private void change(String what, String command, Path schedule) throws Exception {
        String stamp = newest().getFileName().toString();
        switch (command) {
            case "prune" -> {
                look(what, "prune", schedule.toString(), "--dry-run");
                look(what, "prune", schedule.toString());
            }
            case "withdraw" -> look(what, "withdraw", schedule.toString(), stamp, "--reason", "wrong");
            case "delete" -> look(what, "withdraw", schedule.toString(), stamp, "--reason", "wrong", "--delete");
            default -> look(what, "export", schedule.toString());
        }
        look(what, "list", root.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"journals/%s/manifest.json", "links.json"})
    void aFileOfNinetyMegabytesIsRefused(String pattern) throws Exception {
        renew();
        String stamp = newest().getFileName().toString();
        Path file = root.resolve(pattern.formatted(stamp));
        byte[] piece = "{\"a\":{}},".repeat(10_000).getBytes(StandardCharsets.US_ASCII);
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write("{\"unknown\":[".getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < 1_000; i++) {
                out.write(piece);
            }
        }
        String what = file + " of " + Files.size(file) + " bytes";
        look(what, "list", root.toString());
        look(what, "verify", newest().toString());
        try (WebServer server = WebServer.serving(root)) {
            look(what, "fresh", server.address().toString(), "--max-age", "8d");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"a\":"})
    void endlesslyNestedFilesAreRefused(String opening) throws Exception {
        renew();
        for (Path file : files) {
            Files.writeString(root.resolve(file), opening.repeat(200_000));
        }
        look("nested", "list", root.toString());
        look("nested", "show", newest().toString());
        look("nested", "verify", newest().toString());
    }

    private Path newest() throws IOException {
        try (Stream<Path> dumps = Files.list(root.resolve("journals"))) {
            return dumps.filter(each -> each.getFileName().toString().matches("\\d{4}-.*Z"))
                    .max(Path::compareTo)
                    .orElseThrow();
        }
    }

    private void lookAtEverything(String what) throws Exception {
        look(what, "list", root.toString());
        look(what, "list", root.toString(), "--json");
        look(what, "show", root.resolve("journals").toString());
        look(what, "show", root.resolve("articles").toString(), "--json");
        look(what, "show", newest().toString());
        look(what, "verify", newest().toString());
        try (WebServer server = WebServer.serving(root)) {
            look(what, "fresh", server.address().toString(), "--max-age", "8d");
            look(what, "fresh", server.address() + "journals/latest.json", "--max-age", "8d", "--json");
            look(what, "verify", server.address() + "links.json");
        }
        look(what, "catalog", root.toString());
    }

    private static void look(String what, String... command) throws Exception {
        String title = String.join(" ", command) + "\n" + what;
        long began = cpuNanos();
        Spillway.Outcome run = Spillway.run(command);
        Duration took = Duration.ofNanos(cpuNanos() - began);
        String all = run.out() + run.err();
        assertThat(run.exitCode()).as(title + all).isNotIn(1, 2);
        assertThat(all).as(title).doesNotContain("\tat ").doesNotContain("Exception:");
        assertThat(CONTROL.matcher(all).find()).as(title + all).isFalse();
        assertThat(all.lines().filter(line -> line.startsWith("hint:  rm") || line.startsWith("error: forged")))
                .as(title)
                .isEmpty();
        assertThat(took).as(title).isLessThan(MOST_TIME);
        if (List.of(command).contains("--json")) {
            for (String line : run.out().lines().toList()) {
                assertThat(JSON.readTree(line).isObject()).as(title).isTrue();
            }
        }
    }

    /** Of this thread, so that a busy machine does not slow it down. */
    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private void renew() throws IOException {
        if (Files.exists(root)) {
            Folders.remove(root);
        }
        try (Stream<Path> all = Files.walk(pristine)) {
            for (Path each : (Iterable<Path>) all::iterator) {
                Files.copy(each, root.resolve(pristine.relativize(each).toString()), LinkOption.NOFOLLOW_LINKS);
            }
        }
    }

    /** One of several ways to break a file. Most of them keep it JSON. */
    private static byte[] broken(byte[] bytes, Random random) throws IOException {
        return switch (random.nextInt(8)) {
            case 0 -> Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            case 1 -> flipped(bytes, random);
            default -> {
                JsonNode tree = JSON.readTree(bytes);
                int changes = 1 + random.nextInt(3);
                String text = null;
                for (int i = 0; i < changes; i++) {
                    text = changed(tree, random);
                }
                yield String.valueOf(text).getBytes(StandardCharsets.UTF_8);
            }
        };
    }

    private static byte[] flipped(byte[] bytes, Random random) {
        byte[] flipped = bytes.clone();
        for (int i = 0; i < 1 + random.nextInt(8); i++) {
            flipped[random.nextInt(flipped.length)] = (byte) random.nextInt(256);
        }
        return flipped;
    }

    /** Replaces a random value. Numbers that Java cannot hold are inserted as text. */
    private static String changed(JsonNode tree, Random random) {
        List<Runnable> places = new ArrayList<>();
        JsonNode[] value = new JsonNode[1];
        collect(tree, value, places);
        String mark = "@@number@@";
        String number = null;
        switch (random.nextInt(6)) {
            case 0 -> value[0] = JsonNodeFactory.instance.nullNode();
            case 1 -> value[0] = JsonNodeFactory.instance.arrayNode().add(tree.toString());
            case 2 -> value[0] = JsonNodeFactory.instance.objectNode().put(TEXTS.get(random.nextInt(TEXTS.size())), 1);
            case 3 -> {
                number = NUMBERS.get(random.nextInt(NUMBERS.size()));
                value[0] = JsonNodeFactory.instance.textNode(mark);
            }
            default -> value[0] = JsonNodeFactory.instance.textNode(TEXTS.get(random.nextInt(TEXTS.size())));
        }
        if (!places.isEmpty()) {
            places.get(random.nextInt(places.size())).run();
        }
        String text = tree.toString();
        return number == null ? text : text.replace("\"" + mark + "\"", number);
    }

    private static void collect(JsonNode node, JsonNode[] value, List<Runnable> places) {
        if (node instanceof ObjectNode object) {
            object.fieldNames().forEachRemaining(name -> {
                places.add(() -> object.set(name, value[0]));
                collect(object.get(name), value, places);
            });
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                int at = i;
                places.add(() -> array.set(at, value[0]));
                collect(array.get(i), value, places);
            }
        }
    }
}
