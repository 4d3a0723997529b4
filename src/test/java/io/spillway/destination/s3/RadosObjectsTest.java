package io.spillway.destination.s3;

import static io.spillway.destination.DestinationContract.bytes;
import static io.spillway.destination.DestinationContract.put;
import static io.spillway.destination.DestinationContract.read;
import static io.spillway.destination.DestinationContract.seeded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.spillway.destination.ObjectKey;
import io.spillway.destination.s3.S3FaultProxy.Kind;
import io.spillway.destination.s3.S3Options.Dialect;
import io.spillway.destination.s3.S3Options.Keeping;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/** What differs with Ceph: its dialect, its real storage classes and keys, and its answers after faults. */
@Timeout(180)
@Isolated("a proxy is named by system properties")
@Tag("slow")
class RadosObjectsTest {
    private static final ObjectKey PART = new ObjectKey("journals/2026-11-21T030000Z/part");
    private static final ObjectKey LATEST = new ObjectKey("journals/latest.json");
    private static final byte[] CONTENT = seeded(11, (int) PiecePlan.SMALLEST + 70_000);

    @TempDir
    private Path folder;

    private RadosGateway gateway;
    private S3FaultProxy proxy;
    private S3Client client;
    private Path file;
    private String bucket;

    @BeforeEach
    void start() throws Exception {
        gateway = RadosGateway.shared();
        proxy = S3FaultProxy.before(gateway.endpoint());
        client = gateway.client();
        file = Files.write(folder.resolve("part"), CONTENT);
        bucket = gateway.newBucket();
    }

    @AfterEach
    void stop() throws Exception {
        if (proxy != null) {
            proxy.close();
            client.close();
        }
    }

    private S3Bucket open(Dialect dialect, Keeping keeping) throws SpillwayException {
        return S3Bucket.open(gateway.options(proxy.endpoint(), bucket, RadosGateway.OWNER, dialect, keeping));
    }

    private HeadObjectResponse head(ObjectKey key) {
        return client.headObject(request -> request.bucket(bucket).key("public/" + key));
    }

    private int unfinishedUploads() {
        return client.listMultipartUploads(request -> request.bucket(bucket))
                .uploads()
                .size();
    }

    @ParameterizedTest
    @EnumSource(Checksums.class)
    void aCheckFindsItsDialectFromAnySettingAndLeavesNothing(Checksums kind) throws Exception {
        try (S3Bucket asked = open(new Dialect(kind, false, S3Options.Proof.AUTO), Keeping.DEFAULT)) {
            BucketReport report = asked.check();
            assertThat(report.problems()).isEmpty();
            assertThat(report.advised()).isEqualTo(RadosGateway.DIALECT);
            assertThat(report.facts())
                    .contains(
                            "checksum MD5: a wrong one is refused, a correct one is reported back",
                            "checksum SHA256: a wrong one is accepted, a correct one is not reported back",
                            "condition on a put: honoured",
                            "condition on a replacement: honoured",
                            "condition on a completion: ignored: the existing object is overwritten",
                            "unfinished uploads: listed",
                            "abort: works");
            assertThat(asked.list("")).isEmpty();
            assertThat(unfinishedUploads()).isZero();
        }
    }

    @Test
    void anyDialectStoresIntactUploads() throws Exception {
        for (Checksums kind : Checksums.values()) {
            ObjectKey key = PART.child(kind.name());
            try (S3Bucket store = open(new Dialect(kind, true, S3Options.Proof.AUTO), Keeping.DEFAULT)) {
                store.store(file, key);
                assertThat(read(store, key)).isEqualTo(CONTENT);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = S3FaultProxy.Fault.class,
            names = {"DROPPED", "CUT", "ANSWER_LOST", "SLOW_DOWN", "INTERNAL_ERROR", "ERROR_IN_200"})
    void aFaultAtAnyOneRequestOfAnUploadIsSurvived(S3FaultProxy.Fault fault) throws Exception {
        int requests = Integer.MAX_VALUE;
        for (int n = 1; n <= requests; n++) {
            int disturbed = n;
            List<Kind> hit = new ArrayList<>();
            proxy.disturb((kind, number) -> {
                if (number != disturbed || (fault == S3FaultProxy.Fault.ERROR_IN_200 && kind != Kind.COMPLETE)) {
                    return null;
                }
                hit.add(kind);
                return fault;
            });
            try (S3Bucket store = open(RadosGateway.DIALECT, Keeping.DEFAULT)) {
                store.store(file, PART);
                requests = proxy.seen().size();
                assertThat(read(store, PART)).as("after %s", hit).isEqualTo(CONTENT);
                assertThat(unfinishedUploads()).as("after %s", hit).isZero();
                store.delete(PART);
            }
        }
        assertThat(requests).isGreaterThanOrEqualTo(7);
    }

    @Test
    void objectsAreStoredInTheirStorageClass() throws Exception {
        try (S3Bucket store = open(RadosGateway.DIALECT, new Keeping(RadosGateway.COLD, null, null))) {
            put(store, LATEST, bytes("{}"));
            store.store(file, PART);
            assertThat(read(store, PART)).isEqualTo(CONTENT);
        }
        assertThat(head(LATEST).storageClassAsString()).isEqualTo(RadosGateway.COLD);
        assertThat(head(PART).storageClassAsString()).isEqualTo(RadosGateway.COLD);
    }

    @Test
    void anUnknownStorageClassIsRefusedWithAHint() throws Exception {
        try (S3Bucket store = open(RadosGateway.DIALECT, new Keeping("NOWHERE", null, null))) {
            assertThatExceptionOfType(SpillwayException.class)
                    .isThrownBy(() -> store.store(file, PART))
                    .withMessageContaining("status 400")
                    .satisfies(e -> {
                        assertThat(e.fault()).isEqualTo(Fault.DESTINATION_REFUSED);
                        assertThat(e.hint()).contains("storage class");
                    });
            assertThat(unfinishedUploads()).isZero();
        }
    }

    @Test
    void anObjectEncryptedWithAKmsKeyIsReadBackUnchanged() throws Exception {
        try (S3Bucket store = open(RadosGateway.DIALECT, new Keeping(null, "aws:kms", RadosGateway.KMS_KEY))) {
            put(store, LATEST, bytes("{}"));
            store.store(file, PART);
            assertThat(read(store, PART)).isEqualTo(CONTENT);
            assertThat(store.replace(
                            LATEST,
                            bytes("[]"),
                            store.find(LATEST).orElseThrow().version()))
                    .isTrue();
        }
        for (ObjectKey key : List.of(LATEST, PART)) {
            assertThat(head(key).serverSideEncryption()).isEqualTo(ServerSideEncryption.AWS_KMS);
            assertThat(head(key).ssekmsKeyId()).isEqualTo(RadosGateway.KMS_KEY);
        }
    }

    @Test
    void theHostNameMayContainTheBucket() throws Exception {
        System.setProperty("http.proxyHost", "127.0.0.1");
        System.setProperty("http.proxyPort", String.valueOf(proxy.endpoint().getPort()));
        S3Options inPath =
                gateway.options(proxy.endpoint(), bucket, RadosGateway.OWNER, RadosGateway.DIALECT, Keeping.DEFAULT);
        var inHost = new S3Options.Address(
                bucket, "public/", null, URI.create("http://" + RadosGateway.DOMAIN), false, null);
        try (S3Bucket store = S3Bucket.open(new S3Options(
                inHost,
                inPath.credentials(),
                inPath.dialect(),
                inPath.keeping(),
                inPath.sending(),
                inPath.patience()))) {
            store.store(file, PART);
            assertThat(read(store, PART)).isEqualTo(CONTENT);
        } finally {
            System.clearProperty("http.proxyHost");
            System.clearProperty("http.proxyPort");
        }
        assertThat(proxy.heads())
                .allSatisfy(head -> assertThat(head)
                        .anyMatch(line -> line.equalsIgnoreCase("host: " + bucket + "." + RadosGateway.DOMAIN)));
        assertThat(head(PART).contentLength()).isEqualTo(CONTENT.length);
    }
}
