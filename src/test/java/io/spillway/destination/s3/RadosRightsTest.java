package io.spillway.destination.s3;

import static io.spillway.destination.DestinationContract.bytes;
import static io.spillway.destination.DestinationContract.put;
import static io.spillway.destination.DestinationContract.read;
import static io.spillway.destination.DestinationContract.seeded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spillway.catalog.Memory;
import io.spillway.deliver.Pruner;
import io.spillway.deliver.Retention;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.s3.S3Options.Keeping;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.site.SiteWriter;
import io.spillway.support.PublishedDumps;
import io.spillway.verify.DumpCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The policy in docs/destinations.md on a store that obeys it: it is sufficient, and each of its permissions is
 * necessary.
 */
@Timeout(180)
@Tag("slow")
class RadosRightsTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern POLICY = Pattern.compile("### Rights.*?```json\n(.*?)```", Pattern.DOTALL);
    private static final ObjectKey KEY = new ObjectKey("journals/2026-11-21T030000Z/part");

    @TempDir
    private Path folder;

    private RadosGateway gateway;
    private String bucket;

    @BeforeEach
    void start() {
        gateway = RadosGateway.shared();
        bucket = gateway.newBucket();
    }

    /** The policy of the page, for our bucket and user. */
    private ObjectNode policy() throws IOException {
        Matcher page = POLICY.matcher(Files.readString(Path.of("docs/destinations.md")));
        assertThat(page.find()).isTrue();
        ObjectNode policy = (ObjectNode)
                JSON.readTree(page.group(1).replace("BUCKET", bucket).replace("PREFIX", "public/"));
        policy.path("Statement").forEach(this::forThePublisher);
        return policy;
    }

    private void forThePublisher(JsonNode statement) {
        ((ObjectNode) statement)
                .putObject("Principal")
                .putArray("AWS")
                .add("arn:aws:iam:::user/" + RadosGateway.PUBLISHER.name());
    }

    /** Denied explicitly: this store lets the owner of an object read it, whatever a policy omits. */
    private ObjectNode without(String action) throws IOException {
        ObjectNode policy = policy();
        ObjectNode denial = ((ArrayNode) policy.path("Statement")).addObject();
        denial.put("Effect", "Deny");
        denial.putArray("Action").add(action);
        denial.putArray("Resource").add("arn:aws:s3:::" + bucket).add("arn:aws:s3:::" + bucket + "/*");
        forThePublisher(denial);
        return policy;
    }

    private void allow(ObjectNode policy) {
        try (S3Client owner = gateway.client()) {
            owner.putBucketPolicy(request -> request.bucket(bucket).policy(policy.toString()));
        }
    }

    private S3Bucket open() throws SpillwayException {
        return S3Bucket.open(gateway.options(
                gateway.endpoint(), bucket, RadosGateway.PUBLISHER, RadosGateway.DIALECT, Keeping.DEFAULT));
    }

    /** Left by a dead process of the publisher. */
    private void leaveAnUpload() {
        try (S3Client publisher = S3Server.client(
                gateway.endpoint(), RadosGateway.PUBLISHER.accessKey(), RadosGateway.PUBLISHER.secretKey())) {
            publisher.createMultipartUpload(request -> request.bucket(bucket).key("public/" + KEY));
        }
    }

    private static List<String> actions() throws IOException {
        Matcher page = POLICY.matcher(Files.readString(Path.of("docs/destinations.md")));
        assertThat(page.find()).isTrue();
        List<String> actions = new ArrayList<>();
        JSON.readTree(page.group(1))
                .path("Statement")
                .forEach(statement -> statement.path("Action").forEach(action -> actions.add(action.textValue())));
        return actions;
    }

    @Test
    void aUserWithThePermissionsOfThePagePublishesSweepsPrunesAndVerifies() throws Exception {
        allow(policy());
        Instant older = Instant.parse("2026-11-14T03:00:00Z");
        Instant newer = Instant.parse("2026-11-21T03:00:00Z");
        try (S3Bucket store = open()) {
            for (Instant date : List.of(older, newer)) {
                Path work = Files.createDirectory(folder.resolve("work" + date.getEpochSecond()));
                Manifest manifest = new PublishedDumps().in(work, "journals", date, 1);
                store.place(work, new ObjectKey(manifest.dump()), Manifest.FILE_NAME);
                DumpCheck.check(store, new ObjectKey(manifest.dump()));
            }
            byte[] large = seeded(1, (int) PiecePlan.SMALLEST + 1);
            store.store(Files.write(folder.resolve("large"), large), KEY);
            assertThat(read(store, KEY)).isEqualTo(large);
            new SiteWriter(store, List.of(), SiteWriter.Turns.NONE, Clock.systemUTC()).publish("journals");
            new SiteWriter(store, List.of(), SiteWriter.Turns.NONE, Clock.systemUTC()).publish("journals");
            leaveAnUpload();
            assertThat(store.sweep(new ObjectKey("journals"))).isEqualTo(1);
            assertThat(new Pruner(store, "journals", Clock.systemUTC(), Memory.NONE)
                            .prune(
                                    new Pruner.Keep(new Retention(1, 0, 0, 0, 0), Duration.ZERO),
                                    false,
                                    Pruner.Move.NONE)
                            .removed())
                    .hasSize(1);
            assertThat(store.check().problems()).isEmpty();
        }
    }

    @Test
    void outsideThePrefixNothingIsAllowed() throws Exception {
        allow(policy());
        S3Options below = gateway.options(
                gateway.endpoint(), bucket, RadosGateway.PUBLISHER, RadosGateway.DIALECT, Keeping.DEFAULT);
        var root = new S3Options.Address(bucket, "", null, gateway.endpoint(), true, null);
        try (S3Bucket store = S3Bucket.open(new S3Options(
                root, below.credentials(), below.dialect(), below.keeping(), below.sending(), below.patience()))) {
            assertRefused(() -> put(store, new ObjectKey("links.json"), bytes("{}")), "s3:PutObject");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3:ListBucket",
                "s3:ListBucketMultipartUploads",
                "s3:PutObject",
                "s3:GetObject",
                "s3:DeleteObject",
                "s3:AbortMultipartUpload",
                "s3:ListMultipartUploadParts"
            })
    void aMissingPermissionIsNamedByCheckAndByEveryCommandThatNeedsIt(String action) throws Exception {
        assertThat(actions()).contains(action).hasSize(7);
        allow(policy());
        Path file = Files.write(folder.resolve("part"), seeded(2, (int) PiecePlan.SMALLEST + 1));
        leaveAnUpload();
        try (S3Bucket store = open()) {
            put(store, new ObjectKey("journals/latest.json"), bytes("{}"));
            allow(without(action));

            assertThat(store.check().problems())
                    .anySatisfy(problem -> assertThat(problem)
                            .contains("status 403")
                            .containsPattern("the key needs .*" + action + "\\b.* on arn:aws:s3:::" + bucket));
            switch (action) {
                case "s3:PutObject", "s3:GetObject" -> assertRefused(() -> store.store(file, KEY), action);
                case "s3:ListBucket" -> assertRefused(() -> store.list("journals/"), action);
                case "s3:DeleteObject" ->
                    assertRefused(() -> store.delete(new ObjectKey("journals/latest.json")), action);
                case "s3:ListBucketMultipartUploads", "s3:AbortMultipartUpload" ->
                    assertRefused(() -> store.sweep(new ObjectKey("journals")), action);
                // Then nothing is resumed, which costs time but is not a failure.
                default -> assertThat(store.store(file, KEY).bytes()).isEqualTo(Files.size(file));
            }
        }
    }

    private static void assertRefused(ThrowingCallable action, String right) {
        assertThatExceptionOfType(SpillwayException.class).isThrownBy(action).satisfies(e -> {
            assertThat(e.fault()).isEqualTo(Fault.DESTINATION_REFUSED);
            assertThat(e.getMessage()).contains("status 403");
            assertThat(e.hint()).contains(right);
        });
    }
}
