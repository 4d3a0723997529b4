package io.spillway.destination.s3;

import static io.spillway.destination.DestinationContract.bytes;
import static io.spillway.destination.DestinationContract.put;
import static io.spillway.destination.DestinationContract.read;
import static io.spillway.destination.DestinationContract.seeded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.spillway.destination.Digests;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.destination.s3.S3FaultProxy.Kind;
import io.spillway.destination.s3.S3Options.Address;
import io.spillway.destination.s3.S3Options.Dialect;
import io.spillway.destination.s3.S3Options.Proof;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/** S3 details that matter: headers, pieces, left-over uploads, dialects, and the faults that rejections become. */
@Timeout(120)
@Tag("slow")
class S3ObjectsTest {
    private static final String PART = "journals-2026-11-21T030000Z.00001.jsonl.gz";
    private static final ObjectKey DUMP = new ObjectKey("journals/2026-11-21T030000Z");
    private static final ObjectKey KEY = DUMP.child(PART);
    private static final byte[] CONTENT = seeded(11, (int) PiecePlan.SMALLEST * 2 + 70_000);

    @TempDir
    private Path folder;

    private Path file;
    private S3Server server;
    private S3FaultProxy proxy;

    @BeforeEach
    void start() throws Exception {
        server = S3Server.in(Files.createDirectory(folder.resolve("objects")));
        proxy = S3FaultProxy.before(server.endpoint());
        file = Files.write(folder.resolve("part"), CONTENT);
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        server.close();
    }

    @Test
    void aPartOfADumpIsSavedUnderItsNameAndCachedForever() throws Exception {
        try (S3Bucket bucket = bucket(Dialect.AMAZON)) {
            bucket.store(file, KEY);
            HeadObjectResponse head = head(KEY);
            assertThat(head.contentType()).isEqualTo("application/gzip");
            assertThat(head.contentDisposition()).isEqualTo("attachment; filename=\"" + PART + "\"");
            assertThat(head.cacheControl()).isEqualTo(ObjectHeaders.IMMUTABLE);
            assertThat(head.contentEncoding()).isNull();
            assertThat(head.metadata()).containsEntry("sha256", Digests.sha256(CONTENT));
        }
    }

    @Test
    void anObjectWithTheSameBytesIsRecognisedWithoutReadingIt() throws Exception {
        ObjectKey key = new ObjectKey("journals/latest.json");
        try (S3Bucket bucket = bucket(Dialect.AMAZON)) {
            bucket.write(key, bytes("{\"dump\": 1}"));
            StoredObject listed = bucket.list("journals/").get(0);
            StoredObject found = bucket.find(key).orElseThrow();
            proxy.disturb((kind, number) -> null);

            assertThat(bucket.holds(listed, bytes("{\"dump\": 1}"))).isTrue();
            assertThat(bucket.holds(found, bytes("{\"dump\": 1}"))).isTrue();

            assertThat(proxy.seen()).isEmpty();
        }
    }

    @Test
    void anObjectIsReadIfItsETagProvesNothing() throws Exception {
        ObjectKey key = new ObjectKey("journals/latest.json");
        try (S3Bucket bucket = bucket(Dialect.AMAZON)) {
            bucket.write(key, bytes("{\"dump\": 1}"));
            StoredObject encrypted = new StoredObject(key, 11, null, "0".repeat(32));

            assertThat(bucket.holds(encrypted, bytes("{\"dump\": 1}"))).isTrue();
            assertThat(bucket.holds(encrypted, bytes("{\"dump\": 2}"))).isFalse();
            assertThat(bucket.holds(encrypted, bytes("{}"))).isFalse();
        }
    }

    @Test
    void aReplaceableObjectIsCachedForAMinuteAndShownInline() throws Exception {
        try (S3Bucket bucket = bucket(Dialect.AMAZON)) {
            put(bucket, new ObjectKey("journals/latest.json"), bytes("{}"));
            HeadObjectResponse head = head(new ObjectKey("journals/latest.json"));
            assertThat(head.contentType()).isEqualTo("application/json");
            assertThat(head.contentDisposition()).isNull();
            assertThat(head.cacheControl()).isEqualTo(ObjectHeaders.SHORT);
        }
    }

    @Test
    void onlyNoticesHaveTheTypeOfProblemDetails() throws Exception {
        assertTypes(Map.of(
                "notices/429.json", "application/problem+json",
                "notices/journals/403.de.json", "application/problem+json",
                "notices/journals/403.de.html", "text/html;charset=utf-8",
                "notices/429.txt", "text/plain;charset=utf-8",
                "notices/settings.json", "application/json"));
    }

    @Test
    void filesWithoutCompressionHaveTheTypeOfTheirFormat() throws Exception {
        assertTypes(Map.of(
                "d/a.jsonl", "application/x-ndjson",
                "d/a.ndjson", "application/x-ndjson",
                "d/a.csv", "text/csv;charset=utf-8",
                "d/a.tar", "application/x-tar"));
    }

    private void assertTypes(Map<String, String> types) throws Exception {
        try (S3Bucket bucket = bucket(Dialect.AMAZON)) {
            for (var type : types.entrySet()) {
                ObjectKey key = new ObjectKey(type.getKey());
                put(bucket, key, bytes("{}"));
                assertThat(head(key).contentType().replace("; ", ";"))
                        .as(type.getKey())
                        .isEqualTo(type.getValue());
                assertThat(head(key).cacheControl()).isEqualTo(ObjectHeaders.SHORT);
            }
        }
    }

    @Test
    void anIdenticalObjectIsNotSentAgain() throws Exception {
        try (S3Bucket bucket = bucket(Dialect.AMAZON)) {
            bucket.store(file, KEY);
            proxy.disturb((kind, number) -> null);
            bucket.store(file, KEY);
            assertThat(proxy.seen()).containsExactly(Kind.HEAD);
        }
    }

    @Test
    void anObjectOfAnotherWriterIsReadBeforeItCountsAsEqual() throws Exception {
        server.client()
                .putObject(
                        request -> request.bucket(S3Server.BUCKET).key("public/" + KEY),
                        RequestBody.fromBytes(CONTENT));
        try (S3Bucket bucket = bucket(Dialect.AMAZON)) {
            assertThat(bucket.store(file, KEY).sha256()).isEqualTo(Digests.sha256(CONTENT));
            assertThat(proxy.seen()).containsExactly(Kind.HEAD, Kind.GET);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aDamagedObjectIsSentAgainEvenIfItsMetadataNameTheFile(int missing) throws Exception {
        byte[] damaged = Arrays.copyOf(CONTENT, CONTENT.length - missing);
        damaged[10] ^= 1;
        server.client()
                .putObject(
                        request -> request.bucket(S3Server.BUCKET)
                                .key("public/" + KEY)
                                .metadata(Map.of("sha256", Digests.sha256(CONTENT))),
                        RequestBody.fromBytes(damaged));
        try (S3Bucket bucket = bucket(Dialect.AMAZON)) {
            bucket.store(file, KEY);
            assertThat(read(bucket, KEY)).isEqualTo(CONTENT);
        }
    }

    @Test
    void anObjectWithTheMetadataOfAnotherFileIsNotOverwritten() throws Exception {
        server.client()
                .putObject(
                        request -> request.bucket(S3Server.BUCKET)
                                .key("public/" + KEY)
                                .metadata(Map.of("sha256", Digests.sha256(new byte[1]))),
                        RequestBody.fromBytes(CONTENT));
        try (S3Bucket bucket = bucket(Dialect.AMAZON)) {
            assertRefused(bucket, "already exists");
        }
    }

    @Test
    void anEqualObjectIsNotReadIfTheStoreReportsOnlyItsEtag() throws Exception {
        proxy.hideChecksums();
        Path small = Files.write(folder.resolve("small"), seeded(3, 1000));
        try (S3Bucket bucket = bucket(Dialect.AMAZON)) {
            bucket.store(small, KEY);
            proxy.disturb((kind, number) -> null);
            bucket.store(small, KEY);
            assertThat(proxy.seen()).containsExactly(Kind.HEAD);
        }
    }

    @Test
    void piecesLeftByADeadProcessAreNotSentAgain() throws Exception {
        String id = begin(KEY);
        piece(KEY, id, 1, Arrays.copyOf(CONTENT, (int) PiecePlan.SMALLEST));
        try (S3Bucket bucket = bucket(Dialect.COMPATIBLE)) {
            bucket.store(file, KEY);
            assertThat(proxy.seen().stream().filter(kind -> kind == Kind.PIECE)).hasSize(2);
            assertThat(read(bucket, KEY)).isEqualTo(CONTENT);
            assertThat(server.unfinishedUploads()).isZero();
        }
    }

    @Test
    void piecesOfAnotherFileAreNotReused() throws Exception {
        piece(KEY, begin(KEY), 1, seeded(12, (int) PiecePlan.SMALLEST));
        try (S3Bucket bucket = bucket(Dialect.COMPATIBLE)) {
            bucket.store(file, KEY);
            assertThat(proxy.seen().stream().filter(kind -> kind == Kind.PIECE)).hasSize(3);
            assertThat(read(bucket, KEY)).isEqualTo(CONTENT);
            assertThat(server.unfinishedUploads()).isZero();
        }
    }

    @Test
    void aSweepAbortsOnlyTheUploadsOfItsDataset() throws Exception {
        begin(KEY);
        begin(new ObjectKey("journals-old/2026-11-21T030000Z/part"));
        try (S3Bucket bucket = bucket(Dialect.AMAZON)) {
            assertThat(bucket.sweep(new ObjectKey("journals"))).isEqualTo(1);
        }
        assertThat(server.unfinishedUploads()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Checksums.class)
    void aFileInPiecesIsStoredWithAnyKindOfChecksum(Checksums kind) throws Exception {
        try (S3Bucket bucket = bucket(new Dialect(kind, true, Proof.AUTO))) {
            bucket.store(file, KEY);
            assertThat(read(bucket, KEY)).isEqualTo(CONTENT);
        }
    }

    @Test
    void theExpectedEtagSavesReadingBack() throws Exception {
        try (S3Bucket bucket = bucket(Dialect.COMPATIBLE)) {
            bucket.store(file, KEY);
            assertThat(proxy.seen()).doesNotContain(Kind.GET);
        }
    }

    @Test
    void aReportedChecksumSavesReadingBack() throws Exception {
        try (S3Bucket bucket = bucket(Dialect.AMAZON)) {
            bucket.store(file, KEY);
            assertThat(proxy.seen()).contains(Kind.COMPLETE).doesNotContain(Kind.GET);
        }
    }

    @Test
    void withoutAReportedChecksumTheObjectIsReadBack() throws Exception {
        proxy.hideChecksums();
        try (S3Bucket bucket = bucket(Dialect.AMAZON)) {
            bucket.store(file, KEY);
            assertThat(proxy.seen()).contains(Kind.GET);
        }
    }

    @Test
    void anObjectDamagedByTheStoreIsDetectedAndRemoved() throws Exception {
        proxy.damageReads();
        try (S3Bucket bucket = bucket(new Dialect(Checksums.SHA256, true, Proof.READ))) {
            assertThatExceptionOfType(SpillwayException.class)
                    .isThrownBy(() -> bucket.store(file, KEY))
                    .withMessageContaining("different content of that length")
                    .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.INTEGRITY));
            assertThat(bucket.find(KEY)).isEmpty();
        }
    }

    @Test
    void aNameTakenDuringAnUploadIsNotOverwritten() throws Exception {
        proxy.disturb((kind, number) -> {
            if (kind == Kind.COMPLETE) {
                server.client()
                        .putObject(
                                request -> request.bucket(S3Server.BUCKET).key("public/" + KEY),
                                RequestBody.fromString("theirs"));
            }
            return null;
        });
        try (S3Bucket bucket = bucket(Dialect.AMAZON)) {
            assertRefused(bucket, "already exists");
            assertThat(read(bucket, KEY)).asString().isEqualTo("theirs");
            assertThat(server.unfinishedUploads()).isZero();
        }
    }

    @Test
    void aWrongSecretIsRefusedAndNotPrinted() throws Exception {
        S3Options usual = server.options();
        S3Options wrong = new S3Options(
                usual.address(),
                S3Server.keys(S3Server.ACCESS_KEY, "not-the-secret"),
                usual.dialect(),
                usual.keeping(),
                usual.sending(),
                usual.patience());
        try (S3Bucket bucket = S3Bucket.open(wrong)) {
            assertThatExceptionOfType(SpillwayException.class)
                    .isThrownBy(() -> bucket.list(""))
                    .withMessageContaining("s3://dumps/public/")
                    .withMessageContaining("SignatureDoesNotMatch")
                    .satisfies(e -> {
                        assertThat(e.fault()).isEqualTo(Fault.DESTINATION_REFUSED);
                        assertThat(e.getMessage() + e.hint()).doesNotContain("not-the-secret");
                        assertThat(wrong.toString()).doesNotContain("not-the-secret");
                    });
            assertThat(bucket.check().problems()).singleElement().asString().contains("403");
        }
    }

    @Test
    void aMissingBucketIsNamed() throws Exception {
        S3Options usual = server.options();
        Address other = new Address("nowhere", "", null, server.endpoint(), true, null);
        try (S3Bucket bucket = S3Bucket.open(new S3Options(
                other, usual.credentials(), usual.dialect(), usual.keeping(), usual.sending(), usual.patience()))) {
            assertRefused(bucket, "NoSuchBucket");
        }
    }

    @Test
    void anUnreachableStoreIsUnavailable() throws Exception {
        URI nobody = proxy.endpoint();
        proxy.close();
        try (S3Bucket bucket = S3Bucket.open(S3Server.options(nobody, Dialect.AMAZON))) {
            assertThatExceptionOfType(SpillwayException.class)
                    .isThrownBy(() -> bucket.store(file, KEY))
                    .withMessageContaining("connection failed at " + nobody)
                    .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.DESTINATION_UNAVAILABLE));
        }
    }

    @Test
    void aCheckDetectsTheDialectAndLeavesNothing() throws Exception {
        try (S3Bucket bucket = bucket(Dialect.AMAZON)) {
            BucketReport report = bucket.check();
            assertThat(report.problems()).isEmpty();
            assertThat(report.facts())
                    .contains(
                            "put: works",
                            "checksum SHA256: a wrong one is refused, a correct one is reported back",
                            "checksum MD5: a wrong one is refused, a correct one is reported back",
                            "condition on a put: honoured",
                            "condition on a completion: honoured",
                            "abort: works");
            assertThat(report.advised()).isEqualTo(Dialect.AMAZON);
            assertThat(bucket.list("")).isEmpty();
            assertThat(server.unfinishedUploads()).isZero();
        }
    }

    @Test
    void aCheckRecommendsMd5IfTheStoreReportsNothingElse() throws Exception {
        proxy.hideChecksums();
        try (S3Bucket bucket = bucket(Dialect.AMAZON)) {
            assertThat(bucket.check().advised()).isEqualTo(new Dialect(Checksums.MD5, true, Proof.AUTO));
        }
    }

    @Test
    void aPublicUrlIsIndependentOfTheEndpoint() throws Exception {
        try (S3Bucket bucket = bucket(Dialect.AMAZON)) {
            assertThat(bucket.publicAddress(KEY)).contains(URI.create("https://dumps.example.org/" + KEY));
        }
    }

    private void assertRefused(S3Bucket bucket, String words) {
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> bucket.store(file, KEY))
                .withMessageContaining(words)
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.DESTINATION_REFUSED));
    }

    private S3Bucket bucket(Dialect dialect) throws SpillwayException {
        return S3Bucket.open(S3Server.options(proxy.endpoint(), dialect));
    }

    private HeadObjectResponse head(ObjectKey key) {
        return server.client()
                .headObject(request -> request.bucket(S3Server.BUCKET).key("public/" + key));
    }

    private String begin(ObjectKey key) {
        return server.client()
                .createMultipartUpload(request -> request.bucket(S3Server.BUCKET)
                        .key("public/" + key)
                        .metadata(Map.of("sha256", Digests.sha256(CONTENT))))
                .uploadId();
    }

    private void piece(ObjectKey key, String id, int number, byte[] content) {
        server.client()
                .uploadPart(
                        request -> request.bucket(S3Server.BUCKET)
                                .key("public/" + key)
                                .uploadId(id)
                                .partNumber(number),
                        RequestBody.fromBytes(content));
    }
}
