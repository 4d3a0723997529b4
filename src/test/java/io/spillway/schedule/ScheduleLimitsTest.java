package io.spillway.schedule;

import static io.spillway.schedule.ScheduleText.HUNTER;
import static io.spillway.schedule.ScheduleText.LEAST;
import static io.spillway.schedule.ScheduleText.inRepository;
import static io.spillway.schedule.ScheduleText.ok;
import static io.spillway.schedule.ScheduleText.source;
import static io.spillway.schedule.ScheduleText.times;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.fault.SpillwayException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Values that a key of a schedule refuses, each with its message. */
class ScheduleLimitsTest {
    @TempDir
    private Path folder;

    static Stream<Arguments> limits() {
        String name = "must be 1 to 64 of a-z, 0-9 and -, starting and ending with a letter or digit";
        String address = "must be an http:// or https:// URL without a user name or password";
        String index = "must have no spaces and begin with neither _ nor -";
        String cron = "must be six or seven fields from seconds to year, such as 0 0 3 ? * SUN";
        String unix = "has five fields as in Unix: write seconds first and ? for one of the two days: 0 0 3 ? * SUN";
        String zone = "must be a time zone such as Europe/Berlin or UTC";
        String fingerprint = "must be a SHA-256 fingerprint: 64 hexadecimal digits, with or without colons";
        return Stream.of(
                Arguments.of(LEAST.replace("dataset: d", "dataset: D"), "/dataset: " + name),
                Arguments.of(LEAST.replace("dataset: d", "dataset: " + "d".repeat(65)), "/dataset: " + name),
                Arguments.of(LEAST.replace("dataset: d", "dataset: ../d"), "/dataset: " + name),
                Arguments.of(LEAST.replace("dataset: d", "dataset: \"d\\n\""), "/dataset: " + name),
                limit("title: ' '", "/title: must not be blank"),
                limit("description: ''", "/description: must not be blank"),
                limit(
                        "license: public domain",
                        "/license: must be an SPDX identifier such as CC0-1.0, or an expression of several;"
                                + " write another licence as {name: NAME, url: URL}"),
                limit(
                        "license: {name: Ours}",
                        "/license: has a name but no url; a licence that SPDX does not list needs both"),
                limit(
                        "license: {url: 'https://example.org/'}",
                        "/license: has a url but no name; a licence that SPDX does not list needs both"),
                limit("license: {}", "/license: must have name and url, or spdx"),
                limit("license: {name: Ours, href: 'https://example.org/'}", "/license/href: unknown key"),
                limit(
                        "license: {name: Ours, url: 'ftp://example.org/'}",
                        "/license/url: must be an http:// or https:// URL without a user name or password"),
                limit(
                        "license: {name: cc0-1.0, url: 'https://example.org/'}",
                        "/license: SPDX lists \"cc0-1.0\"; write license: CC0-1.0 without name and url"),
                limit(
                        "license: {spdx: MIT, name: Ours, url: 'https://example.org/'}",
                        "/license: spdx must have exactly one LicenseRef-NAME, which name and url describe: MIT"),
                limit(
                        "license: CC0",
                        "/license: license \"CC0\" is not an SPDX identifier (did you mean CC0-1.0?);"
                                + " write a licence that SPDX does not list with its name and url"),
                limit("license: 1.0", "put it in quotes"),
                limit("homepage: example.org", "/homepage: " + address),
                limit("covers: [a]", "/covers/0: must begin with / and have no spaces"),
                sourceLimit("elasticsearch: 'http://u:p@h', index: i", "/elasticsearch: " + address),
                sourceLimit("elasticsearch: 'tcp://h', index: i", "/elasticsearch: " + address),
                sourceLimit("elasticsearch: 'http://h/?x', index: i", ": elasticsearch must be a URL without ? and #"),
                sourceLimit(
                        "elasticsearch: 'http://h', opensearch: 'http://h', index: i",
                        ": must have exactly one of elasticsearch, opensearch, cloud-id, snapshot-repository"),
                sourceLimit(
                        "cloud-id: 'n:bm8gY2x1c3Rlcg==', index: i",
                        ": cloud-id is not a Cloud ID: its second half names no cluster"),
                sourceLimit(
                        "elasticsearch: 'http://h', index: i, headers: {Host: x}", ": headers cannot have \"Host\""),
                sourceLimit(
                        "elasticsearch: 'http://h', index: i, client-key: a",
                        ": client-key and client-key-password need client-certificate"),
                sourceLimit(
                        "elasticsearch: 'http://h', index: i, snapshot: latest",
                        ": snapshot and max-age need snapshot-repository"),
                sourceLimit(
                        inRepository(", query: {match_all: {}}"),
                        ": query cannot choose documents in a snapshot repository, which has no searches:"
                                + " query={\"match_all\":{}}; remove it to publish all documents, choose them by their values"
                                + " with where, or read from the cluster with elasticsearch"),
                sourceLimit(
                        inRepository(", routing: a"),
                        ": routing cannot choose documents in a snapshot repository, which has no searches: routing=a;"
                                + " remove it to publish all documents, choose them by their values with where, or read from"
                                + " the cluster with elasticsearch"),
                sourceLimit(ok("where: {a: [1]}"), "/where/a: array found, [string, number, boolean] expected"),
                sourceLimit(ok("where: {a: null}"), "/where/a: has no value"),
                sourceLimit(
                        inRepository(", username: u, password: '${env:SECRET}', headers: {A: b}"),
                        ": username, headers are for a cluster, and snapshot-repository contacts none: remove them"),
                sourceLimit(
                        inRepository(", politeness: {max-share: 0.5}"),
                        ": politeness.max-share is for a cluster, and snapshot-repository contacts none: remove it"),
                sourceLimit("elasticsearch: 'http://h', index: _all", "/index: " + index),
                sourceLimit("elasticsearch: 'http://h', index: -x", "/index: " + index),
                sourceLimit("elasticsearch: 'http://h', index: 'a b'", "/index: " + index),
                sourceLimit(ok("slices: 0"), "/slices: must have a minimum value of 1"),
                sourceLimit(ok("slices: 1025"), "/slices: must have a maximum value of 1024"),
                sourceLimit(ok("page-bytes: 65535"), "/page-bytes: must be at least 64KiB"),
                sourceLimit(ok("page-bytes: 65MiB"), "/page-bytes: must be at most 64MiB"),
                sourceLimit(ok("request-timeout: 999ms"), "/request-timeout: must be at least 1s"),
                sourceLimit(ok("request-timeout: 61m"), "/request-timeout: must be at most 1h"),
                sourceLimit(ok("fingerprint: abcd"), "/fingerprint: " + fingerprint),
                sourceLimit(ok("query: all"), "/query: string found, object expected"),
                sourceLimit(
                        ok("politeness: {max-share: 0.009}"),
                        "/politeness/max-share: must have a minimum value of 0.01"),
                sourceLimit(
                        ok("politeness: {max-share: 1.1}"), "/politeness/max-share: must have a maximum value of 1.0"),
                sourceLimit(ok("politeness: {lanes: 0}"), "/politeness/lanes: must have a minimum value of 1"),
                sourceLimit(ok("politeness: {lanes: 65}"), "/politeness/lanes: must have a maximum value of 64"),
                sourceLimit(ok("username: u"), ": username and password must be set together"),
                sourceLimit(ok("password: '${env:SECRET}'"), ": username and password must be set together"),
                sourceLimit(
                        ok("api-key: '${env:SECRET}', bearer-token: '${env:SECRET}'"),
                        ": api-key, username with password, bearer-token, and aws are mutually exclusive"),
                sourceLimit(
                        ok("api-key: '${env:SECRET}', username: u, password: '${env:SECRET}'"),
                        ": api-key, username with password, bearer-token, and aws are mutually exclusive"),
                limit("formats: []", "/formats: must have at least 1 items but found 0"),
                limit("formats: [{}]", "/formats/0: must have exactly one of jsonl, bulk, csv, tar, parquet"),
                limit("formats: [jsonl]", "/formats/0: string found, object expected; write {jsonl: {}}"),
                limit("formats: [jason]", "/formats/0: string found, object expected"),
                limit("formats: [{tsv: {}}]", "/formats/0/tsv: unknown key, did you mean `csv`?"),
                limit("formats: [{jsonl: }]", "/formats/0/jsonl: has no value; write {} for its defaults"),
                limit(
                        "formats: [{jsonl: {compression: zip}}]",
                        "/formats/0/jsonl/compression: must be one of gzip, zstd, xz, bzip2, none; did you mean gzip?"),
                limit(
                        "formats: [{jsonl: {level: 0}}]",
                        "/formats/0/jsonl: compression \"gzip\" has levels 1 to 9, not 0"),
                limit(
                        "formats: [{jsonl: {level: 10}}]",
                        "/formats/0/jsonl: compression \"gzip\" has levels 1 to 9, not 10"),
                limit("parts: {documents: 0}", "/parts/documents: must have a minimum value of 1"),
                limit("parts: {bytes: 1MB}", "/parts/bytes: must be at least 1MiB"),
                limit("gate: {empty: ignore}", "/gate/empty: must be one of stop, publish"),
                limit("gate: {schema: ignore}", "/gate/schema: must be one of warn, stop"),
                limit("gate: {shrink: 5}", "/gate/shrink: integer found, string expected"),
                limit("gate: {shrink: 101%}", "/gate/shrink: must be a percentage from 0% to 100%, such as 5% or 0.5%"),
                limit("notices: {languages: []}", "/notices/languages: must have at least 1 items but found 0"),
                limit(
                        "notices: {languages: [EN]}",
                        "/notices/languages/0: must be a code of two or three letters, such as en"),
                limit("notices: {contact: \"a\\nb\"}", "/notices/contact: must be one line of 2 to 200 characters"),
                limit("notices: {retry-after: 0s}", "/notices/retry-after: must be at least 1s"),
                limit("notices: {languages: [de, de]}", "/notices: languages must not contain duplicates"),
                limit("schedule: {}", "/schedule: required key `cron` is missing"),
                limit(times("0 3 * * SUN"), "/schedule/cron: " + unix),
                limit(times("0 3 *"), "/schedule/cron: " + cron),
                limit(
                        times("0 0 25 ? * *"),
                        "/schedule/cron: must be a cron expression; Quartz says: Hour values must be"
                                + " between 0 and 23"),
                limit(times("0 0 0 30 2 ?"), "/schedule/cron: has no future time"),
                limit(times("0 0 0 1 1 ? 2020"), "/schedule/cron: has no future time"),
                limit(times("0 0 3 ? * SUN', time-zone: 'Mars/Base"), "/schedule/time-zone: " + zone),
                limit(times("0 0 3 ? * SUN', time-zone: 'UTC+1"), "/schedule/time-zone: " + zone),
                limit(times("0 0 3 ? * SUN', missed: 'all"), "/schedule/missed: must be one of run-once, skip"),
                limit(times("0 0 3 ? * SUN', time-limit: '59s"), "/schedule/time-limit: must be at least 1m"),
                limit("reserve: {last: 8}", "/reserve: unknown key"));
    }

    @ParameterizedTest
    @MethodSource("limits")
    void aValueOverItsLimitIsRefused(String text, String problem) {
        assertThatThrownBy(() -> ScheduleText.read(folder, text))
                .isInstanceOf(SpillwayException.class)
                .message()
                .matches("(?s)[^\n]*:[0-9]+: .*")
                .endsWith(problem.startsWith(":") ? "/source" + problem : problem)
                .doesNotContain("\n", HUNTER);
    }

    private static Arguments limit(String line, String problem) {
        return Arguments.of(LEAST + line, problem);
    }

    private static Arguments sourceLimit(String keys, String problem) {
        return Arguments.of(source(keys), problem.startsWith(":") ? problem : "/source" + problem);
    }
}
