package io.spillway.destination.s3;

import static io.spillway.destination.DestinationContract.bytes;
import static io.spillway.destination.DestinationContract.put;
import static io.spillway.destination.DestinationContract.read;
import static io.spillway.destination.DestinationContract.seeded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.destination.ObjectKey;
import io.spillway.destination.s3.S3FaultProxy.Fault;
import io.spillway.destination.s3.S3FaultProxy.Kind;
import io.spillway.destination.s3.S3Options.Address;
import io.spillway.destination.s3.S3Options.Dialect;
import io.spillway.destination.s3.S3Options.Keeping;
import io.spillway.fault.SpillwayException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import software.amazon.awssdk.core.sync.RequestBody;

/**
 * What requests look like: how objects are to be stored, which host is requested, and on which condition something is
 * replaced.
 */
@Timeout(120)
@Isolated("a proxy is named by system properties")
@Tag("slow")
class S3SentTest {
    private static final String DOMAIN = "store.test";
    private static final ObjectKey PART = new ObjectKey("journals/2026-11-21T030000Z/part");
    private static final ObjectKey LATEST = new ObjectKey("journals/latest.json");
    private static final String FULL = "public/" + LATEST;

    @TempDir
    private Path folder;

    private S3Server server;
    private S3FaultProxy proxy;
    private Path large;

    @BeforeEach
    void start() throws Exception {
        server = S3Server.lenient();
        proxy = S3FaultProxy.before(server.endpoint());
        large = Files.write(folder.resolve("large"), seeded(1, (int) PiecePlan.SMALLEST + 1));
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        server.close();
    }

    private S3Bucket bucket(URI endpoint, boolean pathStyle, Keeping keeping) throws Exception {
        S3Options usual = S3Server.options(endpoint, Dialect.AMAZON);
        return S3Bucket.open(new S3Options(
                new Address(S3Server.BUCKET, "public/", null, endpoint, pathStyle, null),
                usual.credentials(),
                usual.dialect(),
                keeping,
                usual.sending(),
                usual.patience()));
    }

    /** One object in one request and one in pieces, and the heads of the requests that create them. */
    private void storeBoth(Keeping keeping) throws Exception {
        try (S3Bucket bucket = bucket(proxy.endpoint(), true, keeping)) {
            put(bucket, LATEST, bytes("{}"));
            bucket.store(large, PART);
        }
        assertThat(proxy.heads(Kind.PUT)).hasSize(1);
        assertThat(proxy.heads(Kind.CREATE)).hasSize(1);
        assertThat(proxy.heads(Kind.PIECE)).hasSize(2);
    }

    private List<String> values(Kind kind, String header) {
        return proxy.heads(kind).stream()
                .flatMap(List::stream)
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(header + ":"))
                .map(line -> line.substring(header.length() + 1).strip())
                .toList();
    }

    @Test
    void everyNewObjectHasTheStorageClass() throws Exception {
        storeBoth(new Keeping("STANDARD_IA", null, null));
        for (Kind kind : List.of(Kind.PUT, Kind.CREATE)) {
            assertThat(values(kind, "x-amz-storage-class")).containsExactly("STANDARD_IA");
        }
        assertThat(values(Kind.PIECE, "x-amz-storage-class")).isEmpty();
    }

    @Test
    void encryptionByTheStoreIsRequestedForEveryNewObjectAndForNoPiece() throws Exception {
        storeBoth(new Keeping(null, "AES256", null));
        for (Kind kind : List.of(Kind.PUT, Kind.CREATE)) {
            assertThat(values(kind, "x-amz-server-side-encryption")).containsExactly("AES256");
            assertThat(values(kind, "x-amz-server-side-encryption-aws-kms-key-id"))
                    .isEmpty();
        }
        assertThat(values(Kind.PIECE, "x-amz-server-side-encryption")).isEmpty();
    }

    @Test
    void theKmsKeyIsNamedForEveryNewObjectAndForNoPiece() throws Exception {
        String key = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
        storeBoth(new Keeping(null, "aws:kms", key));
        for (Kind kind : List.of(Kind.PUT, Kind.CREATE)) {
            assertThat(values(kind, "x-amz-server-side-encryption")).containsExactly("aws:kms");
            assertThat(values(kind, "x-amz-server-side-encryption-aws-kms-key-id"))
                    .containsExactly(key);
        }
        assertThat(values(Kind.PIECE, "x-amz-server-side-encryption")).isEmpty();
    }

    @Test
    void withoutSettingsTheBucketDecides() throws Exception {
        storeBoth(Keeping.DEFAULT);
        assertThat(proxy.heads())
                .flatMap(head -> head)
                .noneMatch(line -> line.toLowerCase(Locale.ROOT).startsWith("x-amz-server-side")
                        || line.toLowerCase(Locale.ROOT).startsWith("x-amz-storage"));
    }

    @Test
    void thePathContainsTheBucket() throws Exception {
        storeBoth(Keeping.DEFAULT);
        assertThat(proxy.heads()).allSatisfy(head -> assertThat(head.get(0)).contains(" /dumps"));
    }

    /**
     * Checked by the requested host name, to which no server answers. RadosObjectsTest shows that a store understands
     * it.
     */
    @Test
    void theHostNameContainsTheBucket() throws Exception {
        proxy.disturb((kind, number) -> Fault.INTERNAL_ERROR);
        System.setProperty("http.proxyHost", "127.0.0.1");
        System.setProperty("http.proxyPort", String.valueOf(proxy.endpoint().getPort()));
        try (S3Bucket bucket = bucket(URI.create("http://" + DOMAIN), false, Keeping.DEFAULT)) {
            assertThatThrownBy(() -> put(bucket, LATEST, bytes("{}"))).isInstanceOf(SpillwayException.class);
            assertThatThrownBy(() -> bucket.list("")).isInstanceOf(SpillwayException.class);
        } finally {
            System.clearProperty("http.proxyHost");
            System.clearProperty("http.proxyPort");
        }
        for (Kind kind : List.of(Kind.PUT, Kind.HEAD, Kind.LIST)) {
            assertThat(values(kind, "host")).as("%s", kind).isNotEmpty().containsOnly("dumps." + DOMAIN);
        }
        assertThat(proxy.heads(Kind.PUT))
                .allSatisfy(head -> assertThat(head.get(0)).contains("." + DOMAIN + "/" + FULL + " "));
    }

    @Test
    void aReplacementNamesTheVersionThatItReplaces() throws Exception {
        try (S3Bucket bucket = bucket(proxy.endpoint(), true, Keeping.DEFAULT)) {
            assertThat(bucket.replace(LATEST, bytes("old"), null)).isTrue();
            assertThat(values(Kind.PUT, "if-none-match")).containsExactly("*");
            String version = bucket.find(LATEST).orElseThrow().version();
            assertThat(bucket.replace(LATEST, bytes("new"), version)).isTrue();
            assertThat(values(Kind.PUT, "if-match")).containsExactly("\"" + version + "\"");
        }
    }

    @Test
    void aReplacementIsRefusedIfAnotherArrivesWhileItIsSent() throws Exception {
        try (S3Bucket bucket = bucket(proxy.endpoint(), true, Keeping.DEFAULT)) {
            put(bucket, LATEST, bytes("old"));
            String version = bucket.find(LATEST).orElseThrow().version();
            AtomicBoolean once = new AtomicBoolean();
            proxy.disturb((kind, number) -> {
                if (kind == Kind.PUT && once.compareAndSet(false, true)) {
                    server.client()
                            .putObject(
                                    request -> request.bucket(S3Server.BUCKET).key(FULL),
                                    RequestBody.fromString("theirs"));
                }
                return null;
            });
            assertThat(bucket.replace(LATEST, bytes("ours"), version)).isFalse();
            assertThat(read(bucket, LATEST)).isEqualTo(bytes("theirs"));
        }
    }

    @Test
    void aReplacementWhoseAnswersAreLostIsResolvedByACheck() throws Exception {
        try (S3Bucket bucket = bucket(proxy.endpoint(), true, Keeping.DEFAULT)) {
            put(bucket, LATEST, bytes("old"));
            String version = bucket.find(LATEST).orElseThrow().version();
            proxy.disturb((kind, number) -> kind == Kind.PUT ? Fault.ANSWER_LOST : null);
            assertThat(bucket.replace(LATEST, bytes("new"), version)).isTrue();
            assertThat(read(bucket, LATEST)).isEqualTo(bytes("new"));
        }
    }

    @Test
    void aStoreWithoutConditionsIsCheckedBeforeAReplacement() throws Exception {
        S3Options old = S3Server.options(proxy.endpoint(), Dialect.COMPATIBLE);
        try (S3Bucket bucket = S3Bucket.open(old)) {
            put(bucket, LATEST, bytes("old"));
            String version = bucket.find(LATEST).orElseThrow().version();
            assertThat(bucket.replace(LATEST, bytes("new"), version)).isTrue();
            assertThat(bucket.replace(LATEST, bytes("late"), version)).isFalse();
            assertThat(values(Kind.PUT, "if-match")).isEmpty();
            assertThat(read(bucket, LATEST)).isEqualTo(bytes("new"));
        }
    }
}
