package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.archive.StubArchive;
import io.spillway.destination.s3.S3FaultProxy.Kind;
import io.spillway.destination.s3.S3Server;
import io.spillway.fault.Fault;
import io.spillway.manifest.Manifest;
import io.spillway.run.SyntheticExport;
import io.spillway.support.CommandRun;
import io.spillway.support.Dump;
import io.spillway.support.Program;
import io.spillway.support.SmallDisk;
import io.spillway.support.Stores;
import io.spillway.support.TestCluster;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * One schedule with several destinations, run from the command line: what each destination receives, and what the
 * failure of one costs.
 */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class DestinationsIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int DOCUMENTS = 2_000;
    private static final String WRONG = "thisSecretKeyIsWrong0123456789";

    private static String index;

    @TempDir
    private Path folder;

    private final TestCluster cluster = TestCluster.shared();
    private Stores stores;

    @BeforeAll
    static void fill() throws Exception {
        TestCluster cluster = TestCluster.shared();
        index = cluster.newIndex(1);
        cluster.load(
                index,
                () -> IntStream.range(0, DOCUMENTS)
                        .mapToObj(n -> "{\"id\":" + n + ",\"title\":\"Number " + n + "\"}")
                        .iterator());
    }

    @BeforeEach
    void start() throws Exception {
        stores = new Stores(folder);
    }

    @AfterEach
    void stop() throws Exception {
        stores.close();
    }

    @Test
    void oneExportSendsTheSameBytesToADirectoryABucketAndTheArchive() throws Exception {
        CommandRun run = export(schedule(stores.toDirectory(), stores.toBucket(), stores.toArchive()));

        assertThat(run.exitCode()).as(run.err()).isZero();
        String dump = Stores.DATASET + "/"
                + Dump.only(stores.directory(), Stores.DATASET).folder().getFileName();
        assertThat(run.out())
                .contains("delivered " + dump + " to s3://dumps/public/")
                .contains("delivered " + dump + " to ia://example-{dataset}-{stamp}");
        Manifest manifest = Stores.verify(stores.openDirectory(), dump);
        assertThat(manifest.documents()).isEqualTo(DOCUMENTS);
        assertThat(Stores.verify(stores.openBucket(), dump)).isEqualTo(manifest);
        assertThat(Stores.verify(stores.openArchive(), dump)).isEqualTo(manifest);
        assertThat(bytes(stores.openBucket(), dump, Manifest.FILE_NAME))
                .isEqualTo(Files.readAllBytes(stores.directory().resolve(dump).resolve(Manifest.FILE_NAME)))
                .isEqualTo(bytes(stores.openArchive(), dump, Manifest.FILE_NAME));
    }

    @Test
    void aDryRunPrintsTheRequestsForTheArchiveWithoutTheKeysAndSendsNothing() throws Exception {
        Path schedule = schedule(stores.toDirectory(), stores.toArchive());
        export(schedule);
        int stored = stores.archive().stored().size();

        CommandRun run = CommandRun.of("export", "--resume", "--dry-run", schedule.toString());

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("PUT ", "/README.md", "/manifest.json", "****")
                .doesNotContain(StubArchive.ACCESS_KEY, StubArchive.SECRET_KEY);
        assertThat(stores.archive().stored()).hasSize(stored);
    }

    @Test
    void theStatusInTheBucketNamesTheDumpInTheBucket() throws Exception {
        export(schedule(stores.toBucket()));
        JsonNode status = statusInBucket();
        assertThat(status.at("/last_attempt/outcome").textValue()).isEqualTo("published");
        assertThat(status.at("/last_good/dump").textValue())
                .isEqualTo(stores.dumpsInBucket().get(0));
    }

    @Test
    void withoutADirectoryTheSpoolKeepsOnlyTheManifest() throws Exception {
        CommandRun run = export(schedule(stores.toBucket(), stores.toArchive()));

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("exported ").doesNotContain("spool");
        String dump = stores.dumpsInBucket().get(0);
        assertThat(SyntheticExport.tree(stores.state().resolve("spool").resolve(dump)))
                .containsExactly(Manifest.FILE_NAME);
        assertThat(Stores.verify(stores.openBucket(), dump)).isEqualTo(Stores.verify(stores.openArchive(), dump));
    }

    @Test
    void aDumpThatEveryDestinationHasIsNotSentAgain() throws Exception {
        Path schedule = schedule(stores.toDirectory(), stores.toBucket(), stores.toArchive());
        export(schedule);
        int stored = stores.archive().stored().size();
        stores.proxy().disturb((kind, number) -> null);

        CommandRun again = CommandRun.of("export", "--resume", schedule.toString());

        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(again.out()).contains("nothing to resume");
        assertThat(stores.proxy().seen()).isNotEmpty().isSubsetOf(Kind.HEAD, Kind.LIST, Kind.GET);
        assertThat(stores.archive().stored()).hasSize(stored);
    }

    @Test
    void aBucketThatRejectsTheKeysIsNamedAndTheOthersAreFinished() throws Exception {
        String wrong = stores.toBucket(S3Server.BUCKET, stores.proxy().endpoint(), WRONG, "");
        CommandRun run = failAndResume(wrong, Fault.DESTINATION_REFUSED);
        assertThat(run.err()).contains("s3://dumps/public/ lacks dump").contains("status 403");
        assertThat(run.err().lines().filter(line -> line.startsWith("hint:")))
                .singleElement()
                .asString()
                .containsAnyOf("s3:GetObject", "secret key");
    }

    @Test
    void aBucketThatIsMissingIsNamedAndTheOthersAreFinished() throws Exception {
        String missing = stores.toBucket("no-such-bucket", stores.proxy().endpoint(), S3Server.SECRET_KEY, "");
        CommandRun run = failAndResume(missing, Fault.DESTINATION_REFUSED);
        assertThat(run.err()).contains("there is no bucket \"no-such-bucket\"");
    }

    @Test
    void anUnreachableStoreIsNamedAndTheOthersAreFinished() throws Exception {
        int port;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = taken.getLocalPort();
        }
        URI nobody = URI.create("http://127.0.0.1:" + port);
        CommandRun run = failAndResume(
                stores.toBucket(S3Server.BUCKET, nobody, S3Server.SECRET_KEY, ""), Fault.DESTINATION_UNAVAILABLE);
        assertThat(run.err()).contains("connection failed at " + nobody);
    }

    @Test
    void aPartialDeliveryIsNeitherDoneNorFailedUntilTheRestIsSent() throws Exception {
        Path metrics = folder.resolve("records.prom");
        Path schedule = schedule(
                stores.toBucket("other-bucket", stores.proxy().endpoint(), S3Server.SECRET_KEY, ""),
                stores.toDirectory());

        CommandRun run = CommandRun.of("export", schedule.toString(), "--metrics-file", metrics.toString());

        assertThat(run.exitCode()).as(run.err()).isEqualTo(Fault.DESTINATION_REFUSED.exitCode());
        String dump = Stores.DATASET + "/"
                + Dump.only(stores.directory(), Stores.DATASET).folder().getFileName();
        assertThat(run.err()).contains(dump + " is complete and public at " + stores.directory());
        assertThat(Files.readString(metrics))
                .contains("spillway_destinations_missing{dataset=\"records\"} 1.0")
                .contains("spillway_last_attempt_exit_code{dataset=\"records\"} 21.0")
                .contains("spillway_last_success_documents{dataset=\"records\"} 2000.0");
        JsonNode status = statusInDirectory();
        assertThat(status.at("/last_attempt/outcome").textValue()).isEqualTo("partial");
        assertThat(status.at("/last_attempt/exit_code").intValue()).isEqualTo(21);
        assertThat(status.at("/last_attempt/reason").textValue()).doesNotContain("other-bucket");
        assertThat(status.at("/last_good/dump").textValue()).isEqualTo(dump);
        String said = "last attempt published, but not at every destination";
        assertThat(CommandRun.of("list", stores.directory().toString()).out()).contains(said);
        assertThat(CommandRun.of(
                                "show",
                                stores.directory().resolve(Stores.DATASET).toString())
                        .out())
                .containsPattern(
                        "last attempt: \\S+ published, but not at every destination: the newest dump is complete here");

        CommandRun resumed = CommandRun.of(
                "export",
                "--resume",
                schedule(stores.toBucket(), stores.toDirectory()).toString());

        assertThat(resumed.exitCode()).as(resumed.err()).isZero();
        assertThat(statusInDirectory().at("/last_attempt/outcome").textValue()).isEqualTo("published");
        assertThat(statusInDirectory().at("/last_good/dump").textValue()).isEqualTo(dump);
        assertThat(statusInBucket().at("/last_attempt/outcome").textValue()).isEqualTo("published");
    }

    private JsonNode statusInDirectory() throws Exception {
        return JSON.readTree(stores.directory()
                .resolve(Stores.DATASET)
                .resolve("status.json")
                .toFile());
    }

    @Test
    void aDumpThatIsPublicNowhereIsAFailure() throws Exception {
        CommandRun run =
                export(schedule(stores.toBucket("other-bucket", stores.proxy().endpoint(), S3Server.SECRET_KEY, "")));

        assertThat(run.exitCode()).as(run.err()).isEqualTo(Fault.DESTINATION_REFUSED.exitCode());
        assertThat(run.err())
                .contains("is complete but not public anywhere yet")
                .contains("--resume");
    }

    @Test
    void anArchiveThatAcceptsNoUploadsIsNamedAndTheOthersAreFinished() throws Exception {
        stores.archive().answerLimits(StubArchive.limit("1", "total_tasks_queued exceeds total_global_limit"));
        Path schedule = schedule(stores.toDirectory(), stores.toArchive(), stores.toBucket());

        CommandRun run = export(schedule);

        assertThat(run.exitCode()).as(run.err()).isEqualTo(Fault.DESTINATION_UNAVAILABLE.exitCode());
        assertThat(run.err()).contains("ia://").contains("total_tasks_queued").contains("--resume");
        String dump = stores.dumpsInBucket().get(0);
        Stores.verify(stores.openBucket(), dump);
        assertThat(stores.archive().stored()).isEmpty();
        assertThat(CommandRun.of("export", "--resume", schedule.toString()).exitCode())
                .isZero();
        Stores.verify(stores.openArchive(), dump);
    }

    @Test
    void anArchiveThatRejectsTheKeysIsNamedAndTheOthersAreFinished() throws Exception {
        Path schedule = schedule(stores.toArchive(WRONG), stores.toBucket());
        CommandRun run = export(schedule);
        assertThat(run.exitCode()).as(run.err()).isEqualTo(Fault.DESTINATION_REFUSED.exitCode());
        assertThat(run.err()).contains("SignatureDoesNotMatch").doesNotContain(WRONG, StubArchive.SECRET_KEY);
        Stores.verify(stores.openBucket(), stores.dumpsInBucket().get(0));
    }

    /** A bucket fails beside a directory and the archive. Afterwards, the working bucket gets what is missing. */
    private CommandRun failAndResume(String wrong, Fault fault) throws Exception {
        CommandRun run = export(schedule(wrong, stores.toDirectory(), stores.toArchive()));
        assertThat(run.exitCode()).as(run.err()).isEqualTo(fault.exitCode());
        assertThat(run.out() + run.err()).doesNotContain(WRONG, S3Server.SECRET_KEY, StubArchive.SECRET_KEY);
        assertThat(run.err()).contains("--resume");
        String dump = Stores.DATASET + "/"
                + Dump.only(stores.directory(), Stores.DATASET).folder().getFileName();
        Manifest manifest = Stores.verify(stores.openDirectory(), dump);
        assertThat(Stores.verify(stores.openArchive(), dump)).isEqualTo(manifest);
        assertThat(stores.dumpsInBucket()).isEmpty();
        int stored = stores.archive().stored().size();

        Path right = schedule(stores.toBucket(), stores.toDirectory(), stores.toArchive());
        CommandRun resumed = CommandRun.of("export", "--resume", right.toString());

        assertThat(resumed.exitCode()).as(resumed.err()).isZero();
        assertThat(resumed.out().strip()).isEqualTo("delivered " + dump + " to s3://dumps/public/");
        assertThat(Stores.verify(stores.openBucket(), dump)).isEqualTo(manifest);
        assertThat(stores.archive().stored()).hasSize(stored);
        assertThat(statusInBucket().at("/last_good/dump").textValue()).isEqualTo(dump);
        return run;
    }

    @Test
    void flagsNameADirectoryAndABucketAndTheKeysAreNeverPrinted() throws Exception {
        Map<String, String> keys = Map.of("S3_ACCESS", S3Server.ACCESS_KEY, "S3_SECRET", S3Server.SECRET_KEY);
        try (Program program = flags(keys)) {
            assertThat(program.commandLine()).doesNotContain(S3Server.SECRET_KEY);
            assertThat(program.exitCode()).as(program.output()).isZero();
            assertThat(program.output()).doesNotContain(S3Server.SECRET_KEY);
        }
        String dump = stores.dumpsInBucket().get(0);
        assertThat(Stores.verify(stores.openBucket(), dump)).isEqualTo(Stores.verify(stores.openDirectory(), dump));
    }

    @Test
    void noLogAndNoStackTraceShowsARejectedKey() throws Exception {
        try (Program program = flags(Map.of("S3_ACCESS", S3Server.ACCESS_KEY, "S3_SECRET", WRONG))) {
            assertThat(program.exitCode()).isEqualTo(Fault.DESTINATION_REFUSED.exitCode());
            assertThat(program.output()).contains("\tat ").doesNotContain(WRONG);
        }
    }

    private Program flags(Map<String, String> environment) throws Exception {
        return Program.start(
                folder,
                environment,
                "export",
                "--elasticsearch",
                cluster.url().toString(),
                "--index",
                index,
                "--dataset",
                Stores.DATASET,
                "--to",
                "s3://dumps/public",
                "--to",
                stores.directory().toString(),
                "--endpoint",
                stores.proxy().endpoint().toString(),
                "--path-style",
                "--access-key",
                "${env:S3_ACCESS}",
                "--secret-key",
                "${env:S3_SECRET}",
                "--state",
                stores.state().toString(),
                "--verbose",
                "--stacktrace");
    }

    @Test
    void aFullSpoolDiskEndsTheRunAndNothingIsPublished() throws Exception {
        String large = cluster.newIndex(1);
        cluster.load(
                large,
                () -> IntStream.range(0, 3_000)
                        .mapToObj(n -> "{\"text\":\""
                                + Integer.toHexString(n * 0x9E3779B1).repeat(60) + "\"}")
                        .iterator());
        Files.createDirectory(stores.state());
        try (SmallDisk disk = SmallDisk.mount(stores.state(), "size=256k")) {
            String plain =
                    stores.schedule(cluster.url(), large, stores.toBucket()).toString();
            Files.writeString(
                    Path.of(plain), Files.readString(Path.of(plain)) + "formats: [jsonl: {compression: none}]\n");
            CommandRun run = CommandRun.of("export", plain);

            assertThat(run.exitCode()).as(run.err()).isEqualTo(Fault.DESTINATION_UNAVAILABLE.exitCode());
            assertThat(run.err()).contains(disk.root().toString()).contains("hint:");
            assertThat(stores.dumpsInBucket()).isEmpty();
        }
    }

    @Test
    void aSecondDumpThatCannotFitIsRefusedBeforeAPageIsRead() throws Exception {
        Files.createDirectory(stores.directory());
        try (SmallDisk disk = SmallDisk.mount(stores.directory(), "size=1m")) {
            String plain = stores.schedule(cluster.url(), index, "directory: " + disk.root())
                    .toString();
            Files.writeString(
                    Path.of(plain), Files.readString(Path.of(plain)) + "formats: [jsonl: {compression: none}]\n");
            CommandRun first = CommandRun.of("export", plain);
            assertThat(first.exitCode()).as(first.err()).isZero();
            long free = Files.getFileStore(disk.root()).getUsableSpace();
            Files.write(disk.root().resolve("other"), new byte[Math.toIntExact(free - (40 << 10))]);

            CommandRun second = CommandRun.of("export", plain);

            assertThat(second.exitCode()).as(second.err()).isEqualTo(Fault.DESTINATION_UNAVAILABLE.exitCode());
            assertThat(second.err()).contains("2000 documents need about").contains("are free");
            assertThat(Dump.folders(disk.root(), Stores.DATASET)).hasSize(1);
        }
    }

    @Test
    void planDescribesEachDestinationAndTheSpool() throws Exception {
        CommandRun run = CommandRun.of(
                "plan", schedule(stores.toBucket(), stores.toArchive()).toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("destination   s3://dumps/public/ at "
                        + stores.proxy().endpoint() + ", fetched from https://dumps.example.org/")
                .contains("ia://example-{dataset}-{stamp}, an item for each dump, in collection test_collection")
                .containsPattern("spool         " + stores.state().resolve("spool") + " \\(.* free");
        assertThat(stores.proxy().seen()).isEmpty();
    }

    @Test
    void checkNamesTheKeysToWriteForAStoreWithAnotherDialect() throws Exception {
        String old = stores.toBucket(
                S3Server.BUCKET,
                stores.proxy().endpoint(),
                S3Server.SECRET_KEY,
                ", checksums: md5, conditional-writes: false");
        Path schedule = schedule(old);
        CommandRun run = CommandRun.of("check", schedule.toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.err())
                .contains(schedule + ":5: /destinations/0/s3: s3://dumps/public/")
                .contains("set checksums: sha256, conditional-writes: true");
        assertThat(stores.server().unfinishedUploads()).isZero();
        try (Destination bucket = stores.openBucket()) {
            assertThat(bucket.list("")).isEmpty();
        }
    }

    @Test
    void checkReportsNothingForAStoreThatMatchesTheSchedule() throws Exception {
        CommandRun run = CommandRun.of("check", schedule(stores.toBucket()).toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.err()).doesNotContain("dialect");
    }

    private JsonNode statusInBucket() throws Exception {
        try (Destination bucket = stores.openBucket();
                InputStream in = bucket.open(new ObjectKey(Stores.DATASET + "/status.json"))) {
            return JSON.readTree(in);
        }
    }

    private static byte[] bytes(Destination destination, String dump, String name) throws Exception {
        try (destination;
                InputStream in = destination.open(new ObjectKey(dump).child(name))) {
            return in.readAllBytes();
        }
    }

    private CommandRun export(Path schedule) {
        return CommandRun.of("export", schedule.toString());
    }

    private Path schedule(String... destinations) throws Exception {
        return stores.schedule(cluster.url(), index, destinations);
    }
}
