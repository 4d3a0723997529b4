package io.spillway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigFileTest {
    record Bucket(
            @Pattern(regexp = "^\\S+$", message = "must have no spaces")
            String bucket,

            @JsonProperty(defaultValue = "dumps/") String prefix,

            @JsonProperty(defaultValue = "4") @Min(1) @Max(64)
            int uploads,

            @JsonProperty(defaultValue = "8MiB") @Between(min = "64KiB", max = "64MiB")
            DataSize pieceSize,

            @JsonProperty(defaultValue = "2m") @Between(min = "1s", max = "1h")
            Duration timeout,

            @JsonProperty(defaultValue = "fast") Mode mode,
            @JsonProperty(defaultValue = "{}") Retries retries,

            @JsonProperty(defaultValue = "[]")
            List<@Pattern(regexp = "^/.*$", message = "must begin with /") String> paths,

            @JsonProperty(defaultValue = "[{plain: {}}]") List<Choice> choices,
            @Nullable Secret key,
            @Nullable URI endpoint,
            @Nullable Path folder,
            @Nullable JsonNode query) {
        Bucket {
            if (prefix.equals(bucket)) {
                throw new IllegalArgumentException("prefix and bucket are the same");
            }
        }
    }

    enum Mode {
        @JsonProperty("fast")
        FAST,
        @JsonProperty("run-once")
        RUN_ONCE
    }

    record Retries(
            @JsonProperty(defaultValue = "1") int least,
            @JsonProperty(defaultValue = "5") int most) {
        Retries {
            if (least > most) {
                throw new IllegalArgumentException("least is above most");
            }
        }
    }

    record Plain(@JsonProperty(defaultValue = "true") boolean lines) {}

    @ExactlyOne
    record Choice(@Nullable Plain plain, @Nullable Plain fancy) {}

    @TempDir
    Path folder;

    @Test
    void omittedKeysHaveDefaults() throws Exception {
        Bucket read = read("bucket: b");

        assertThat(read)
                .isEqualTo(new Bucket(
                        "b",
                        "dumps/",
                        4,
                        DataSize.ofBytes(8 << 20),
                        Duration.ofMinutes(2),
                        Mode.FAST,
                        new Retries(1, 5),
                        List.of(),
                        List.of(new Choice(new Plain(true), null)),
                        null,
                        null,
                        null,
                        null));
    }

    @Test
    void everyKindOfValueIsRead() throws Exception {
        Bucket read = read("""
                bucket: b
                piece-size: 65536
                timeout: 1h
                mode: run-once
                retries: {most: 9}
                paths: [/a, /b]
                choices: [{fancy: {lines: false}}]
                key: ${env:KEY}
                endpoint: http://[::1]:9000/x
                folder: some/folder
                query: {term: {public: true}}
                """, Map.of("KEY", "k"));

        assertThat(read.pieceSize()).isEqualTo(DataSize.parse("64KiB"));
        assertThat(read.timeout()).isEqualTo(Duration.ofHours(1));
        assertThat(read.mode()).isEqualTo(Mode.RUN_ONCE);
        assertThat(read.retries()).isEqualTo(new Retries(1, 9));
        assertThat(read.paths()).containsExactly("/a", "/b");
        assertThat(read.choices()).containsExactly(new Choice(null, new Plain(false)));
        assertThat(read.key().reveal()).isEqualTo("k");
        assertThat(read.endpoint()).isEqualTo(URI.create("http://[::1]:9000/x"));
        assertThat(read.folder()).isEqualTo(Path.of("some", "folder"));
        assertThat(read.query()).hasToString("{\"term\":{\"public\":true}}");
    }

    @Test
    void fiveMistakesGiveFiveLines() {
        assertProblems(
                """
                # a comment
                bucket: "b b"
                prefix: 7
                uploads: 65
                piece-size: 1KiB
                upload: 3
                """,
                "5 problems in FILE",
                "FILE:2: /bucket: must have no spaces",
                "FILE:3: /prefix: integer found, string expected; put it in quotes",
                "FILE:4: /uploads: must have a maximum value of 64",
                "FILE:5: /piece-size: must be at least 64KiB",
                "FILE:6: /upload: unknown key, did you mean `uploads`?");
    }

    @Test
    void aSingleProblemNeedsNoSummary() {
        assertProblems("bucket: b\nuploads: 0\n", "FILE:2: /uploads: must have a minimum value of 1");
    }

    @Test
    void problemsOfEveryStageAreReportedTogether() {
        assertProblems(
                """
                bucket: b
                bucket: c
                key: ${env:KEY}
                retries:
                  least: 6
                paths: [/a, b]
                timeout: 2 minutes
                mode: slow
                uploads:
                choices: [{plain: {line: 1}}]
                """,
                "8 problems in FILE",
                "FILE:2: /bucket: repeated key, first on line 1",
                "FILE:3: /key: environment variable KEY is not set",
                "FILE:4: /retries: least is above most",
                "FILE:6: /paths/1: must begin with /",
                "FILE:7: /timeout: must be a duration such as 30s, 5m or 1h30m",
                "FILE:8: /mode: must be one of fast, run-once",
                "FILE:9: /uploads: has no value",
                "FILE:10: /choices/0/plain/line: unknown key, did you mean `lines`?");
    }

    @Test
    void aRuleOfTheWholeFileIsReportedOnItsFirstLine() {
        assertProblems("\nbucket: b\nprefix: b\n", "FILE:2: prefix and bucket are the same");
    }

    @Test
    void aBrokenConstructorIsABugAndNotAProblemOfTheFile() throws Exception {
        Files.writeString(folder.resolve("c.yaml"), "a: 1");

        assertThatThrownBy(() -> ConfigFile.read(folder.resolve("c.yaml"), Broken.class))
                .isInstanceOf(IllegalStateException.class)
                .hasRootCauseMessage("of ours");
    }

    record Broken(int a) {
        Broken {
            throw new UnsupportedOperationException("of ours");
        }
    }

    @Test
    void aRuleIsNotCheckedIfAValueIsWrong() {
        assertProblems(
                "bucket: b\nretries: {least: 6, most: x}\n", "FILE:2: /retries/most: string found, integer expected");
    }

    @Test
    void aMissingKeyIsReportedAtTheStartOfItsSection() {
        assertProblems("prefix: x\n", "FILE:1: required key `bucket` is missing");
    }

    @Test
    void anUnknownKeyIsReportedOnItsOwnLineEvenBeforeABlock() {
        assertProblems("bucket: b\nretrys:\n  least: 1\n", "FILE:2: /retrys: unknown key, did you mean `retries`?");
    }

    @Test
    void anUnknownKeyWithoutASimilarOneGetsNoSuggestion() {
        assertProblems("bucket: b\nschedule/x: 1\n", "FILE:2: /schedule~1x: unknown key");
    }

    @Test
    void anUnknownKeyOfASectionIsReported() {
        assertProblems(
                "bucket: b\nretries:\n  most: 3\n  leest: 1\n",
                "FILE:4: /retries/leest: unknown key, did you mean `least`?");
    }

    @Test
    void aRepeatedSectionIsOneProblem() {
        assertProblems(
                "bucket: b\nretries: {most: 3}\nretries:\n  most: 4\n",
                "FILE:3: /retries: repeated key, first on line 2");
    }

    @Test
    void aKeyWithoutAValueIsAMistake() {
        assertProblems(
                "bucket: b\nprefix:\nretries:\n",
                "2 problems in FILE",
                "FILE:2: /prefix: has no value",
                "FILE:3: /retries: has no value; write {} for its defaults");
    }

    @Test
    void exactlyOneRejectsNoneAndTwo() {
        assertProblems(
                "bucket: b\nchoices:\n  - {}\n  - plain: {}\n    fancy: {}\n",
                "2 problems in FILE",
                "FILE:3: /choices/0: must have exactly one of plain, fancy",
                "FILE:4: /choices/1: must have exactly one of plain, fancy");
    }

    @Test
    void aValueThatIsNotAllowedIsReportedWithTheAllowedOnes() {
        assertProblems("bucket: b\nmode: slow\n", "FILE:2: /mode: must be one of fast, run-once");
    }

    @Test
    void aSizeAndADurationHaveLimits() {
        assertProblems(
                "bucket: b\npiece-size: 1GiB\ntimeout: 1ms\n",
                "2 problems in FILE",
                "FILE:2: /piece-size: must be at most 64MiB",
                "FILE:3: /timeout: must be at least 1s");
    }

    @Test
    void theLimitsThemselvesAreAllowed() throws Exception {
        assertThat(read("bucket: b\npiece-size: 64MiB\ntimeout: 1s\nuploads: 64\n")
                        .uploads())
                .isEqualTo(64);
        assertThat(read("bucket: b\npiece-size: 64KiB\ntimeout: 1h\nuploads: 1\n")
                        .uploads())
                .isEqualTo(1);
    }

    @Test
    void aNegativeSizeAndADurationWithoutAUnitAreRefused() {
        assertProblems(
                "bucket: b\npiece-size: -5\ntimeout: 30\n",
                "2 problems in FILE",
                "FILE:2: /piece-size: " + DataSize.EXPECTED,
                "FILE:3: /timeout: integer found, string expected");
    }

    @Test
    void aNumberOutOfRangeIsAProblemOfItsKey() {
        assertProblems(
                "bucket: b\nretries: {least: 1, most: 99999999999999999999}\n",
                "FILE:2: /retries/most: is out of range");
    }

    @Test
    void aTextThatIsNotANumberIsRefused() {
        assertProblems("bucket: b\nuploads: .nan\n", "FILE:2: /uploads: string found, integer expected");
    }

    @Test
    void anInfiniteNumberIsRefused() {
        assertProblems("bucket: b\nuploads: 1e999\n", "FILE:2: /uploads: must be a finite number");
    }

    @Test
    void aVariableMayBeAllOrPartOfAText() throws Exception {
        Bucket read = read("""
                bucket: ${env:NAME}
                prefix: x-${env:NAME}-${env:EMPTY}y
                query: {match: {"${env:NAME}": ["${env:NAME}"]}}
                """, Map.of("NAME", "n$1\\", "EMPTY", ""));

        assertThat(read.bucket()).isEqualTo("n$1\\");
        assertThat(read.prefix()).isEqualTo("x-n$1\\-y");
        assertThat(read.query().at("/match/${env:NAME}/0").textValue()).isEqualTo("n$1\\");
    }

    @Test
    void aVariableIsNotResolvedTwice() throws Exception {
        assertThat(read("bucket: b\nprefix: ${env:A}", Map.of("A", "${env:B}", "B", "no"))
                        .prefix())
                .isEqualTo("${env:B}");
    }

    @Test
    void aResolvedValueThatLooksLikeAReferenceObeysTheSchema() {
        assertProblems(
                "bucket: b\npaths: ['$${env:A}', '${env:B}']\n",
                Map.of("B", "${env:C}"),
                "2 problems in FILE",
                "FILE:2: /paths/0: must begin with /",
                "FILE:2: /paths/1: must begin with /");
    }

    @Test
    void aDoubledDollarIsOneDollar() throws Exception {
        assertThat(read("bucket: b\nprefix: $${env:A}/$5").prefix()).isEqualTo("${env:A}/$5");
    }

    @Test
    void aValueFromTheEnvironmentObeysTheSchema() {
        assertProblems("bucket: ${env:NAME}", Map.of("NAME", "a b"), "FILE:1: /bucket: must have no spaces");
    }

    @ParameterizedTest
    @CsvSource({"${file:/etc/hostname}", "${ENV}", "${env:}", "${env:A", "${env:A-B}"})
    void anyOtherReferenceInAPlainTextIsAMistake(String text) {
        assertProblems(
                "bucket: b\nprefix: '" + text + "'\n",
                "FILE:2: /prefix: only ${env:NAME} is allowed here; write $${ for a literal ${");
    }

    @Test
    void everyMissingVariableIsNamed() {
        assertProblems(
                "bucket: ${env:A}\nprefix: ${env:B}/${env:C}\nendpoint: ${env:D}\npiece-size: ${env:E}\n",
                "5 problems in FILE",
                "FILE:1: /bucket: environment variable A is not set",
                "FILE:2: /prefix: environment variable B is not set",
                "FILE:2: /prefix: environment variable C is not set",
                "FILE:3: /endpoint: environment variable D is not set",
                "FILE:4: /piece-size: environment variable E is not set");
    }

    @Test
    void aLiteralSecretIsRefusedAndNotRepeated() {
        SpillwayException failure = failure("bucket: b\nkey: hunter2\n", Map.of());

        assertThat(failure).hasMessage(file() + ":2: /key: " + Secret.EXPECTED);
        assertThat(stackTrace(failure)).doesNotContain("hunter2");
    }

    @Test
    void aSecretGivenForAnotherKeyIsNotRepeated() {
        SpillwayException failure = failure("""
                bucket: ${env:KEY}
                piece-size: ${env:KEY}
                timeout: ${env:KEY}
                mode: ${env:KEY}
                uploads: ${env:KEY}
                paths: ["${env:KEY}"]
                endpoint: http://user:${env:KEY}@host/
                retries: ${env:KEY}
                """, Map.of("KEY", "hunter 2"));

        assertThat(failure.getMessage().lines()).hasSize(9);
        assertThat(stackTrace(failure)).doesNotContain("hunter");
    }

    @ParameterizedTest
    @CsvSource({
        "ftp://host/",
        "host:9200",
        "http://u:p@host/",
        "http://u@host",
        "http://a_b/",
        "http://host:99999/",
        "http://[::1",
    })
    void aUrlWithAnotherSchemeIsRefused(String address) {
        assertProblems(
                "bucket: b\nendpoint: '" + address + "'\n", "FILE:2: /endpoint: " + ValueKind.ADDRESS.expected());
    }

    @Test
    void aMissingSecretFileIsNamed() {
        assertProblems(
                "bucket: b\nkey: ${file:/nowhere/key}\n", "FILE:2: /key: secret file /nowhere/key does not exist");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bucket: b\\nprefix: [a|FILE:2: not YAML: ",
                "bucket: b\\n\\tprefix: a|FILE:2: not YAML: ",
                "bucket: b: c|FILE:1: not YAML: mapping values are not allowed here",
                "bucket: *nowhere|FILE:1: /bucket: aliases are not supported; write the value itself",
            })
    void aSyntaxErrorHasItsLine(String text, String expected) {
        SpillwayException failure = failure(text.translateEscapes(), Map.of());

        assertThat(failure.getMessage().replace(file(), "FILE"))
                .startsWith(expected)
                .doesNotContain("\n");
    }

    @Test
    void aSyntaxErrorShowsNothingOfTheFile() {
        SpillwayException failure = failure("bucket: b\nkey: hunter2: [\n", Map.of());

        assertThat(stackTrace(failure)).doesNotContain("hunter2");
    }

    @Test
    void problemsBeforeASyntaxErrorAreKept() {
        SpillwayException failure = failure("bucket: b\nbucket: c\nprefix: [", Map.of());

        assertThat(failure.getMessage().lines()).hasSize(3);
    }

    @Test
    void aSecondDocumentIsRefused() {
        assertProblems(
                "bucket: b\n---\nbucket: c\n",
                "FILE:3: a second document starts here, but a file must contain only one");
    }

    @ParameterizedTest
    @CsvSource({"''", "'# nothing'", "---", "~"})
    void anEmptyFileIsReportedAsEmpty(String text) {
        assertProblems(text, "FILE:1: the file is empty");
    }

    @Test
    void aListOrATextIsNotAConfiguration() {
        assertProblems("- a\n", "FILE:1: array found, object expected");
        assertProblems("a\n", "FILE:1: string found, object expected");
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> ConfigFile.read(folder.resolve("no.yaml"), Bucket.class))
                .hasMessage(folder.resolve("no.yaml") + ": does not exist");
    }

    @Test
    void aFolderIsReported() {
        assertThatThrownBy(() -> ConfigFile.read(folder, Bucket.class))
                .hasMessage(folder + ": is a directory, not a file");
    }

    @Test
    void aBinaryFileIsReported() throws Exception {
        Path file = folder.resolve("bytes.yaml");
        Files.write(file, new byte[] {'a', ':', ' ', (byte) 0xff, (byte) 0xfe});

        assertThatThrownBy(() -> ConfigFile.read(file, Bucket.class)).hasMessage(file + ": is not UTF-8");
    }

    @Test
    void readingDoesNotDependOnEarlierReads() throws Exception {
        read("bucket: b\nretries: {most: 77}\nchoices: [{fancy: {}}]\n");

        assertThat(read("bucket: b")).isEqualTo(read("bucket: b"));
        assertThat(read("bucket: b").retries().most()).isEqualTo(5);
    }

    @Test
    void theDefaultEnvironmentIsThatOfTheProcess() throws Exception {
        Files.writeString(folder.resolve("c.yaml"), "bucket: b\nprefix: ${env:PATH}\n");

        assertThat(ConfigFile.read(folder.resolve("c.yaml"), Bucket.class).prefix())
                .isEqualTo(System.getenv("PATH"));
    }

    private Bucket read(String text) throws Exception {
        return read(text, Map.of());
    }

    private Bucket read(String text, Map<String, String> environment) throws Exception {
        Path file = Path.of(file());
        Files.writeString(file, text, StandardCharsets.UTF_8);
        return ConfigFile.read(file, Bucket.class, environment::get);
    }

    private SpillwayException failure(String text, Map<String, String> environment) {
        SpillwayException failure = catchThrowableOfType(SpillwayException.class, () -> read(text, environment));
        assertThat(failure).as("failure of %s", text).isNotNull();
        assertThat(failure.fault()).isEqualTo(Fault.CONFIG);
        return failure;
    }

    private void assertProblems(String text, String... lines) {
        assertProblems(text, Map.of(), lines);
    }

    private void assertProblems(String text, Map<String, String> environment, String... lines) {
        assertThat(failure(text, environment)
                        .getMessage()
                        .replace(file(), "FILE")
                        .lines())
                .containsExactly(lines);
    }

    private String file() {
        return folder.resolve("c.yaml").toString();
    }

    private static String stackTrace(Throwable failure) {
        var text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
