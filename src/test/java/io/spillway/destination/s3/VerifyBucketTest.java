package io.spillway.destination.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.cli.Main;
import io.spillway.destination.ObjectKey;
import io.spillway.run.SyntheticExport;
import io.spillway.support.SyntheticSource;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import software.amazon.awssdk.core.sync.RequestBody;

/** {@code spillway verify s3://…} against a real server, with keys from where the SDK looks for them. */
@Timeout(120)
@Isolated("the SDK reads keys from system properties")
@Tag("slow")
class VerifyBucketTest {
    private static final String DUMP = "journals/2026-11-21T030000Z";
    private static final String KEY = "public/" + DUMP + "/";
    private static final String PART = "journals-2026-11-21T030000Z.00001.jsonl.gz";

    @TempDir
    private Path temporary;

    private S3Server server;
    private String out;
    private String err;

    @BeforeEach
    void publishADump() throws Exception {
        server = S3Server.inMemory();
        System.setProperty("aws.accessKeyId", S3Server.ACCESS_KEY);
        System.setProperty("aws.secretAccessKey", S3Server.SECRET_KEY);
        Path root = temporary.toRealPath().resolve("dumps");
        new SyntheticExport(root, SyntheticSource.seeded(1, 100)).run();
        Path work = Files.createDirectory(temporary.resolve("work"));
        try (var files = Files.list(root.resolve(DUMP));
                S3Bucket bucket = S3Bucket.open(server.options())) {
            for (Path file : files.toList()) {
                Files.copy(file, work.resolve(file.getFileName()));
            }
            bucket.place(work, new ObjectKey(DUMP), "manifest.json");
        }
    }

    @AfterEach
    void stop() throws Exception {
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
        server.close();
    }

    private int verify(String address, String... more) {
        List<String> arguments = new ArrayList<>(
                List.of("verify", address, "--endpoint", server.endpoint().toString(), "--path-style"));
        arguments.addAll(Arrays.asList(more));
        StringWriter said = new StringWriter();
        StringWriter failed = new StringWriter();
        int exitCode = Main.run(new PrintWriter(said), new PrintWriter(failed), arguments.toArray(new String[0]));
        out = said.toString();
        err = failed.toString();
        return exitCode;
    }

    @Test
    void aDumpIsVerifiedInABucket() {
        assertThat(verify("s3://dumps/" + KEY, "--json")).as(() -> err).isZero();
        assertThat(out).contains("\"where\":\"s3://dumps/public/" + DUMP + "\"", "\"documents\":100");
    }

    @Test
    void forADatasetTheNewestDumpIsVerified() {
        put("public/journals/2026-11-22T030000Z/README.md", "no manifest yet");
        assertThat(verify("s3://dumps/public/journals")).as(() -> err).isZero();
        assertThat(out).contains("verified " + DUMP);
    }

    @Test
    void aChangedByteIsDetectedAndItsFileIsNamed() {
        byte[] bytes = server.client()
                .getObjectAsBytes(request -> request.bucket(S3Server.BUCKET).key(KEY + PART))
                .asByteArray();
        bytes[bytes.length / 2] ^= 1;
        server.client()
                .putObject(request -> request.bucket(S3Server.BUCKET).key(KEY + PART), RequestBody.fromBytes(bytes));
        assertThat(verify("s3://dumps/" + KEY)).isEqualTo(30);
        assertThat(err).contains(PART).doesNotContain("README.md");
    }

    @Test
    void aMissingObjectIsDetectedAndNamed() {
        server.client().deleteObject(request -> request.bucket(S3Server.BUCKET).key(KEY + PART));
        assertThat(verify("s3://dumps/" + KEY)).isEqualTo(30);
        assertThat(err).contains(PART);
    }

    @Test
    void anObjectThatTheManifestDoesNotNameIsReportedWhateverItsName() {
        put(KEY + "two words", "");
        assertThat(verify("s3://dumps/" + KEY)).isEqualTo(30);
        assertThat(err).contains("two words");
    }

    @Test
    void unknownKeysAreRejectedAndNotPrinted() {
        System.setProperty("aws.secretAccessKey", "not-the-secret-of-anybody");
        assertThat(verify("s3://dumps/" + KEY)).isEqualTo(21);
        assertThat(err).doesNotContain("not-the-secret-of-anybody");
    }

    @Test
    void aMissingDumpIsReported() {
        assertThat(verify("s3://dumps/public/books")).isEqualTo(3);
        assertThat(err).contains("public/books");
    }

    private void put(String key, String text) {
        server.client()
                .putObject(
                        request -> request.bucket(S3Server.BUCKET).key(key),
                        RequestBody.fromBytes(text.getBytes(StandardCharsets.UTF_8)));
    }
}
