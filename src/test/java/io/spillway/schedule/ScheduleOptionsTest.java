package io.spillway.schedule;

import static io.spillway.schedule.ScheduleText.FINGERPRINT;
import static io.spillway.schedule.ScheduleText.FRENCH;
import static io.spillway.schedule.ScheduleText.HUNTER;
import static io.spillway.schedule.ScheduleText.LEAST;
import static io.spillway.schedule.ScheduleText.LONG_SECRET;
import static io.spillway.schedule.ScheduleText.inRepository;
import static io.spillway.schedule.ScheduleText.ok;
import static io.spillway.schedule.ScheduleText.source;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.spillway.config.Cron;
import io.spillway.config.DataSize;
import io.spillway.config.Percent;
import io.spillway.config.Secret;
import io.spillway.notices.NoticeSettings;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each key of a schedule: its default, another value, and that no key is missing here. */
class ScheduleOptionsTest {
    @TempDir
    private Path folder;

    /**
     * An option: its default, null if it has none, and a file that gives it another value.
     *
     * @param file the lines that follow {@link ScheduleText#LEAST}, or the whole file if they name the dataset
     */
    record Option(
            String name,
            Function<ScheduleFile, @Nullable Object> reads,
            @Nullable Object standard,
            String file,
            Object given) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Option> options() {
        return List.of(
                required("dataset", ScheduleFile::dataset, LEAST.replace("dataset: d", "dataset: d-2"), "d-2"),
                option("title", ScheduleFile::title, null, "title: T", "T"),
                option("description", ScheduleFile::description, null, "description: D", "D"),
                option(
                        "license.spdx",
                        file -> file.license() == null ? null : file.license().spdx(),
                        null,
                        "license: {spdx: mit or LicenseRef-ours, name: Ours, url: 'https://example.org/terms'}",
                        "MIT OR LicenseRef-ours"),
                option(
                        "license.name",
                        file -> file.license() == null ? null : file.license().name(),
                        null,
                        "license: {name: Our terms, url: 'https://example.org/terms'}",
                        "Our terms"),
                option(
                        "license.url",
                        file -> file.license() == null ? null : file.license().url(),
                        null,
                        "license: {name: Our terms, url: 'https://example.org/terms'}",
                        URI.create("https://example.org/terms")),
                option(
                        "homepage",
                        ScheduleFile::homepage,
                        null,
                        "homepage: https://example.org/@x?y#z",
                        URI.create("https://example.org/@x?y#z")),
                option("publisher", ScheduleFile::publisher, null, "publisher: P", "P"),
                option("covers", ScheduleFile::covers, List.of(), "covers: [/a, /b]", List.of("/a", "/b")),
                new Option(
                        "source.elasticsearch",
                        file -> file.source().elasticsearch(),
                        URI.create("http://localhost:9200"),
                        source("elasticsearch: 'https://h/path', index: i"),
                        URI.create("https://h/path")),
                new Option(
                        "source.opensearch",
                        file -> file.source().opensearch(),
                        null,
                        source("opensearch: 'https://h/path', index: i"),
                        URI.create("https://h/path")),
                new Option(
                        "source.cloud-id",
                        file -> file.source().cloudId(),
                        null,
                        source("cloud-id: 'name:ZXVyb3BlLmV4YW1wbGUub3JnOjkyNDMkYWJjMTIzJGRlZg==', index: i"),
                        "name:ZXVyb3BlLmV4YW1wbGUub3JnOjkyNDMkYWJjMTIzJGRlZg=="),
                new Option(
                        "source.snapshot-repository.directory",
                        file -> file.source().isRepository()
                                ? file.source().snapshotRepository().directory()
                                : null,
                        null,
                        source(inRepository("")),
                        Path.of("backups")),
                inBucket("bucket", bucket -> bucket.access().bucket(), "", "bbb"),
                inBucket("region", bucket -> bucket.access().region(), "region: r", "r"),
                inBucket(
                        "endpoint",
                        bucket -> bucket.access().endpoint(),
                        "endpoint: 'http://h'",
                        URI.create("http://h")),
                inBucket("path-style", bucket -> bucket.access().pathStyle(), "path-style: true", true),
                inBucket(
                        "access-key",
                        bucket -> reveal(bucket.access().accessKey()),
                        "access-key: '${env:SECRET}', secret-key: '${env:SECRET}'",
                        HUNTER),
                inBucket(
                        "secret-key",
                        bucket -> reveal(bucket.access().secretKey()),
                        "access-key: '${env:SECRET}', secret-key: '${env:SECRET}'",
                        HUNTER),
                inBucket(
                        "session-token",
                        bucket -> reveal(bucket.access().sessionToken()),
                        "access-key: '${env:SECRET}', secret-key: '${env:SECRET}', session-token: '${env:SECRET}'",
                        HUNTER),
                inBucket("profile", bucket -> bucket.access().profile(), "profile: p", "p"),
                inBucket("base-path", RepositoryBucketSection::basePath, "base-path: a/b", "a/b"),
                new Option(
                        "source.snapshot",
                        file -> file.source().snapshot(),
                        null,
                        source(inRepository(", snapshot: nightly-*")),
                        "nightly-*"),
                new Option(
                        "source.max-age",
                        file -> file.source().maxAge(),
                        null,
                        source(inRepository(", max-age: 36h")),
                        Duration.ofHours(36)),
                inSource("api-key", file -> reveal(file.source().apiKey()), null, "api-key: '${env:SECRET}'", HUNTER),
                inSource(
                        "username",
                        file -> file.source().username(),
                        null,
                        "username: u, password: '${env:SECRET}'",
                        "u"),
                inSource(
                        "password",
                        file -> reveal(file.source().password()),
                        null,
                        "username: u, password: '${env:SECRET}'",
                        HUNTER),
                inSource(
                        "bearer-token",
                        file -> reveal(file.source().bearerToken()),
                        null,
                        "bearer-token: '${env:SECRET}'",
                        HUNTER),
                inSource("ca-file", file -> file.source().caFile(), null, "ca-file: tls/ca.pem", Path.of("tls/ca.pem")),
                inSource(
                        "fingerprint",
                        file -> file.source().fingerprint(),
                        null,
                        "fingerprint: '" + FINGERPRINT + "'",
                        FINGERPRINT),
                inSource(
                        "client-certificate",
                        file -> file.source().clientCertificate(),
                        null,
                        "client-certificate: a.p12",
                        Path.of("a.p12")),
                inSource(
                        "client-key",
                        file -> file.source().clientKey(),
                        null,
                        "client-certificate: a.pem, client-key: a.key",
                        Path.of("a.key")),
                inSource(
                        "client-key-password",
                        file -> reveal(file.source().clientKeyPassword()),
                        null,
                        "client-certificate: a.p12, client-key-password: '${env:SECRET}'",
                        HUNTER),
                inSource(
                        "aws.region",
                        file -> file.source().aws() == null
                                ? null
                                : file.source().aws().region(),
                        null,
                        "aws: {region: eu-central-1}",
                        "eu-central-1"),
                inSource(
                        "aws.service",
                        file -> file.source().aws() == null
                                ? null
                                : file.source().aws().service(),
                        null,
                        "aws: {region: eu-central-1, service: aoss}",
                        AwsSection.Service.AOSS),
                inSource(
                        "headers",
                        file -> file.source().headers(),
                        Map.of(),
                        "headers: {X-Tenant: a}",
                        Map.of("X-Tenant", "a")),
                inSource(
                        "proxy",
                        file -> file.source().proxy(),
                        null,
                        "proxy: 'http://proxy.example.org:3128'",
                        URI.create("http://proxy.example.org:3128")),
                required(
                        "source.index",
                        file -> file.source().index(),
                        source("elasticsearch: 'http://h', index: 'logs-*,x'"),
                        "logs-*,x"),
                inSource(
                        "query",
                        file -> file.source().query(),
                        null,
                        "query: {term: {public: true}}",
                        new JsonMapper()
                                .createObjectNode()
                                .set("term", new JsonMapper().createObjectNode().put("public", true))),
                inSource(
                        "where",
                        file -> file.source().where(),
                        Map.of(),
                        "where: {in.directory: true, size: 0.10000000000000001, zip: '01'}",
                        Map.of(
                                "in.directory",
                                BooleanNode.TRUE,
                                "size",
                                DecimalNode.valueOf(new BigDecimal("0.10000000000000001")),
                                "zip",
                                TextNode.valueOf("01"))),
                inSource("publish-query", file -> file.source().publishQuery(), false, "publish-query: true", true),
                inSource("publish-index", file -> file.source().publishIndex(), true, "publish-index: false", false),
                inSource("slices", file -> file.source().slices(), null, "slices: 1024", 1024),
                inSource("preference", file -> file.source().preference(), null, "preference: _local", "_local"),
                inSource("routing", file -> file.source().routing(), null, "routing: 'a,b'", "a,b"),
                inSource(
                        "not-utf8",
                        file -> file.source().notUtf8(),
                        SourceSection.NotUtf8.STOP,
                        "not-utf8: replace",
                        SourceSection.NotUtf8.REPLACE),
                inSource(
                        "vectors",
                        file -> file.source().vectors(),
                        SourceSection.Vectors.STOP,
                        "vectors: rebuilt",
                        SourceSection.Vectors.REBUILT),
                inSource(
                        "page-bytes",
                        file -> file.source().pageBytes(),
                        DataSize.parse("4MiB"),
                        "page-bytes: 64KiB",
                        DataSize.ofBytes(65_536)),
                inSource(
                        "request-timeout",
                        file -> file.source().requestTimeout(),
                        Duration.ofMinutes(2),
                        "request-timeout: 90s",
                        Duration.ofSeconds(90)),
                inSource(
                        "politeness.max-share",
                        file -> file.source().politeness().maxShare(),
                        1.0,
                        "politeness: {max-share: 0.01}",
                        0.01),
                inSource(
                        "politeness.lanes",
                        file -> file.source().politeness().lanes(),
                        null,
                        "politeness: {lanes: 64}",
                        64),
                inFields(
                        "include",
                        file -> file.fields().include(),
                        List.of(),
                        "{include: [a, b.**]}",
                        List.of("a", "b.**")),
                inFields("exclude", file -> file.fields().exclude(), List.of(), "{exclude: [a]}", List.of("a")),
                inFields("blur.field", blur(BlurSection::field), null, "{blur: [{field: a, by: hash}], KEY}", "a"),
                inFields(
                        "blur.by",
                        blur(BlurSection::by),
                        null,
                        "{blur: [{field: a, by: mask-ip}]}",
                        BlurSection.Way.MASK_IP),
                inFields(
                        "blur.value",
                        blur(BlurSection::value),
                        null,
                        "{blur: [{field: a, by: constant, value: x}]}",
                        "x"),
                inFields(
                        "unlisted",
                        file -> file.fields().unlisted(),
                        null,
                        "{unlisted: withhold}",
                        FieldsSection.Unlisted.WITHHOLD),
                inFields("hash-key", file -> reveal(file.fields().hashKey()), null, "{KEY}", LONG_SECRET),
                inFields(
                        "descriptions",
                        file -> file.fields().descriptions(),
                        Map.of(),
                        "{descriptions: {a.b: 'What it means.', '*/~': x}}",
                        Map.of("a.b", "What it means.", "*/~", "x")),
                inFields("examples", file -> file.fields().examples(), false, "{examples: true}", true),
                inJsonl(
                        "compression",
                        CompressionName.GZIP,
                        "compression: none",
                        section -> section.files().compression(),
                        CompressionName.NONE),
                inJsonl("level", null, "level: 9", section -> section.files().level(), 9),
                inJsonl(
                        "workers",
                        0,
                        "compression: zstd, workers: 2",
                        section -> section.files().workers(),
                        2),
                inJsonl("id", Ids.NONE, "id: _id", JsonLinesSection::id, Ids.ID),
                inBulk(
                        "compression",
                        "compression: zstd",
                        section -> section.files().compression(),
                        CompressionName.ZSTD),
                inBulk("level", "level: 9", section -> section.files().level(), 9),
                inBulk(
                        "workers",
                        "compression: zstd, workers: 2",
                        section -> section.files().workers(),
                        2),
                inBulk("action", "action: create", BulkSection::action, BulkSection.Action.CREATE),
                inBulk("request-bytes", "request-bytes: 64KiB", BulkSection::requestBytes, DataSize.ofBytes(65_536)),
                inCsv(
                        "compression",
                        "compression: xz",
                        section -> section.files().compression(),
                        CompressionName.XZ),
                inCsv("level", "level: 9", section -> section.files().level(), 9),
                inCsv(
                        "workers",
                        "compression: zstd, workers: 2",
                        section -> section.files().workers(),
                        2),
                inCsv("columns", "columns: [id, a.b]", CsvSection::columns, List.of("id", "a.b")),
                inCsv("id", "id: _id", CsvSection::id, Ids.ID),
                inCsv("arrays", "arrays: join", CsvSection::arrays, CsvSection.Arrays.JOIN),
                inCsv("separator", "arrays: join, separator: ';'", CsvSection::separator, ";"),
                inCsv("byte-order-mark", "byte-order-mark: true", CsvSection::byteOrderMark, true),
                inCsv("escape-formulas", "escape-formulas: true", CsvSection::escapeFormulas, true),
                inCsv("unlisted", "unlisted: stop", CsvSection::unlisted, CsvSection.Unlisted.STOP),
                inTar(
                        "compression",
                        "compression: zstd",
                        section -> section.files().compression(),
                        CompressionName.ZSTD),
                inTar("level", "level: 9", section -> section.files().level(), 9),
                inTar(
                        "workers",
                        "compression: zstd, workers: 2",
                        section -> section.files().workers(),
                        2),
                inTar("batch-documents", "batch-documents: 1", TarSection::batchDocuments, 1L),
                inTar("batch-bytes", "batch-bytes: 64KiB", TarSection::batchBytes, DataSize.ofBytes(65_536)),
                inTar("id", "id: _id", TarSection::id, Ids.ID),
                inParquet("level", "level: 9", ParquetSection::level, 9),
                inParquet("list", "list: [tags]", ParquetSection::list, List.of("tags")),
                inParquet("dates", "dates: timestamp", ParquetSection::dates, ParquetSection.Dates.TIMESTAMP),
                inParquet("source", "source: true", ParquetSection::source, true),
                inParquet("id", "id: _id", ParquetSection::id, Ids.ID),
                option(
                        "changes.key",
                        file -> file.changes() == null ? null : file.changes().key(),
                        null,
                        "formats: [{jsonl: {id: _id}}]\nchanges: {key: _id}",
                        "_id"),
                option("parts.documents", file -> file.parts().documents(), 400_000L, "parts: {documents: 1}", 1L),
                option(
                        "parts.bytes",
                        file -> file.parts().bytes(),
                        DataSize.parse("1GiB"),
                        "parts: {bytes: 1MiB}",
                        DataSize.ofBytes(1 << 20)),
                option(
                        "parts.md5-and-sha1",
                        file -> file.parts().md5AndSha1(),
                        false,
                        "parts: {md5-and-sha1: true}",
                        true),
                required(
                        "destinations.directory",
                        file -> file.destinations().get(0).directory(),
                        LEAST.replace("directory: dumps", "directory: /srv"),
                        Path.of("/srv")),
                new Option(
                        "destinations.public-url",
                        file -> file.destinations().get(0).publicUrl(),
                        null,
                        LEAST.replace("directory: dumps", "directory: d, public-url: 'https://d.example.org/'"),
                        URI.create("https://d.example.org/")),
                new Option(
                        "destinations.try-public-url",
                        file -> file.destinations().get(0).tryPublicUrl(),
                        true,
                        LEAST.replace("directory: dumps", "directory: d, try-public-url: false"),
                        false),
                inS3("bucket", "", s3 -> s3.access().bucket(), "b-b"),
                inS3("region", "region: eu-central-1", s3 -> s3.access().region(), "eu-central-1"),
                inS3(
                        "endpoint",
                        "endpoint: 'http://localhost:9000'",
                        s3 -> s3.access().endpoint(),
                        URI.create("http://localhost:9000")),
                inS3("path-style", "path-style: true", s3 -> s3.access().pathStyle(), true),
                inS3(
                        "access-key",
                        "access-key: '${env:SECRET}', secret-key: '${env:SECRET}'",
                        s3 -> reveal(s3.access().accessKey()),
                        HUNTER),
                inS3(
                        "secret-key",
                        "access-key: '${env:SECRET}', secret-key: '${env:SECRET}'",
                        s3 -> reveal(s3.access().secretKey()),
                        HUNTER),
                inS3(
                        "session-token",
                        "access-key: '${env:SECRET}', secret-key: '${env:SECRET}', session-token: '${env:SECRET}'",
                        s3 -> reveal(s3.access().sessionToken()),
                        HUNTER),
                inS3("profile", "profile: dumps", s3 -> s3.access().profile(), "dumps"),
                inS3("prefix", "prefix: public/", S3Section::prefix, "public/"),
                inS3(
                        "public-url",
                        "public-url: 'https://d.example.org/'",
                        S3Section::publicUrl,
                        URI.create("https://d.example.org/")),
                inS3("try-public-url", "try-public-url: false", S3Section::tryPublicUrl, false),
                inS3("checksums", "checksums: md5", S3Section::checksums, S3Section.Checksums.MD5),
                inS3("conditional-writes", "conditional-writes: false", S3Section::conditionalWrites, false),
                inS3("proof", "proof: read", S3Section::proof, S3Section.Proof.READ),
                inS3("home", "home: true", S3Section::home, true),
                inS3("storage-class", "storage-class: STANDARD_IA", S3Section::storageClass, "STANDARD_IA"),
                inS3("encryption", "encryption: 'aws:kms'", S3Section::encryption, "aws:kms"),
                inS3("kms-key", "encryption: 'aws:kms', kms-key: k", S3Section::kmsKey, "k"),
                inS3("piece-bytes", "piece-bytes: 5MiB", S3Section::pieceBytes, DataSize.parse("5MiB")),
                inS3("requests", "requests: 64", S3Section::requests, 64),
                inArchive("item", "", ArchiveSection::item, "example-{date}"),
                inArchive("collection", "collection: test_collection", ArchiveSection::collection, "test_collection"),
                inArchive("mediatype", "mediatype: texts", ArchiveSection::mediatype, "texts"),
                inArchive("creator", "creator: C", ArchiveSection::creator, "C"),
                inArchive("subjects", "subjects: [a, b]", ArchiveSection::subjects, List.of("a", "b")),
                inArchive("access-key", "", ia -> reveal(ia.accessKey()), HUNTER),
                inArchive("secret-key", "", ia -> reveal(ia.secretKey()), HUNTER),
                inArchive("send-within", "send-within: 1h", ArchiveSection::sendWithin, Duration.ofHours(1)),
                inArchive(
                        "uploads",
                        "uploads: 'http://localhost:1'",
                        ArchiveSection::uploads,
                        URI.create("http://localhost:1")),
                inArchive("site", "site: 'http://localhost:2'", ArchiveSection::site, URI.create("http://localhost:2")),
                option("state", ScheduleFile::state, null, "state: /var/lib/spillway", Path.of("/var/lib/spillway")),
                option(
                        "gate.empty",
                        file -> file.gate().empty(),
                        GateSection.WhenEmpty.STOP,
                        "gate: {empty: publish}",
                        GateSection.WhenEmpty.PUBLISH),
                option(
                        "gate.shrink",
                        file -> file.gate().shrink(),
                        Percent.parse("5%"),
                        "gate: {shrink: 0.5%}",
                        Percent.parse("0.5%")),
                option(
                        "gate.schema",
                        file -> file.gate().schema(),
                        GateSection.WhenFieldsMove.WARN,
                        "gate: {schema: stop}",
                        GateSection.WhenFieldsMove.STOP),
                inKeep("last", KeepSection::last),
                inKeep("daily", KeepSection::daily),
                inKeep("weekly", KeepSection::weekly),
                inKeep("monthly", KeepSection::monthly),
                inKeep("yearly", KeepSection::yearly),
                option(
                        "keep.grace",
                        file -> Optional.ofNullable(file.keep())
                                .map(KeepSection::grace)
                                .orElse(null),
                        null,
                        "keep: {last: 1, grace: 2d}",
                        Duration.ofDays(2)),
                inNotices("languages", NoticesSection::languages, "languages: [de]", List.of("de")),
                inNotices(
                        "language-files",
                        NoticesSection::languageFiles,
                        "languages: [it], language-files: {it: " + FRENCH + "}",
                        Map.of("it", LanguageFile.of(FRENCH))),
                inNotices(
                        "documentation",
                        NoticesSection::documentation,
                        "documentation: 'https://d.example.org/use'",
                        URI.create("https://d.example.org/use")),
                inNotices("contact", NoticesSection::contact, "contact: a@example.org", "a@example.org"),
                inNotices(
                        "problem-types",
                        NoticesSection::problemTypes,
                        "problem-types: 'https://d.example.org/problems#'",
                        URI.create("https://d.example.org/problems#")),
                inNotices("retry-after", NoticesSection::retryAfter, "retry-after: 1m", Duration.ofMinutes(1)),
                inNotices("check", NoticesSection::check, "check: false", false),
                inSchedule("cron", TimesSection::cron, "cron: '0 30 4 * * ?'", Cron.parse("0 30 4 * * ?")),
                inSchedule("time-zone", TimesSection::timeZone, "WEEKLY, time-zone: UTC", ZoneId.of("UTC")),
                inSchedule("missed", TimesSection::missed, "WEEKLY, missed: skip", TimesSection.Missed.SKIP),
                inSchedule("retries", TimesSection::retries, "WEEKLY, retries: 0", 0),
                inSchedule("time-limit", TimesSection::timeLimit, "WEEKLY, time-limit: 1m", Duration.ofMinutes(1)));
    }

    private static Option inJsonl(
            String name,
            @Nullable Object standard,
            String file,
            Function<JsonLinesSection, Object> reads,
            Object given) {
        return option(
                "formats.jsonl." + name,
                schedule -> reads.apply(schedule.formats().get(0).jsonl()),
                standard,
                "formats: [{jsonl: {" + file + "}}]",
                given);
    }

    /** Absent by default, like the format itself. */
    private static Option inBulk(String name, String file, Function<BulkSection, Object> reads, Object given) {
        return inFormat("bulk", name, FormatSection::bulk, file, reads, given);
    }

    private static Option inCsv(String name, String file, Function<CsvSection, Object> reads, Object given) {
        return inFormat("csv", name, FormatSection::csv, file, reads, given);
    }

    private static Option inTar(String name, String file, Function<TarSection, Object> reads, Object given) {
        return inFormat("tar", name, FormatSection::tar, file, reads, given);
    }

    private static Option inParquet(String name, String file, Function<ParquetSection, Object> reads, Object given) {
        return inFormat("parquet", name, FormatSection::parquet, file, reads, given);
    }

    private static <T> Option inFormat(
            String kind,
            String name,
            Function<FormatSection, @Nullable T> section,
            String file,
            Function<T, Object> reads,
            Object given) {
        return option(
                "formats." + kind + "." + name,
                schedule -> {
                    T format = section.apply(schedule.formats().get(0));
                    return format == null ? null : reads.apply(format);
                },
                null,
                "formats: [{" + kind + ": {" + file + "}}]",
                given);
    }

    /** Absent by default, like the section itself. */
    private static Option inNotices(String name, Function<NoticesSection, Object> reads, String file, Object given) {
        return option(
                "notices." + name,
                schedule -> schedule.notices() == null ? null : reads.apply(schedule.notices()),
                null,
                "notices: {" + file + "}",
                given);
    }

    @Test
    void noticesHaveTheirDefaults() throws Exception {
        ScheduleFile file = ScheduleText.read(folder, LEAST + "notices: {}\n");
        assertThat(file.notices())
                .isEqualTo(new NoticesSection(
                        List.of("en", "de", "fr", "pt"), Map.of(), null, null, null, Duration.ofSeconds(10), true));
        assertThat(file.notices().toSettings()).isEqualTo(NoticeSettings.DEFAULT);
    }

    /** Absent by default, like the section itself. */
    private static Option inSchedule(String name, Function<TimesSection, Object> reads, String file, Object given) {
        return option(
                "schedule." + name,
                schedule -> schedule.schedule() == null ? null : reads.apply(schedule.schedule()),
                null,
                "schedule: {" + file.replace("WEEKLY", "cron: '0 0 3 ? * SUN'") + "}",
                given);
    }

    @Test
    void aScheduleHasItsDefaults() throws Exception {
        assertThat(ScheduleText.read(folder, LEAST + "schedule: {cron: '0 0 3 ? * SUN'}\n")
                        .schedule())
                .isEqualTo(new TimesSection(
                        Cron.parse("0 0 3 ? * SUN"),
                        ZoneId.of("UTC"),
                        TimesSection.Missed.RUN_ONCE,
                        5,
                        Duration.ofHours(6)));
    }

    @Test
    void aFormatHasItsDefaults() throws Exception {
        ScheduleFile file = ScheduleText.read(folder, LEAST + "formats: [{bulk: {}}, {csv: {}}, {tar: {}}]\n");
        CompressionSection gzip = new CompressionSection(CompressionName.GZIP, null, 0);
        assertThat(file.formats().get(0).bulk()).isEqualTo(new BulkSection(gzip, null, DataSize.parse("50MiB")));
        assertThat(file.formats().get(1).csv())
                .isEqualTo(new CsvSection(
                        gzip, null, Ids.NONE, CsvSection.Arrays.JSON, null, false, false, CsvSection.Unlisted.NOTE));
        assertThat(file.formats().get(2).tar())
                .isEqualTo(new TarSection(gzip, 100_000, DataSize.parse("256MiB"), Ids.NONE));
    }

    static Stream<Option> optional() {
        return options().stream().filter(option -> option.standard() != Required.REQUIRED);
    }

    @ParameterizedTest
    @MethodSource("optional")
    void anOptionHasItsDefault(Option option) throws Exception {
        assertThat(option.reads().apply(ScheduleText.read(folder, LEAST))).isEqualTo(option.standard());
        assertThat(option.given()).as("a value that differs from the default").isNotEqualTo(option.standard());
    }

    @ParameterizedTest
    @MethodSource("options")
    void anOptionHasTheValueOfTheFile(Option option) throws Exception {
        assertThat(option.reads().apply(ScheduleText.read(folder, option.file())))
                .isEqualTo(option.given());
    }

    @Test
    void everyOptionIsInTheTableOfThisTest() {
        assertThat(options().stream().map(Option::name)).containsExactlyElementsOf(keys("", ScheduleFile.class));
    }

    private static Option option(
            String name,
            Function<ScheduleFile, @Nullable Object> reads,
            @Nullable Object standard,
            String line,
            Object given) {
        return new Option(name, reads, standard, LEAST + line, given);
    }

    private static Option inSource(
            String name,
            Function<ScheduleFile, @Nullable Object> reads,
            @Nullable Object standard,
            String line,
            Object given) {
        return new Option("source." + name, reads, standard, source(ok(line)), given);
    }

    private static Option inBucket(
            String name, Function<RepositoryBucketSection, @Nullable Object> reads, String more, Object given) {
        return new Option(
                "source.snapshot-repository.s3." + name,
                file -> Optional.ofNullable(file.source().snapshotRepository())
                        .map(RepositorySection::s3)
                        .map(reads)
                        .orElse(null),
                null,
                source("snapshot-repository: {s3: {bucket: bbb%s}}, index: i"
                        .formatted(more.isEmpty() ? "" : ", " + more)),
                given);
    }

    private static Option inKeep(String name, Function<KeepSection, @Nullable Integer> reads) {
        return option(
                "keep." + name,
                file -> Optional.ofNullable(file.keep()).map(reads).orElse(null),
                null,
                "keep: {" + name + ": 3}",
                3);
    }

    private static Option inS3(String name, String keys, Function<S3Section, @Nullable Object> reads, Object given) {
        String entry = "s3: {bucket: b-b" + (keys.isEmpty() ? "" : ", " + keys) + "}";
        return new Option(
                "destinations.s3." + name,
                file -> Optional.ofNullable(file.destinations().get(0).s3())
                        .map(reads)
                        .orElse(null),
                null,
                LEAST.replace("directory: dumps", entry),
                given);
    }

    private static Option inArchive(
            String name, String keys, Function<ArchiveSection, @Nullable Object> reads, Object given) {
        String entry =
                "internet-archive: {item: 'example-{date}', access-key: '${env:SECRET}', secret-key: '${env:SECRET}'"
                        + (keys.isEmpty() ? "" : ", " + keys) + "}";
        return new Option(
                "destinations.internet-archive." + name,
                file -> Optional.ofNullable(file.destinations().get(0).internetArchive())
                        .map(reads)
                        .orElse(null),
                null,
                LEAST.replace("directory: dumps", entry),
                given);
    }

    private static Option inFields(
            String name,
            Function<ScheduleFile, @Nullable Object> value,
            @Nullable Object standard,
            String yaml,
            Object given) {
        return option(
                "fields." + name,
                value,
                standard,
                "fields: " + yaml.replace("KEY", "hash-key: '${env:LONG_SECRET}'"),
                given);
    }

    private static Function<ScheduleFile, @Nullable Object> blur(Function<BlurSection, @Nullable Object> value) {
        return file -> file.fields().blur().stream().findFirst().map(value).orElse(null);
    }

    private static Option required(
            String name, Function<ScheduleFile, @Nullable Object> reads, String file, Object given) {
        return new Option(name, reads, Required.REQUIRED, file, given);
    }

    /** The keys of a record that are not sections themselves, with the sections they are in. */
    private static List<String> keys(String section, Class<?> type) {
        List<String> keys = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            String key =
                    section + component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
            Class<?> value = item(component.getGenericType());
            if (component.getAccessor().isAnnotationPresent(JsonUnwrapped.class)) {
                keys.addAll(keys(section, value));
            } else if (value.isRecord() && value.getPackage().equals(ScheduleFile.class.getPackage())) {
                keys.addAll(keys(key + ".", value));
            } else {
                keys.add(key);
            }
        }
        return keys;
    }

    private static Class<?> item(Type type) {
        return type instanceof ParameterizedType list ? (Class<?>) list.getActualTypeArguments()[0] : (Class<?>) type;
    }

    /** Marks a required option. */
    private enum Required {
        REQUIRED
    }

    private static @Nullable String reveal(@Nullable Secret secret) {
        return secret == null ? null : secret.reveal();
    }
}
