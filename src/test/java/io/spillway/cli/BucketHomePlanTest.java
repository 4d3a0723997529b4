package io.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spillway.destination.s3.S3FaultProxy;
import io.spillway.destination.s3.S3Server;
import io.spillway.fault.Fault;
import io.spillway.support.CommandRun;
import io.spillway.support.SmallDisk;
import io.spillway.support.StubElasticsearch;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code plan} and {@code check} report about a bucket as home, on a real S3 server. */
@Timeout(60)
@Tag("slow")
class BucketHomePlanTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LANES = 2;

    /** 6 MB of documents. */
    private final StubElasticsearch cluster = new StubElasticsearch(
            IntStream.range(0, 60)
                    .mapToObj(n -> ("{\"n\":" + n + ",\"t\":\"" + "x".repeat(100_000) + "\"}")
                            .getBytes(StandardCharsets.UTF_8))
                    .toList(),
            2);

    @TempDir
    private Path folder;

    private S3Server store;

    @BeforeEach
    void start() throws Exception {
        store = S3Server.inMemory();
    }

    @AfterEach
    void stop() throws Exception {
        store.close();
        cluster.close();
    }

    private Path state() {
        return folder.resolve("state");
    }

    private String secret(String name, String value) throws IOException {
        return "${file:" + Files.writeString(folder.resolve(name), value) + "}";
    }

    private String schedule(URI endpoint, String parts) throws IOException {
        Path file = folder.resolve("journals.yaml");
        Files.writeString(file, """
                dataset: journals
                source: {elasticsearch: "%s", index: books, slices: 3, politeness: {lanes: %d}}
                formats: [{jsonl: {compression: none}}]
                parts: {bytes: %s}
                state: %s
                destinations:
                  - s3: {bucket: %s, prefix: public/, endpoint: "%s", path-style: true, home: true,
                         access-key: "%s", secret-key: "%s"}
                """.formatted(
                        cluster.url(),
                        LANES,
                        parts,
                        state(),
                        S3Server.BUCKET,
                        endpoint,
                        secret("access", S3Server.ACCESS_KEY),
                        secret("secret", S3Server.SECRET_KEY)));
        return file.toString();
    }

    private static CommandRun run(String... args) {
        CommandRun run = CommandRun.of(args);
        assertThat(run.exitCode()).as(run.err()).isZero();
        return run;
    }

    private static String line(CommandRun run, String label) {
        return run.out()
                .lines()
                .filter(line -> line.startsWith(label + " "))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no line " + label + " in\n" + run.out()));
    }

    private void assertNothingIsWritten() {
        assertThat(store.client()
                        .listObjectsV2(request -> request.bucket(S3Server.BUCKET))
                        .contents())
                .isEmpty();
        assertThat(store.unfinishedUploads()).isZero();
        assertThat(state()).doesNotExist();
    }

    @Test
    void thePlanNamesTheBucketAsHomeAndTheRoomForParts() throws Exception {
        CommandRun plan = run("plan", schedule(store.endpoint(), "1MiB"));
        assertThat(line(plan, "home")).isEqualTo("home          the bucket: dumps are made there, without a torrent");
        assertThat(line(plan, "destination")).contains("s3://dumps/public/");
        assertThat(line(plan, "parts"))
                .contains(state().toString())
                .contains("at most 4.0 MiB at once: two for each of 2 lanes and each format")
                .contains(" free)")
                .doesNotContain("too little");
        assertThat(plan.out().lines()).noneMatch(line -> line.startsWith("spool"));
        assertNothingIsWritten();
    }

    @Test
    void thePlanAsJsonHasTheRoomForParts() throws Exception {
        JsonNode plan = JSON.readTree(
                run("plan", "--json", schedule(store.endpoint(), "1MiB")).out());
        assertThat(plan.path("bucket_home").asBoolean()).isTrue();
        assertThat(plan.path("spooled").asBoolean()).isFalse();
        assertThat(plan.path("parts_bytes").asLong()).isEqualTo(LANES * 2 * (1 << 20));
        assertThat(plan.path("estimated_bytes").asLong()).isGreaterThan(5_900_000);
        assertThat(plan.path("destination").asText())
                .isEqualTo(state().resolve("spool").toString());
        assertThat(plan.path("destination_free_bytes").asLong()).isPositive();
        assertThat(plan.path("destinations").get(0).asText()).startsWith("s3://dumps/public/");
    }

    @Test
    void noMoreRoomThanTheDumpIsPlanned() throws Exception {
        JsonNode plan = JSON.readTree(
                run("plan", "--json", schedule(store.endpoint(), "1GB")).out());
        assertThat(plan.path("parts_bytes").asLong())
                .isEqualTo(plan.path("estimated_bytes").asLong());
    }

    @Test
    void thePlanWarnsIfThePartsDoNotFit() throws Exception {
        Files.createDirectory(state());
        try (SmallDisk disk = SmallDisk.mount(state(), "size=3m")) {
            assertThat(disk.root()).isEmptyDirectory();
            assertThat(line(run("plan", schedule(store.endpoint(), "1MiB")), "parts"))
                    .endsWith(" free, possibly too little for the parts)");
        }
    }

    @Test
    void theCheckOfAHomeThatWorksReportsNoProblem() throws Exception {
        String schedule = schedule(store.endpoint(), "1MiB");
        CommandRun text = run("check", schedule);
        assertThat(text.out()).isEqualTo(schedule + ": ok, reads elasticsearch 8.19.21" + System.lineSeparator());
        assertThat(text.err()).isEmpty();
        assertThat(run("check", "--json", schedule).out()).isEmpty();
        assertNothingIsWritten();
    }

    /** Conditions are signed, so the store behind the proxy checks no signatures. */
    @Test
    void theCheckNamesTheKeyOfAHomeWhoseStoreIgnoresConditions() throws Exception {
        try (S3Server open = S3Server.openToAll();
                S3FaultProxy proxy = S3FaultProxy.before(open.endpoint())) {
            proxy.ignoreConditions();
            String schedule = schedule(proxy.endpoint(), "1MiB");

            CommandRun text = CommandRun.of("check", schedule);

            assertThat(text.exitCode()).isEqualTo(Fault.CONFIG.exitCode());
            List<String> problems = text.err()
                    .lines()
                    .filter(line -> line.contains(": /destinations/0/s3/home: "))
                    .toList();
            assertThat(problems)
                    .singleElement()
                    .satisfies(problem -> assertThat(problem)
                            .startsWith(schedule + ":")
                            .contains(
                                    "does not support conditional writes, so that two exports would not exclude each other")
                            .endsWith("; remove home: true; dumps are then made on this disk and sent to the bucket"));

            CommandRun json = CommandRun.of("check", "--json", schedule);

            assertThat(json.exitCode()).isEqualTo(Fault.CONFIG.exitCode());
            JsonNode problem = JSON.readTree(json.out());
            assertThat(problem.path("type").asText()).isEqualTo("problem");
            assertThat(problem.path("fault").asText()).isEqualTo("CONFIG");
            assertThat(problem.path("exit_code").asInt()).isEqualTo(3);
            assertThat(problem.path("message").asText()).contains("/destinations/0/s3/home: ");
            assertThat(problem.path("hint").asText()).startsWith("remove home: true");
        }
    }

    @Test
    void theCheckNamesAStateFolderThatCannotBeMade() throws Exception {
        Files.writeString(state(), "a file in the way");
        CommandRun check = CommandRun.of("check", schedule(store.endpoint(), "1MiB"));
        assertThat(check.exitCode()).isEqualTo(Fault.DESTINATION_REFUSED.exitCode());
        assertThat(check.err())
                .contains(": /state: ")
                .contains(state().toString())
                .contains("is not a directory that this user can write to");
    }
}
