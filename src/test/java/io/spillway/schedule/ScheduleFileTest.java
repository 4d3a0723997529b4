package io.spillway.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.spillway.config.ConfigFile;
import io.spillway.config.Cron;
import io.spillway.config.DataSize;
import io.spillway.config.Percent;
import io.spillway.config.Secret;
import io.spillway.dataset.Dataset;
import io.spillway.encode.BulkLines;
import io.spillway.encode.TarBatches;
import io.spillway.fault.SpillwayException;
import io.spillway.notices.NoticeSettings;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Files;
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
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleFileTest {
    private static final String FRENCH = "src/main/resources/io/spillway/page/texts_fr.properties";
    /** Every secret of a test has this value. */
    private static final String HUNTER = "hunter2";

    private static final String LONG_SECRET = "hunter2hunter2hunter2";

    private static final Map<String, String> ENVIRONMENT = Map.of(
            "SECRET",
            HUNTER,
            "LONG_SECRET",
            LONG_SECRET,
            "ELASTICSEARCH_URL",
            "https://search.example.org:9200",
            "ELASTICSEARCH_API_KEY",
            HUNTER);

    private static final String FINGERPRINT = "AB:".repeat(31) + "CD";

    private static final String LEAST = """
            dataset: d
            source: {elasticsearch: "http://localhost:9200", index: i}
            destinations: [{directory: dumps}]
            """;

    /** A file with a line that replaces the one in {@link #LEAST}. */
    private static final String WITHOUT_SOURCE = "dataset: d\ndestinations: [{directory: dumps}]\n";

    /**
     * An option: its default, null if it has none, and a file that gives it another value.
     *
     * @param file the lines that follow {@link #LEAST}, or the whole file if they name the dataset
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
        ScheduleFile file = read(LEAST + "notices: {}\n");
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
        assertThat(read(LEAST + "schedule: {cron: '0 0 3 ? * SUN'}\n").schedule())
                .isEqualTo(new TimesSection(
                        Cron.parse("0 0 3 ? * SUN"),
                        ZoneId.of("UTC"),
                        TimesSection.Missed.RUN_ONCE,
                        5,
                        Duration.ofHours(6)));
    }

    @Test
    void aFormatHasItsDefaults() throws Exception {
        ScheduleFile file = read(LEAST + "formats: [{bulk: {}}, {csv: {}}, {tar: {}}]\n");
        CompressionSection gzip = new CompressionSection(CompressionName.GZIP, null, 0);
        assertThat(file.formats().get(0).bulk()).isEqualTo(new BulkSection(gzip, null, DataSize.parse("50MiB")));
        assertThat(file.formats().get(1).csv())
                .isEqualTo(new CsvSection(
                        gzip, null, Ids.NONE, CsvSection.Arrays.JSON, null, false, false, CsvSection.Unlisted.NOTE));
        assertThat(file.formats().get(2).tar())
                .isEqualTo(new TarSection(gzip, 100_000, DataSize.parse("256MiB"), Ids.NONE));
    }

    @Test
    void aSeparatorWithoutJoinedArraysIsRefused() {
        assertThatThrownBy(() -> read(LEAST + "formats: [{csv: {separator: ';'}}]\n"))
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
        assertThat(read(LEAST + "formats: [{bulk: {}}]\n")
                        .formats()
                        .get(0)
                        .bulk()
                        .toAction(index))
                .isEqualTo(action);
        assertThat(read(LEAST + "formats: [{bulk: {action: index}}]\n")
                        .formats()
                        .get(0)
                        .bulk()
                        .toAction(index))
                .isEqualTo(BulkLines.Action.INDEX);
    }

    @Test
    void aFileInAnArchiveIsNoLargerThanAPart() throws Exception {
        ScheduleFile file = read(LEAST + "formats: [{tar: {}}]\nparts: {bytes: 2MiB}\n");
        assertThat(file.formats().get(0).tar().toLimits(file.parts()))
                .isEqualTo(new TarBatches.Limits(100_000, 2 << 20));
    }

    static Stream<Option> optional() {
        return options().stream().filter(option -> option.standard() != Required.REQUIRED);
    }

    @TempDir
    Path folder;

    @ParameterizedTest
    @MethodSource("optional")
    void anOptionHasItsDefault(Option option) throws Exception {
        assertThat(option.reads().apply(read(LEAST))).isEqualTo(option.standard());
        assertThat(option.given()).as("a value that differs from the default").isNotEqualTo(option.standard());
    }

    @ParameterizedTest
    @MethodSource("options")
    void anOptionHasTheValueOfTheFile(Option option) throws Exception {
        assertThat(option.reads().apply(read(option.file()))).isEqualTo(option.given());
    }

    @Test
    void everyOptionIsInTheTableOfThisTest() {
        assertThat(options().stream().map(Option::name)).containsExactlyElementsOf(keys("", ScheduleFile.class));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "source: {elasticsearch: 'http://h', index: i}, destinations: [s3: {region: r}]",
                "source: {snapshot-repository: {s3: {region: r}}, index: i}, destinations: [directory: d]"
            })
    void aBucketIsRequired(String keys) {
        assertThatThrownBy(() -> read("{dataset: d, title: T, " + keys + "}"))
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
        assertThat(read(source(of.formatted("name:ZXVyb3BlLmV4YW1wbGUub3JnOjkyNDMkYWJjMTIzJGRlZg==")))
                        .source()
                        .url())
                .isEqualTo(URI.create("https://abc123.europe.example.org:9243"));
        assertThat(read(source(of.formatted("ZXhhbXBsZS5vcmckYWJj"))).source().url())
                .isEqualTo(URI.create("https://abc.example.org"));
    }

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
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(SpillwayException.class)
                .message()
                .matches("(?s)[^\n]*:[0-9]+: .*")
                .endsWith(problem.startsWith(":") ? "/source" + problem : problem)
                .doesNotContain("\n", HUNTER);
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
        assertThat(read(LEAST + "formats: [{jsonl: {}}, {jsonl: {compression: none}}]\n")
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
        ScheduleFile file = read(source(ok("api-key: '${env:SECRET}'")));

        assertThat(file.toString()).contains("apiKey=****").doesNotContain(HUNTER);
    }

    @ParameterizedTest
    @CsvSource({"'', d", "'title: T', T"})
    void theTitleDefaultsToTheName(String line, String title) throws Exception {
        assertThat(read(LEAST + line).toDataset().title()).isEqualTo(title);
    }

    @Test
    void theDatasetHasTheFactsOfTheFile() throws Exception {
        Dataset dataset = read(LEAST + """
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

    /** Marks a required option. */
    private enum Required {
        REQUIRED
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

    private static String inRepository(String more) {
        return "snapshot-repository: {directory: backups}, index: i" + more;
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

    private static Arguments limit(String line, String problem) {
        return Arguments.of(LEAST + line, problem);
    }

    private static String times(String cron) {
        return "schedule: {cron: '" + cron + "'}";
    }

    private static Arguments sourceLimit(String keys, String problem) {
        return Arguments.of(source(keys), problem.startsWith(":") ? problem : "/source" + problem);
    }

    private static String source(String keys) {
        return WITHOUT_SOURCE + "source: {" + keys + "}\n";
    }

    private static String ok(String more) {
        return "elasticsearch: 'http://localhost:9200', index: i, " + more;
    }

    private static @Nullable String reveal(@Nullable Secret secret) {
        return secret == null ? null : secret.reveal();
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

    private ScheduleFile read(String text) throws Exception {
        return ConfigFile.read(Files.writeString(folder.resolve("s.yaml"), text), ScheduleFile.class, ENVIRONMENT::get);
    }

    private void assertProblems(String text, String... lines) {
        String file = folder.resolve("s.yaml").toString();
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(SpillwayException.class)
                .satisfies(failure -> assertThat(
                                failure.getMessage().replace(file, "FILE").lines())
                        .containsExactly(lines));
    }
}
