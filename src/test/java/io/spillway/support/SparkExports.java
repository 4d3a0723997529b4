package io.spillway.support;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.destination.ObjectKey;
import io.spillway.destination.s3.S3Bucket;
import io.spillway.destination.s3.S3Server;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Part;
import io.spillway.verify.DumpCheck;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Exports of one test, on Spark and plain, of the same documents from one kind of source into one kind of home, and what is in the
 * home. All tests of a JVM share the documents.
 */
public final class SparkExports implements AutoCloseable {
    /** The name of the dataset. */
    public static final String DATASET = "records";

    /** The API key with which the exports read the server. */
    public static final String API_KEY = "canary-5f1d0c2e9b7a4863";

    private static final int DOCUMENTS = 60_000;
    private static final int SLICES = 6;
    private static final String PREFIX = "public/";
    private static final String BASE = PREFIX + DATASET + "/";
    private static final Map<Source, List<String>> EXPECTED = new ConcurrentHashMap<>();

    private final TestCluster cluster = TestCluster.shared();
    private final Path root;
    private final Source source;
    private final S3Server store;
    private final int contexts;
    private final List<SparkRun> runs = new ArrayList<>();
    /** The secrets, by the names of variables and files. */
    private final Map<String, String> secrets = Map.of(
            "SPILLWAY_TEST_API_KEY", API_KEY,
            "SPILLWAY_TEST_ACCESS", S3Server.ACCESS_KEY,
            "SPILLWAY_TEST_SECRET", S3Server.SECRET_KEY);
    /** How the exports on Spark refer to a secret. */
    private String kind = "file";

    /** Where the documents come from. */
    public enum Source {
        /** A point in time of the server. */
        POINT_IN_TIME,
        /** A snapshot in a directory. */
        SNAPSHOT_REPOSITORY
    }

    /** Where the dump is made. */
    public enum Home {
        /** A directory that all processes see. */
        DIRECTORY,
        /** A bucket. */
        BUCKET
    }

    /** The documents, in an index and in a snapshot. */
    private static final class Documents {
        static final String INDEX;
        static final Path REPOSITORY;

        static {
            try {
                TestCluster cluster = TestCluster.shared();
                INDEX = cluster.newIndex(2);
                cluster.load(
                        INDEX,
                        () -> IntStream.range(0, DOCUMENTS)
                                .mapToObj(n ->
                                        "{\"id\":" + n + ",\"title\":\"A small document of the number " + n + "\"}")
                                .iterator());
                SnapshotRepository repository = cluster.newRepository("");
                repository.take("nightly", INDEX);
                REPOSITORY = repository.directory();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /**
     * Exports of one test.
     *
     * @param root the folder for everything
     */
    public SparkExports(Path root, Source source, Home home) throws Exception {
        this.root = root;
        this.source = source;
        // Before the contexts are counted.
        Objects.requireNonNull(Documents.INDEX);
        this.contexts = cluster.openContexts();
        this.store = home == Home.BUCKET ? S3Server.inMemory() : null;
        Path folder = Files.createDirectories(root.resolve("secrets"));
        for (Map.Entry<String, String> secret : secrets.entrySet()) {
            Files.writeString(folder.resolve(secret.getKey()), secret.getValue());
        }
    }

    /** Has exports on Spark take secrets from variables in place of files. Workers of a standalone cluster need them, too. */
    public Map<String, String> takeSecretsFromVariables() {
        kind = "env";
        return secrets;
    }

    private String secret(String of, String name) {
        return of.equals("env")
                ? "${env:" + name + "}"
                : "${file:" + root.resolve("secrets").resolve(name) + "}";
    }

    /** The SHA-256 of each part of a plain export into a directory, in order. */
    public List<String> expected() {
        return EXPECTED.computeIfAbsent(source, each -> {
            DatasetFolder folder = new DatasetFolder(root.resolve("plain"), DATASET);
            List<String> words =
                    new ArrayList<>(List.of("export", "--to", folder.root().toString()));
            words.addAll(reading(cluster.url(), "file"));
            CommandRun export = CommandRun.of(words.toArray(String[]::new));
            assertThat(export.exitCode()).as(export.err()).isZero();
            try {
                List<String> hashes = hashes(folder.newestDump());
                assertThat(hashes).hasSizeGreaterThan(SLICES);
                return hashes;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** Starts an export on Spark that reads the server directly. */
    public SparkRun start(Spark spark, String master, Map<String, String> settings, String... more) throws Exception {
        return start("run", spark, master, cluster.url(), settings, more);
    }

    /**
     * Starts an export on Spark.
     *
     * @param name   of its folder below the folder of the test
     * @param server the URL of the server, or of a proxy before it
     * @param more   options of the command
     */
    public SparkRun start(
            String name, Spark spark, String master, URI server, Map<String, String> settings, String... more)
            throws Exception {
        Path jar = Path.of(System.getProperty("spillway.jar", "target/spillway.jar"));
        Assumptions.assumeTrue(Files.exists(jar), () -> "no packaged program at " + jar);
        expected();
        Path work = Files.createDirectories(root.resolve(name));
        Map<String, String> all = new HashMap<>(Map.of(
                "spark.eventLog.enabled", "true",
                "spark.eventLog.compress", "false",
                "spark.eventLog.dir",
                        Files.createDirectories(work.resolve("events")).toUri().toString()));
        all.putAll(settings);
        List<String> words = writing("state-" + name, kind);
        words.addAll(reading(server, kind));
        words.addAll(List.of(more));
        SparkRun run = SparkRun.start(
                spark, work, master, jar, all, kind.equals("env") ? secrets : Map.of(), words.toArray(String[]::new));
        runs.add(run);
        return run;
    }

    /** Runs a plain export in this JVM, as on another machine: with a state folder of its own. */
    public CommandRun plain(String... more) {
        List<String> words = writing("state-plain", "file");
        words.add(0, "export");
        words.addAll(reading(cluster.url(), "file"));
        words.addAll(List.of(more));
        return CommandRun.of(words.toArray(String[]::new));
    }

    private List<String> reading(URI server, String of) {
        List<String> words = new ArrayList<>(List.of("--dataset", DATASET, "--index", Documents.INDEX));
        words.addAll(
                source == Source.POINT_IN_TIME
                        ? List.of(
                                "--elasticsearch", server.toString(), "--api-key", secret(of, "SPILLWAY_TEST_API_KEY"))
                        : List.of("--snapshot-repository", Documents.REPOSITORY.toString()));
        words.addAll(List.of("--slices", String.valueOf(SLICES), "--part-documents", "4000"));
        return words;
    }

    private List<String> writing(String state, String of) {
        return new ArrayList<>(
                store == null
                        ? List.of("--to", folder().root().toString())
                        : List.of(
                                "--to",
                                "s3://" + S3Server.BUCKET + "/" + PREFIX,
                                "--home",
                                "--endpoint",
                                store.endpoint().toString(),
                                "--path-style",
                                "--access-key",
                                secret(of, "SPILLWAY_TEST_ACCESS"),
                                "--secret-key",
                                secret(of, "SPILLWAY_TEST_SECRET"),
                                "--state",
                                root.resolve(state).toString()));
    }

    private DatasetFolder folder() {
        return new DatasetFolder(root.resolve("dumps"), DATASET);
    }

    /** Number of parts that are being written, wait for the commit, or are published; 0 before the first one is begun. */
    public int parts() throws IOException {
        if (store != null) {
            return store.unfinishedUploads()
                    + (int) keys().stream().filter(SparkExports::isPart).count();
        } else if (!Files.exists(folder().root())) {
            return 0;
        }
        while (true) {
            try (Stream<Path> files = Files.walk(folder().root())) {
                return (int) files.filter(file -> isPart(file.toString())).count();
            } catch (UncheckedIOException moved) {
                // An attempt has moved a file in the meantime.
                Thread.onSpinWait();
            }
        }
    }

    private static boolean isPart(String name) {
        return name.contains(".jsonl.gz");
    }

    /** All objects below the dataset, without the prefix of the destination. */
    private List<String> keys() {
        return store
                .client()
                .listObjectsV2(request -> request.bucket(S3Server.BUCKET).prefix(BASE))
                .contents()
                .stream()
                .map(S3Object::key)
                .map(key -> key.substring(PREFIX.length()))
                .toList();
    }

    /** The dumps that readers see, each as its folder or key, the oldest first. */
    public List<String> dumps() throws IOException {
        return store == null
                ? folder().dumps().stream().map(Path::toString).toList()
                : keys().stream()
                        .filter(key -> key.matches(DATASET + "/2[^/]*/manifest.json"))
                        .map(key -> key.substring(0, key.lastIndexOf('/')))
                        .sorted()
                        .toList();
    }

    /** Fails unless each dump that readers see is complete and has the expected parts. */
    public void assertExact() throws Exception {
        for (String dump : dumps()) {
            if (store == null) {
                CommandRun verification = CommandRun.verify(Path.of(dump));
                assertThat(verification.exitCode()).as(verification.err()).isZero();
                assertThat(verification.out()).contains("60,000 documents");
                assertThat(hashes(Path.of(dump))).isEqualTo(expected());
            } else {
                try (S3Bucket bucket = S3Bucket.open(store.options())) {
                    Manifest manifest = DumpCheck.check(bucket, new ObjectKey(dump));
                    assertThat(manifest.documents()).isEqualTo(DOCUMENTS);
                    assertThat(manifest.parts()).extracting(Part::sha256).isEqualTo(expected());
                    assertThat(keys().stream().filter(key -> key.startsWith(dump + "/")))
                            .hasSize(manifest.parts().size() + manifest.files().size() + 1);
                }
            }
        }
    }

    /** Fails if the home has anything but complete dumps, links and state, such as an unfinished upload or a work folder. */
    public void assertNothingLeft() throws Exception {
        if (store == null) {
            assertThat(folder().leftOvers()).isEmpty();
            return;
        }
        assertThat(store.unfinishedUploads()).isZero();
        List<String> dumps = dumps();
        assertThat(keys())
                .filteredOn(key -> key.matches(DATASET + "/2[^/]*/.*"))
                .allMatch(key -> dumps.contains(key.substring(0, key.indexOf('/', DATASET.length() + 1))));
    }

    /**
     * Fails if the server has more open contexts than before.
     *
     * @param lost points in time of drivers that were killed: the server closes them when their time is over
     */
    public void assertNoContexts(int lost) throws Exception {
        int shards = 2;
        assertThat(cluster.openContexts()).isLessThanOrEqualTo(contexts + lost * shards);
    }

    /** All files of the runs, one after the other, but for jars and the files of secrets. */
    public String texts() throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)
                    .filter(file -> !file.toString().endsWith(".jar"))
                    .filter(file -> !file.startsWith(root.resolve("secrets")))::iterator) {
                all.append(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
            }
        }
        return all.toString();
    }

    /** Fails if a file of a run contains a secret, such as a log, an event log, a work folder or a manifest. */
    public void assertNoSecret() throws IOException {
        assertThat(texts())
                .contains("io.spillway.spark.SparkExport", "SparkListenerApplicationStart")
                .doesNotContain(secrets.values());
    }

    /** Names of files in the temporary folder of a run that Spillway has left. */
    public List<String> temporary(String name) throws IOException {
        try (Stream<Path> files = Files.list(root.resolve(name).resolve("tmp"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.startsWith("spillway-"))
                    .toList();
        }
    }

    /** Writes a period of a second into the lease of a holder that is dead, so that no test waits for a minute. */
    public void shortenLease() {
        String key = BASE + ".spillway.lease";
        if (store == null || !keys().contains(key.substring(PREFIX.length()))) {
            return;
        }
        store.edit(key, "(\"period_seconds\"\\s*:\\s*)[0-9.]+", "$11.0");
    }

    private static List<String> hashes(Path dump) throws IOException {
        List<String> hashes = new ArrayList<>();
        Dump.at(dump)
                .manifest()
                .path("parts")
                .forEach(part -> hashes.add(part.path("sha256").asText()));
        return hashes;
    }

    /** Ends all runs and the store. */
    @Override
    public void close() throws Exception {
        for (SparkRun run : runs) {
            run.close();
        }
        if (store != null) {
            store.close();
        }
    }
}
