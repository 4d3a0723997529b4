package io.spillway.schedule;

import static io.spillway.schedule.ScheduleText.ENVIRONMENT;
import static io.spillway.schedule.ScheduleText.HUNTER;
import static io.spillway.schedule.ScheduleText.LEAST;
import static io.spillway.schedule.ScheduleText.WITHOUT_SOURCE;
import static io.spillway.schedule.ScheduleText.ok;
import static io.spillway.schedule.ScheduleText.source;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.config.ConfigFile;
import io.spillway.config.Secret;
import io.spillway.dataset.Dataset;
import io.spillway.encode.BulkLines;
import io.spillway.encode.TarBatches;
import io.spillway.fault.SpillwayException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A schedule as a whole: rules between its keys, what is reported at once, and the example. */
class ScheduleFileTest {
    @TempDir
    private Path folder;

    @Test
    void aSeparatorWithoutJoinedArraysIsRefused() {
        assertThatThrownBy(() -> ScheduleText.read(folder, LEAST + "formats: [{csv: {separator: ';'}}]\n"))
                .hasMessageContaining("separator has no effect without arrays: join");
    }

    @ParameterizedTest
    @CsvSource({
        "logs,INDEX",
        ".ds-logs-2026.11.21-000001,CREATE",
        "ds-logs,INDEX",
        "a.ds-logs,INDEX",
        "partial-.ds-logs-2026.11.21-000001,CREATE",
        "partial-restored-.ds-logs-000001,CREATE",
        "shrink-ab1c-.ds-logs-000001,CREATE",
        "downsample-1h-.ds-logs-000001,CREATE",
        ".fs-logs-000001,CREATE"
    })
    void bulkWritesCreatesForADataStreamUnlessTheFileSaysOtherwise(String index, BulkLines.Action action)
            throws Exception {
        assertThat(ScheduleText.read(folder, LEAST + "formats: [{bulk: {}}]\n")
                        .formats()
                        .get(0)
                        .bulk()
                        .toAction(index))
                .isEqualTo(action);
        assertThat(ScheduleText.read(folder, LEAST + "formats: [{bulk: {action: index}}]\n")
                        .formats()
                        .get(0)
                        .bulk()
                        .toAction(index))
                .isEqualTo(BulkLines.Action.INDEX);
    }

    @Test
    void aFileInAnArchiveIsNoLargerThanAPart() throws Exception {
        ScheduleFile file = ScheduleText.read(folder, LEAST + "formats: [{tar: {}}]\nparts: {bytes: 2MiB}\n");
        assertThat(file.formats().get(0).tar().toLimits(file.parts()))
                .isEqualTo(new TarBatches.Limits(100_000, 2 << 20));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "source: {elasticsearch: 'http://h', index: i}, destinations: [s3: {region: r}]",
                "source: {snapshot-repository: {s3: {region: r}}, index: i}, destinations: [directory: d]"
            })
    void aBucketIsRequired(String keys) {
        assertThatThrownBy(() -> ScheduleText.read(folder, "{dataset: d, title: T, " + keys + "}"))
                .hasMessageContaining("required key `bucket` is missing");
    }

    @Test
    void aMissingRequiredKeyIsReported() {
        assertProblems(
                "title: T\n",
                "3 problems in FILE",
                "FILE:1: required key `dataset` is missing",
                "FILE:1: required key `source` is missing",
                "FILE:1: required key `destinations` is missing");
        assertProblems(
                WITHOUT_SOURCE + "source: {}\n",
                "2 problems in FILE",
                "FILE:3: /source: required key `index` is missing",
                "FILE:3: /source: must have exactly one of elasticsearch, opensearch, cloud-id, snapshot-repository");
    }

    @Test
    void aCloudIdNamesTheUrlOfItsCluster() throws Exception {
        String of = "cloud-id: '%s', index: i";
        assertThat(ScheduleText.read(
                                folder, source(of.formatted("name:ZXVyb3BlLmV4YW1wbGUub3JnOjkyNDMkYWJjMTIzJGRlZg==")))
                        .source()
                        .url())
                .isEqualTo(URI.create("https://abc123.europe.example.org:9243"));
        assertThat(ScheduleText.read(folder, source(of.formatted("ZXhhbXBsZS5vcmckYWJj")))
                        .source()
                        .url())
                .isEqualTo(URI.create("https://abc.example.org"));
    }

    @Test
    void aDumpGoesToAtMostOneDirectory() {
        assertProblems(
                LEAST.replace("[{directory: dumps}]", "[]"),
                "FILE:3: /destinations: must have at least 1 items but found 0");
        assertProblems(
                LEAST.replace("[{directory: dumps}]", "[{directory: a}, {directory: b}]"),
                "FILE:1: destinations must contain at most one directory");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{directory: a}",
                "{s3: {bucket: other, home: true}}",
                "{s3: {bucket: other}}",
                "{internet-archive: {item: 'x-{date}', access-key: '${env:SECRET}', secret-key: '${env:SECRET}'}}"
            })
    void aBucketInWhichDumpsAreMadeIsTheOnlyDestination(String other) {
        assertProblems(
                LEAST.replace("[{directory: dumps}]", "[{s3: {bucket: dumps, home: true}}, " + other + "]"),
                "FILE:1: destinations must contain nothing beside a bucket with home: true, in which dumps are made");
    }

    @Test
    void aBucketInWhichDumpsAreMadeNeedsConditionalWrites() {
        assertProblems(
                LEAST.replace("{directory: dumps}", "{s3: {bucket: dumps, home: true, conditional-writes: false}}"),
                "FILE:3: /destinations/0/s3: home requires conditional-writes: two exports would not exclude each other");
    }

    @Test
    void changesAreNotMadeInABucket() {
        assertProblems(
                LEAST.replace("{directory: dumps}", "{s3: {bucket: dumps, home: true}}") + "changes: {key: id}\n",
                "FILE:1: changes cannot be made where the home is a bucket: they are compared with the files of the dump before");
    }

    @Test
    void aDestinationIsOnePlace() {
        String one = "must name one of directory, s3 and internet-archive";
        assertProblems(LEAST.replace("{directory: dumps}", "{}"), "FILE:3: /destinations/0: " + one);
        assertProblems(
                LEAST.replace("{directory: dumps}", "{directory: a, s3: {bucket: bbb}}"),
                "FILE:3: /destinations/0: " + one);
    }

    @Test
    void keysOfABucketAreGivenInPairs() {
        assertProblems(
                LEAST.replace("{directory: dumps}", "{s3: {bucket: bbb, access-key: '${env:SECRET}'}}"),
                "FILE:3: /destinations/0/s3: access-key and secret-key must be set together");
    }

    @Test
    void aSnapshotRepositoryIsOnePlaceAndKeysOfItsBucketAreGivenInPairs() {
        assertProblems(
                source("snapshot-repository: {directory: a, s3: {bucket: bbb}}, index: i"),
                "FILE:3: /source/snapshot-repository: must have exactly one of directory, s3");
        assertProblems(
                source("snapshot-repository: {s3: {bucket: bbb, access-key: '${env:SECRET}'}}, index: i"),
                "FILE:3: /source/snapshot-repository/s3: access-key and secret-key must be set together");
    }

    @Test
    void aUrlThatNamesAreAppendedToEndsInASlash() {
        assertProblems(
                LEAST.replace("{directory: dumps}", "{s3: {bucket: bbb, public-url: 'https://d.example.org'}}"),
                "FILE:3: /destinations/0/s3: public-url must be a URL that ends in /, without ? and #");
    }

    @Test
    void twoFormatsCannotWriteFilesWithTheSameNames() throws Exception {
        assertProblems(
                LEAST + "formats: [{jsonl: {level: 1}}, {jsonl: {level: 9}}]\n",
                "FILE:1: two formats would write files of the same names");
        assertThat(ScheduleText.read(folder, LEAST + "formats: [{jsonl: {}}, {jsonl: {compression: none}}]\n")
                        .formats())
                .hasSize(2);
    }

    @Test
    void brokenRulesOfTwoSectionsAreReportedWithTheRest() {
        assertProblems(
                """
                dataset: d
                source:
                  elasticsearch: http://localhost:9200
                  index: i
                  username: u
                destinations: [{directory: dumps}]
                parts: {documents: 0}
                gates: {}
                """,
                "3 problems in FILE",
                "FILE:2: /source: username and password must be set together",
                "FILE:7: /parts/documents: must have a minimum value of 1",
                "FILE:8: /gates: unknown key, did you mean `gate`?");
    }

    @Test
    void everyWrongTypeIsReported() {
        assertProblems(
                """
                dataset: [d]
                covers: 5
                source: []
                formats: [5, {jsonl: [1]}]
                parts: {documents: {}, bytes: []}
                destinations: {}
                gate: 1
                """,
                "9 problems in FILE",
                "FILE:1: /dataset: array found, string expected",
                "FILE:2: /covers: integer found, array expected",
                "FILE:3: /source: array found, object expected",
                "FILE:4: /formats/0: integer found, object expected",
                "FILE:4: /formats/1/jsonl: array found, object expected",
                "FILE:5: /parts/bytes: array found, [string, integer] expected",
                "FILE:5: /parts/documents: object found, integer expected",
                "FILE:6: /destinations: object found, array expected",
                "FILE:7: /gate: integer found, object expected");
    }

    @Test
    void noSecretIsPrintedWithTheFile() throws Exception {
        ScheduleFile file = ScheduleText.read(folder, source(ok("api-key: '${env:SECRET}'")));

        assertThat(file.toString()).contains("apiKey=****").doesNotContain(HUNTER);
    }

    @ParameterizedTest
    @CsvSource({"'', d", "'title: T', T"})
    void theTitleDefaultsToTheName(String line, String title) throws Exception {
        assertThat(ScheduleText.read(folder, LEAST + line).toDataset().title()).isEqualTo(title);
    }

    @Test
    void theDatasetHasTheFactsOfTheFile() throws Exception {
        Dataset dataset = ScheduleText.read(folder, LEAST + """
                        title: T
                        description: D
                        license: CC0-1.0
                        homepage: https://example.org/
                        covers: [/a]
                        publisher: P
                        """).toDataset();

        assertThat(dataset)
                .isEqualTo(new Dataset("d", "T", "D", "CC0-1.0", "https://example.org/", List.of("/a"), "P"));
    }

    @Test
    void theExampleCanBeRead() throws Exception {
        ScheduleFile file =
                ConfigFile.read(Path.of("schedules", "journals.yaml"), ScheduleFile.class, ENVIRONMENT::get);

        assertThat(file.dataset()).isEqualTo("journals");
        assertThat(file.covers()).containsExactly("/api/search/journals", "/query/journal*");
        assertThat(file.source().elasticsearch()).isEqualTo(URI.create("https://search.example.org:9200"));
        assertThat(reveal(file.source().apiKey())).isEqualTo(HUNTER);
        assertThat(file.source().query()).hasToString("{\"term\":{\"in_directory\":true}}");
        assertThat(file.source().politeness().maxShare()).isEqualTo(0.5);
        assertThat(file.destinations())
                .containsExactly(new DestinationSection(
                        Path.of("/srv/dumps"), URI.create("https://example.org/dumps/"), true, null, null));
    }

    @Test
    void theExampleNamesItsMissingVariables() {
        Path example = Path.of("schedules", "journals.yaml");

        assertThatThrownBy(() -> ConfigFile.read(example, ScheduleFile.class, name -> null))
                .message()
                .isEqualToNormalizingNewlines("""
                        2 problems in FILE
                        FILE:11: /source/elasticsearch: environment variable ELASTICSEARCH_URL is not set
                        FILE:12: /source/api-key: environment variable ELASTICSEARCH_API_KEY is not set""".replace("FILE", example.toString()));
    }

    private static @Nullable String reveal(@Nullable Secret secret) {
        return secret == null ? null : secret.reveal();
    }

    private void assertProblems(String text, String... lines) {
        String file = folder.resolve("s.yaml").toString();
        assertThatThrownBy(() -> ScheduleText.read(folder, text))
                .isInstanceOf(SpillwayException.class)
                .satisfies(failure -> assertThat(
                                failure.getMessage().replace(file, "FILE").lines())
                        .containsExactly(lines));
    }
}
