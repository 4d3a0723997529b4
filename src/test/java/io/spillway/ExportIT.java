package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.support.Dump;
import io.spillway.support.Spillway;
import io.spillway.support.Spillway.Outcome;
import io.spillway.support.TestCluster;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** From the command line to the files: whole dumps, modified dumps, and wrong commands. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ExportIT {
    private static final int MANY = 400_000;
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    private static Path shared;

    @TempDir
    private Path folder;

    /** A large dump and a small index, created by the first test that needs them. */
    private static final class Once {
        static final Path MANY_DUMPED = shared.resolve("many");
        static final String SMALL = small();

        private static String small() {
            try {
                TestCluster cluster = TestCluster.shared();
                String index = cluster.newIndex(3);
                cluster.load(index, numbered(0, 1_000));
                return index;
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException("the small index was not created", e);
            }
        }
    }

    /**
     * A command that cannot succeed.
     *
     * @param exitCode the expected exit code
     * @param says     what its error must contain
     * @param args     the arguments; {@code URL}, {@code INDEX}, {@code ROOT} and {@code FOLDER} are filled in
     */
    record Wrong(int exitCode, String says, List<String> args) {
        @Override
        public String toString() {
            return exitCode + ": " + String.join(" ", args);
        }
    }

    static Stream<Wrong> wrong() {
        return Stream.of(
                command(2, "command"),
                command(2, "frobnicate", "frobnicate"),
                command(2, "schedule file", "export"),
                command(2, "--to", "export", "--elasticsearch", "URL", "--index", "INDEX"),
                flags(2, "--frobnicate", "--frobnicate"),
                flags(2, "many", "--slices", "many"),
                flags(2, "--query", "--query", "{\"match_all\":"),
                flags(2, "--query", "--query", "[]"),
                flags(3, "dataset", "--dataset", ".."),
                flags(3, "dataset", "--dataset", "a/b"),
                flags(3, "dataset", "--dataset", "Records"),
                flags(3, "dataset", "--dataset", ""),
                flags(3, "level", "--level", "0"),
                flags(3, "level", "--level", "10"),
                flags(3, "compression", "--compression", "brotli"),
                flags(3, "slices", "--slices", "0"),
                flags(3, "slices", "--slices", "1025"),
                flags(3, "lanes", "--lanes", "0"),
                flags(3, "max-share", "--max-share", "0"),
                flags(3, "documents", "--part-documents", "0"),
                flags(3, "bytes", "--part-bytes", "large"),
                flags(3, "not-utf8", "--not-utf8", "ignore"),
                flags(3, "api-key", "--api-key", "c2VjcmV0OmZyb20tYS1saW5l"),
                flags(3, "NO_SUCH_VARIABLE", "--api-key", "${env:NO_SUCH_VARIABLE}"),
                flags(3, "password", "--username", "reader"),
                flags(3, "no-such.pem", "--ca-file", "FOLDER/no-such.pem"),
                flags(12, "no_such_query", "--query", "{\"no_such_query\":{}}"),
                source(3, "elasticsearch", "ftp://127.0.0.1:9200"),
                source(3, "elasticsearch", "127.0.0.1:9200"),
                source(3, "elasticsearch", "127.0.0.1"),
                source(3, "elasticsearch", ""),
                source(3, "elasticsearch", "http://"),
                source(3, "elasticsearch", "http://reader:hunter2@127.0.0.1:9200"),
                source(3, "elasticsearch", "URL/?pretty"),
                source(10, "did not answer", "http://127.0.0.1:NOBODY"),
                index(3, "index", "_all"),
                index(3, "index", "two words"),
                index(3, "other:records", "other:records"),
                index(12, "no-such-index", "no-such-index"),
                target(21, "not a directory", "FOLDER/file"),
                target(21, "file", "FOLDER/file/below"),
                command(3, "no-such.yaml", "export", "FOLDER/no-such.yaml"),
                command(3, "indexx", "export", "FOLDER/unknown-key.yaml"),
                command(3, "repeated.yaml", "export", "FOLDER/repeated.yaml"),
                command(3, "empty.yaml", "export", "FOLDER/empty.yaml"),
                command(3, "broken.yaml", "export", "FOLDER/broken.yaml"),
                command(2, "--slices", "export", "FOLDER/right.yaml", "--slices", "2"),
                command(3, "", "verify", "FOLDER/no-such-folder"),
                command(3, "", "verify", "FOLDER"));
    }

    @Test
    void eachOf400000DocumentsIsExportedOnceIn256MebibytesOfHeap() throws Exception {
        BitSet seen = new BitSet(MANY);
        Dump dump = many();
        for (String line : dump.lines()) {
            int n = JSON.readTree(line).path("n").intValue();
            assertThat(line).isEqualTo(document(n));
            assertThat(seen.get(n)).as("seen twice: %d", n).isFalse();
            seen.set(n);
        }
        assertThat(seen.cardinality()).isEqualTo(MANY);
        assertThat(seen.length()).isEqualTo(MANY);
    }

    @Test
    void sha256sumVerifiesTheDump() throws Exception {
        Assumptions.assumeTrue(Dump.hasSha256sum(), "there is no sha256sum here");
        assertThat(many().sha256sum()).isZero();
    }

    @Test
    void verifyConfirmsTheDumpAndPrintsItsNumberOfDocuments() throws Exception {
        Outcome outcome = Spillway.run("verify", "--json", many().folder().toString());

        JsonNode line = JSON.readTree(outcome.succeeded().out());
        assertThat(line.path("type").textValue()).isEqualTo("verify");
        assertThat(line.path("documents").intValue()).isEqualTo(MANY);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, 0.999})
    void oneChangedByteIsDetectedAndItsFileIsNamed(double where) throws Exception {
        Dump dump = smallDump();
        String name = dump.partNames().get(dump.partNames().size() / 2);
        Path part = dump.folder().resolve(name);
        byte[] bytes = Files.readAllBytes(part);
        bytes[(int) (bytes.length * where)] ^= 1;
        Files.write(part, bytes);

        Outcome outcome = Spillway.run("verify", dump.folder().toString()).refused(30);

        assertThat(outcome.err()).contains(name);
        dump.partNames().stream()
                .filter(other -> !other.equals(name))
                .forEach(other -> assertThat(outcome.err()).doesNotContain(other));
    }

    @Test
    void aMissingPartIsDetectedAndNamed() throws Exception {
        Dump dump = smallDump();
        String name = dump.partNames().get(0);
        Files.delete(dump.folder().resolve(name));

        assertThat(Spillway.run("verify", dump.folder().toString()).refused(30).err())
                .contains(name);
    }

    @Test
    void aDumpWithoutAManifestDoesNotExist() throws Exception {
        Dump dump = smallDump();
        Files.delete(dump.folder().resolve("manifest.json"));

        assertThat(Spillway.run("verify", dump.folder().toString()).refused(30).err())
                .contains("manifest.json");
    }

    @Test
    void aSecondDumpInTheSameSecondGetsAnotherNameAndLeavesTheFirstUnchanged() throws Exception {
        exportSmall();
        Path first = Dump.folders(folder, "records").get(0);
        Map<String, String> before = contents(first);

        exportSmall();
        exportSmall();

        List<Path> dumps = Dump.folders(folder, "records");
        assertThat(dumps).hasSize(3);
        assertThat(contents(first)).isEqualTo(before);
        for (Path dump : dumps) {
            Dump.at(dump).assertHolds(numbered(0, 1_000));
        }
    }

    @Test
    void anExistingDumpNameIsNotOverwritten() throws Exception {
        DateTimeFormatter stamp =
                DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
        Instant now = Instant.now();
        List<Path> taken = new ArrayList<>();
        for (int second = 0; second < 3; second++) {
            Path other = folder.resolve("records").resolve(stamp.format(now.plusSeconds(second)));
            Files.createDirectories(other);
            Files.writeString(other.resolve("README.md"), "somebody else's");
            taken.add(other);
        }

        exportSmall();

        List<Path> dumps = new ArrayList<>(Dump.folders(folder, "records"));
        assertThat(dumps).containsAll(taken);
        dumps.removeAll(taken);
        assertThat(dumps).hasSize(1);
        for (Path other : taken) {
            assertThat(contents(other)).containsOnlyKeys("README.md").containsValue("somebody else's");
        }
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void aWrongCommandPrintsOneErrorAndPublishesNothing(Wrong wrong) throws Exception {
        Path root = folder.resolve("dumps");
        String[] args = filledIn(wrong.args(), root);
        int open = TestCluster.shared().openContexts();

        Outcome outcome = Spillway.run(args).refused(wrong.exitCode());

        assertThat(outcome.err()).contains(wrong.says()).doesNotContain("hunter2", "c2VjcmV0OmZyb20tYS1saW5l");
        Dump.assertNothingPublished(root);
        assertThat(TestCluster.shared().openContexts()).isLessThanOrEqualTo(open);
    }

    @Test
    void aDirectoryThatCannotBeWrittenToIsRefused() throws Exception {
        Path root = Files.createDirectory(folder.resolve("closed"));
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("r-xr-xr-x"));
        Assumptions.assumeFalse(Files.isWritable(root), "this user may write everywhere");

        assertThat(Spillway.export(TestCluster.shared(), Once.SMALL, root)
                        .refused(21)
                        .err())
                .contains(root.toString());
    }

    @Test
    void withJsonAFailureIsOneObjectOnStdout() throws Exception {
        Outcome outcome = Spillway.export(TestCluster.shared(), "no-such-index", folder, "--json");

        assertThat(outcome.exitCode()).isEqualTo(12);
        assertThat(outcome.out().lines()).hasSize(1);
        JsonNode line = JSON.readTree(outcome.out());
        assertThat(line.path("type").textValue()).isEqualTo("error");
        assertThat(line.path("exit_code").intValue()).isEqualTo(12);
        assertThat(line.path("message").textValue()).contains("no-such-index");
    }

    @Test
    void theStackTraceIsPrintedOnRequest() throws Exception {
        Outcome outcome = Spillway.export(TestCluster.shared(), "no-such-index", folder, "--stacktrace");

        assertThat(outcome.exitCode()).isEqualTo(12);
        assertThat(outcome.err()).contains("\tat io.spillway.");
    }

    @Test
    void aPlanDescribesAnExportAndChangesNothing() throws Exception {
        Path root = folder.resolve("dumps");
        int open = TestCluster.shared().openContexts();

        Outcome outcome = Spillway.run(filledIn(flags(0, "", "--slices", "7").args(), root, "plan"));

        assertThat(outcome.succeeded().out())
                .contains("dataset       records", Once.SMALL, "1,000", "7 in ", "published   n (long)");
        assertThat(root).doesNotExist();
        assertThat(TestCluster.shared().openContexts()).isLessThanOrEqualTo(open);
    }

    @Test
    void aPlanEstimatesEachFormat() throws Exception {
        String[] formats = {"--format", "jsonl,csv,tar", "--compression", "zstd"};

        Outcome text = Spillway.run(filledIn(flags(0, "", formats).args(), folder, "plan"));
        assertThat(text.succeeded().out())
                .contains("as jsonl with zstd level 3,", "as csv with zstd level 3,", "as tar with zstd level 3,")
                .contains(" in total, estimated from 100 documents", " free)");

        String[] json = Stream.concat(Stream.of(formats), Stream.of("--json")).toArray(String[]::new);
        JsonNode plan = JSON.readTree(Spillway.run(filledIn(flags(0, "", json).args(), folder, "plan"))
                .succeeded()
                .out());
        assertThat(plan.path("formats")).hasSize(3);
        long sum = 0;
        for (JsonNode format : plan.path("formats")) {
            assertThat(format.path("compression").textValue()).isEqualTo("zstd");
            assertThat(format.path("level").intValue()).isEqualTo(3);
            assertThat(format.path("estimated_bytes").longValue())
                    .isPositive()
                    .isLessThan(format.path("estimated_bytes_uncompressed").longValue());
            sum += format.path("estimated_bytes").longValue();
        }
        assertThat(plan.path("estimated_bytes").longValue()).isEqualTo(sum);
    }

    @Test
    void aPlanInJsonIsOneObject() throws Exception {
        Path root = folder.resolve("dumps");

        Outcome outcome =
                Spillway.run(filledIn(flags(0, "", "--slices", "7", "--json").args(), root, "plan"));

        assertThat(outcome.succeeded().out().lines()).hasSize(1);
        JsonNode plan = JSON.readTree(outcome.out());
        assertThat(plan.path("type").textValue()).isEqualTo("plan");
        assertThat(plan.at("/indices/0").textValue()).isEqualTo(Once.SMALL);
        assertThat(plan.path("documents").intValue()).isEqualTo(1_000);
        assertThat(plan.path("slices").intValue()).isEqualTo(7);
        assertThat(root).doesNotExist();
    }

    private static Wrong command(int exitCode, String says, String... args) {
        return new Wrong(exitCode, says, List.of(args));
    }

    private static Wrong flags(int exitCode, String says, String... more) {
        return wrong(exitCode, says, "URL", "INDEX", "ROOT", more);
    }

    private static Wrong source(int exitCode, String says, String url) {
        return wrong(exitCode, says, url, "INDEX", "ROOT");
    }

    private static Wrong index(int exitCode, String says, String index) {
        return wrong(exitCode, says, "URL", index, "ROOT");
    }

    private static Wrong target(int exitCode, String says, String to) {
        return wrong(exitCode, says, "URL", "INDEX", to);
    }

    private static Wrong wrong(int exitCode, String says, String url, String index, String to, String... more) {
        List<String> args = new ArrayList<>(List.of("export", "--elasticsearch", url, "--index", index, "--to", to));
        args.addAll(List.of(more));
        if (!args.contains("--dataset")) {
            args.addAll(List.of("--dataset", "records"));
        }
        return new Wrong(exitCode, says, args);
    }

    private String[] filledIn(List<String> args, Path root, String... command) throws IOException {
        String cluster = TestCluster.shared().url().toString();
        String right = """
                dataset: records
                source: {elasticsearch: "%s", index: %s}
                destinations: [{directory: %s}]
                """.formatted(cluster, Once.SMALL, root);
        Files.writeString(folder.resolve("file"), "in the way");
        Files.writeString(folder.resolve("right.yaml"), right);
        Files.writeString(folder.resolve("unknown-key.yaml"), right.replace("index:", "indexx:"));
        Files.writeString(folder.resolve("repeated.yaml"), right + "dataset: others\n");
        Files.writeString(folder.resolve("empty.yaml"), "");
        Files.writeString(folder.resolve("broken.yaml"), right + "{[\n");
        int nobody;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = socket.getLocalPort();
        }
        String[] filled = args.stream()
                .map(arg -> arg.replace("URL", cluster)
                        .replace("INDEX", Once.SMALL)
                        .replace("ROOT", root.toString())
                        .replace("FOLDER", folder.toString())
                        .replace("NOBODY", String.valueOf(nobody)))
                .toArray(String[]::new);
        System.arraycopy(command, 0, filled, 0, command.length);
        return filled;
    }

    /** The dump of many documents, exported by the packaged jar in a small heap. */
    private static synchronized Dump many() throws IOException, InterruptedException {
        if (!Files.exists(Once.MANY_DUMPED)) {
            TestCluster cluster = TestCluster.shared();
            String index = cluster.newIndex("{\"settings\":{\"number_of_shards\":3,\"number_of_replicas\":0,"
                    + "\"refresh_interval\":\"-1\"},\"mappings\":{\"dynamic\":false}}");
            cluster.load(index, numbered(0, MANY));
            Spillway.child(
                            shared,
                            256,
                            "export",
                            "--elasticsearch",
                            cluster.url().toString(),
                            "--index",
                            index,
                            "--dataset",
                            "records",
                            "--part-documents",
                            "50000",
                            "--to",
                            Once.MANY_DUMPED.toString())
                    .succeeded();
        }
        return Dump.only(Once.MANY_DUMPED, "records");
    }

    private void exportSmall() {
        Spillway.export(TestCluster.shared(), Once.SMALL, folder).succeeded();
    }

    private Dump smallDump() throws IOException {
        Spillway.export(TestCluster.shared(), Once.SMALL, folder, "--slices", "3")
                .succeeded();
        return Dump.only(folder, "records");
    }

    private static Map<String, String> contents(Path folder) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                contents.put(
                        file.getFileName().toString(),
                        new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
            }
        }
        return contents;
    }

    private static List<String> numbered(int from, int to) {
        return IntStream.range(from, to).mapToObj(ExportIT::document).toList();
    }

    private static String document(int n) {
        return "{\"n\":" + n + ",\"name\":\"document " + n + "\"}";
    }
}
