package io.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.fault.Fault;
import io.spillway.run.SyntheticExport;
import io.spillway.support.SmallDisk;
import io.spillway.support.SyntheticSource;
import io.spillway.support.WebServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the program prints, where, and with which exit code. No test here needs a server. */
@Timeout(60)
class MainTest {
    /** Looks like a secret on purpose: it must not occur in any output. */
    private static final String SECRET = "VnVhQ2ZHY0JDZGJrUW0tZTVhT3g6dWkybHAyYXhUTm1zeWFrdzl0dk5udw==";

    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    private Path temporary;

    /** One run of the program. */
    private record Run(int exitCode, String out, String err) {
        static Run of(String... args) {
            StringWriter out = new StringWriter();
            StringWriter err = new StringWriter();
            int exitCode = Main.run(new PrintWriter(out), new PrintWriter(err), args);
            return new Run(exitCode, out.toString(), err.toString());
        }

        JsonNode json() throws IOException {
            List<String> lines = out.lines().toList();
            assertThat(lines).as(out + err).hasSize(1);
            return JSON.readTree(lines.get(0));
        }

        String all() {
            return out + err;
        }
    }

    @Test
    void helpIsPrintedToStdout() {
        Run run = Run.of("--help");
        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("Usage: spillway", "demo", "export", "plan", "verify", "generate-completion");
    }

    @Test
    void theExitCodesInTheHelpMatchTheTable() {
        Map<String, String> promised = new LinkedHashMap<>();
        promised.put("0", "done");
        promised.put("1", "internal error");
        promised.put("2", "usage");
        Arrays.stream(Fault.values()).forEach(fault -> promised.put(String.valueOf(fault.exitCode()), fault.meaning()));

        // Long lines are wrapped: a run of white space counts as one space.
        String help = Run.of("--help").out().replaceAll("\\s+", " ");
        promised.forEach((code, meaning) -> assertThat(help).contains(" " + code + " " + meaning));
        Pattern row = Pattern.compile("(?m)^ {2,}(\\d+) +\\p{Lower}");
        assertThat(row.matcher(Run.of("--help").out()).results().map(match -> match.group(1)))
                .containsExactlyElementsOf(promised.keySet());
    }

    @Test
    void theVersionIsOneLine() {
        Run run = Run.of("--version");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out().strip()).matches("spillway \\S+");
    }

    static Stream<String> commands() {
        return Main.commandLine().getSubcommands().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandHasHelp(String command) {
        Run run = Run.of(command, "--help");
        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("Usage: spillway " + command);
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo", "export", "plan", "verify"})
    void everyCommandSupportsJsonAndDescribesEachOption(String command) {
        var spec = Main.commandLine().getSubcommands().get(command).getCommandSpec();
        assertThat(spec.optionsMap()).containsKeys("--json", "--stacktrace", "--verbose");
        assertThat(spec.options())
                .allSatisfy(option -> assertThat(String.join("", option.description()))
                        .as(option.longestName())
                        .isNotBlank());
    }

    @Test
    void theHelpShowsHowToPassASecret() {
        String help = Run.of("export", "--help").out();
        assertThat(help).contains("${env:NAME}", "${file:PATH}").doesNotContain("$$");
    }

    @Test
    void aMissingCommandIsAUsageError() {
        Run run = Run.of();
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("error: missing command").contains("hint:  see spillway --help");
    }

    @ParameterizedTest
    @ValueSource(strings = {"exprot", "--elasticsearch", "--json"})
    void anUnknownCommandIsAUsageError(String arg) {
        Run run = Run.of(arg);
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).startsWith("error: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo", "export", "plan", "verify"})
    void anUnknownOptionIsAUsageErrorAndTheHintNamesTheCommand(String command) {
        Run run = Run.of(command, "--no-such-option", "anything");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("--no-such-option", "see spillway " + command + " --help");
    }

    @ParameterizedTest
    @ValueSource(strings = {"export", "plan"})
    void aScheduleOrFlagsAreRequired(String command) {
        Run run = Run.of(command);
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .contains(
                        "name a schedule file, or set --elasticsearch, --opensearch or --snapshot-repository, --index and --to");
    }

    @Test
    void aMissingFlagIsNamed() {
        Run run = Run.of("export", "--elasticsearch", "http://localhost:1", "--index", "journals");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("--to must be set too");
    }

    @ParameterizedTest
    @CsvSource({"--elasticsearch,http://localhost:1", "--index,journals", "--to,x", "--lanes,2", "--api-key,'${env:A}'"
    })
    void aFileAndFlagsTogetherAreRefused(String option, String value) {
        Run run = Run.of("export", "journals.yaml", option, value);
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .contains(option + " cannot be combined with a schedule file: write it into journals.yaml");
    }

    @Test
    void everyFlagThatConflictsWithTheFileIsNamed() {
        Run run = Run.of("export", "journals.yaml", "--to", "x", "--slices", "3", "--json", "--allow-empty");
        assertThat(run.err()).contains("--to, --slices cannot be combined").doesNotContain("--json", "--allow-empty");
    }

    @Test
    void aMissingFileIsAConfigurationError() {
        Path missing = temporary.resolve("missing.yaml");
        Run run = Run.of("export", missing.toString());
        assertThat(run.exitCode()).isEqualTo(Fault.CONFIG.exitCode());
        assertThat(run.err()).startsWith("error: ").contains(missing.toString());
        assertThat(run.out()).isEmpty();
    }

    @Test
    void allProblemsOfAFileAreReportedAtOnce() throws Exception {
        Path file = Files.writeString(temporary.resolve("bad.yaml"), """
                dataset: Not A Name
                source: {elasticsearch: "http://localhost:1", index: "", slices: 0}
                destinatons: []
                """);
        Run run = Run.of("plan", file.toString());
        assertThat(run.exitCode()).isEqualTo(Fault.CONFIG.exitCode());
        assertThat(run.err()).contains("bad.yaml:1:", "bad.yaml:2:", "bad.yaml:3:");
    }

    @Test
    void withJsonAnErrorIsAlsoAnObject() throws Exception {
        Path missing = temporary.resolve("missing.yaml");
        Run run = Run.of("export", missing.toString(), "--json");
        JsonNode error = run.json();
        assertThat(error.get("type").asText()).isEqualTo("error");
        assertThat(error.get("fault").asText()).isEqualTo("CONFIG");
        assertThat(error.get("exit_code").asInt()).isEqualTo(3).isEqualTo(run.exitCode());
        assertThat(error.get("message").asText()).contains(missing.toString());
        assertThat(error.has("hint")).isTrue();
        assertThat(run.err()).startsWith("error: ");
    }

    @Test
    void withJsonAUsageErrorIsAlsoAnObject() throws Exception {
        JsonNode error = Run.of("export", "--json").json();
        assertThat(error.get("fault").asText()).isEqualTo("USAGE");
        assertThat(error.get("exit_code").asInt()).isEqualTo(2);
    }

    @Test
    void aStackTraceIsPrintedOnlyOnRequest() {
        String missing = temporary.resolve("missing.yaml").toString();
        assertThat(Run.of("export", missing).err()).doesNotContain("\tat io.spillway");
        assertThat(Run.of("export", missing, "--stacktrace").err()).contains("\tat io.spillway");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--api-key", "--password", "--bearer-token"})
    void aSecretOnTheCommandLineIsRefusedWithoutBeingRepeated(String option) {
        Run run = Run.of(
                "export",
                "--elasticsearch",
                "http://localhost:1",
                "--index",
                "journals",
                "--to",
                temporary.toString(),
                "--username",
                "somebody",
                option,
                SECRET,
                "--json",
                "--stacktrace");
        assertThat(run.exitCode()).isEqualTo(Fault.CONFIG.exitCode());
        assertThat(run.err()).contains("${env:NAME}");
        assertThat(run.all()).doesNotContain(SECRET);
        assertThat(temporary).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://somebody:%s@localhost:1", "https://localhost:1/?key=%s", "http://local host/%s"})
    void aSecretInTheUrlIsRefusedWithoutBeingRepeated(String address) {
        Run run = Run.of(
                "export",
                "--elasticsearch",
                address.formatted("s3cr3t-in-the-address"),
                "--index",
                "journals",
                "--to",
                temporary.toString(),
                "--json",
                "--stacktrace");
        assertThat(run.exitCode()).isEqualTo(Fault.CONFIG.exitCode());
        assertThat(run.all()).doesNotContain("s3cr3t-in-the-address");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--apikey=%s", "--api-kye=%s", "--bearertoken=%s", "--api-key %s extra", "--pasword %s"})
    void aSecretAfterAMistypedOptionIsNotRepeated(String arguments) {
        Run run = Run.of(("export --json " + arguments.formatted(SECRET)).split(" ", -1));
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.all()).doesNotContain(SECRET);
    }

    @Test
    void anUnsetVariableIsNamed() {
        Run run = Run.of(
                "export",
                "--elasticsearch",
                "http://localhost:1",
                "--index",
                "journals",
                "--to",
                temporary.toString(),
                "--api-key",
                "${env:SPILLWAY_TEST_NOT_SET}");
        assertThat(run.exitCode()).isEqualTo(Fault.CONFIG.exitCode());
        assertThat(run.err()).contains("SPILLWAY_TEST_NOT_SET");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "7", "{", "", "not json", "{} trailing"})
    void aQueryThatIsNotAnObjectIsAUsageError(String query) {
        Run run = Run.of(
                "export",
                "--elasticsearch",
                "http://localhost:1",
                "--index",
                "journals",
                "--to",
                temporary.toString(),
                "--query",
                query,
                "--api-key",
                "${env:SPILLWAY_TEST_NOT_SET}");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("--query is not a JSON object");
    }

    @ParameterizedTest
    @CsvSource({"'jsonl,bulk',3", "bulk,3", "jsonl,3", "tar,3", "parquet,3"})
    void formatsCanBeChosen(String formats, int exitCode) {
        // The missing secret is the only problem: the formats are fine.
        Run run = Run.of(
                "export",
                "--elasticsearch",
                "http://localhost:1",
                "--index",
                "journals",
                "--to",
                temporary.toString(),
                "--format",
                formats,
                "--api-key",
                "${env:SPILLWAY_TEST_NOT_SET}");
        assertThat(run.exitCode()).isEqualTo(exitCode);
        assertThat(run.err()).contains("SPILLWAY_TEST_NOT_SET").doesNotContain("format");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--list=a", "--dates=timestamp", "--with-source"})
    void anOptionOfParquetWithoutParquetIsRefused(String option) {
        Run run = Run.of("export", "--elasticsearch", "http://localhost:1", "--index", "a", "--to", "x", option);
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("no effect without --format parquet");
    }

    @Test
    void anUnknownFormatIsNamed() {
        Run run = Run.of(
                "export", "--elasticsearch", "http://localhost:1", "--index", "a", "--to", "x", "--format", "avro");
        assertThat(run.exitCode()).isIn(2, Fault.CONFIG.exitCode());
        assertThat(run.err()).contains("avro");
    }

    @Test
    void aProblemOfOneOfManyDestinationsNamesItsOption() {
        List<String> arguments =
                new ArrayList<>(List.of("export", "--elasticsearch", "http://localhost:1", "--index", "journals"));
        for (int i = 1; i <= 12; i++) {
            arguments.add("--to=s3://" + (i == 1 || i == 10 ? "A" : "bucket-" + i));
        }
        Run run = Run.of(arguments.toArray(new String[0]));
        assertThat(run.exitCode()).isEqualTo(Fault.CONFIG.exitCode());
        assertThat(run.err())
                .contains("--to number 1:", "--to number 10:")
                .doesNotContain("/destinations", "number 2:");
    }

    @Test
    void anIndexThatIsNotAValidNameNeedsADataset() {
        Run run = Run.of("export", "--elasticsearch", "http://localhost:1", "--index", "logs-*", "--to", "x");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("--dataset");
    }

    @Test
    void verifyNeedsADump() {
        assertThat(Run.of("verify").exitCode()).isEqualTo(2);
    }

    @Test
    void verifyReadsADumpAndPrintsItsResult() throws Exception {
        Path dump = publish();
        Run run = Run.of("verify", dump.toString());
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).matches("verified journals/2026-11-21T030000Z: 100 documents, [0-9.]+ KiB in 1 files\\R");
        JsonNode line = Run.of("verify", dump.toString(), "--json").json();
        assertThat(line.get("type").asText()).isEqualTo("verify");
        assertThat(line.get("dump").asText()).isEqualTo("journals/2026-11-21T030000Z");
        assertThat(line.get("documents").asLong()).isEqualTo(100);
        assertThat(line.get("where").asText()).isEqualTo(dump.toString());
    }

    @Test
    void verifyReadsADumpFromTheWeb() throws Exception {
        Path dump = publish();
        try (WebServer server = WebServer.serving(temporary.toRealPath().resolve("dumps"))) {
            String address = server.address() + "journals/2026-11-21T030000Z/";
            Run run = Run.of("verify", address, "--json", "--parallel", "3");
            assertThat(run.exitCode()).as(run.all()).isZero();
            assertThat(run.json().get("where").asText() + "/").isEqualTo(address);

            Files.writeString(dump.resolve("README.md"), "changed");
            run = Run.of("verify", address);
            assertThat(run.exitCode()).isEqualTo(Fault.INTEGRITY.exitCode());
            assertThat(run.err()).contains("README.md").doesNotContain("jsonl");
        }
    }

    @Test
    void allDumpsAreVerifiedEvenIfOneIsDamaged() throws Exception {
        Path dump = publish();
        try (WebServer server = WebServer.serving(temporary.toRealPath().resolve("dumps"))) {
            Files.writeString(temporary.resolve("dumps/links.json"), """
                    {"datasets": [{"address": "missing/"}, {"address": "journals/2026-11-21T030000Z/"}]}""");
            Run run = Run.of("verify", server.address() + "links.json");
            assertThat(run.exitCode()).isEqualTo(Fault.INTEGRITY.exitCode());
            assertThat(run.out()).contains("verified journals/2026-11-21T030000Z");
            assertThat(run.err()).contains("missing").doesNotContain(dump.toString());
        }
    }

    @Test
    void verifyDeletesItsStateIfEverythingIsWholeAndKeepsItOtherwise() throws Exception {
        Path dump = publish();
        Path state = temporary.resolve("state");
        String readme = Files.readString(dump.resolve("README.md"));
        Files.writeString(dump.resolve("README.md"), "changed");
        Run run = Run.of("verify", dump.toString(), "--state", state.toString());
        assertThat(run.exitCode()).isEqualTo(Fault.INTEGRITY.exitCode());
        assertThat(state).content().contains(".jsonl.gz").doesNotContain("README.md");
        Files.writeString(dump.resolve("README.md"), readme);
        assertThat(Run.of("verify", dump.toString(), "--state", state.toString())
                        .exitCode())
                .isZero();
        assertThat(state).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "65", "many"})
    void verifyAcceptsOneTo64Readers(String readers) {
        assertThat(Run.of("verify", temporary.toString(), "--parallel", readers).exitCode())
                .isEqualTo(2);
    }

    @Test
    void forADatasetTheNewestDumpIsVerified() throws Exception {
        Path dump = publish();
        Files.createDirectory(dump.resolveSibling("2026-11-20T030000Z"));
        Run run = Run.of("verify", dump.getParent().toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("2026-11-21T030000Z");
    }

    @Test
    void aDamagedDumpHasItsExitCode() throws Exception {
        Path dump = publish();
        Files.writeString(dump.resolve("README.md"), "changed");
        Run run = Run.of("verify", dump.toString(), "--json");
        assertThat(run.exitCode()).isEqualTo(Fault.INTEGRITY.exitCode());
        assertThat(run.json().get("message").asText()).contains("README.md");
    }

    @Test
    void aPathThatIsNotADumpIsReported() throws Exception {
        Path nothing = Files.createDirectory(temporary.resolve("nothing"));
        for (String path :
                List.of(nothing.toString(), nothing.resolve("missing").toString(), "/")) {
            Run run = Run.of("verify", path);
            assertThat(run.exitCode()).as(run.all()).isEqualTo(Fault.CONFIG.exitCode());
            assertThat(run.err()).contains(path);
        }
    }

    @Test
    void aReadOnlyDumpCanBeVerified() throws Exception {
        Path folder = Files.createDirectory(temporary.toRealPath().resolve("medium"));
        try (SmallDisk disk = SmallDisk.mount(folder, "size=4m")) {
            new SyntheticExport(disk.root(), SyntheticSource.seeded(1, 100)).run();
            disk.makeReadOnly();
            assumeTrue(!Files.isWritable(disk.root()), "the medium is writable");
            Run run = Run.of("verify", disk.root().resolve("journals").toString());
            assertThat(run.exitCode()).as(run.err()).isZero();
        }
    }

    private Path publish() throws Exception {
        Path root = temporary.toRealPath().resolve("dumps");
        new SyntheticExport(root, SyntheticSource.seeded(1, 100)).run();
        return root.resolve("journals/2026-11-21T030000Z");
    }
}
