package io.spillway.destination.s3;

import io.spillway.config.Secret;
import io.spillway.destination.s3.S3Options.Address;
import io.spillway.destination.s3.S3Options.Dialect;
import io.spillway.destination.s3.S3Options.Keeping;
import io.spillway.destination.s3.S3Options.Keys;
import io.spillway.destination.s3.S3Options.Patience;
import io.spillway.destination.s3.S3Options.Sending;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A real S3 server in this JVM on a free port of loopback, with one bucket. It checks signatures, conditions,
 * Content-MD5 and SHA-256.
 */
public final class S3Server implements AutoCloseable {
    /** The one existing bucket. */
    public static final String BUCKET = "dumps";
    /** The one access key that it accepts. */
    public static final String ACCESS_KEY = "AKIDSPILLWAYTEST";
    /** The secret key for that access key. */
    public static final String SECRET_KEY = "wJalrXUtnFEMIbPxRfiCYEXAMPLEKEY";

    private final S3Proxy server;
    private final S3Client client;

    private S3Server(S3Proxy server) {
        this.server = server;
        this.client = client(endpoint(), ACCESS_KEY, SECRET_KEY);
    }

    /**
     * With its objects in a folder. Files cannot represent an object below another, such as {@code a} and {@code a/b}.
     */
    public static S3Server in(Path folder) throws Exception {
        return start(new FilesystemNio2BlobStore(folder.toString()));
    }

    /** With its objects in memory. */
    public static S3Server inMemory() throws Exception {
        return start(new TransientNio2BlobStore());
    }

    /** With its objects in memory, for every client: it checks no signature. */
    public static S3Server openToAll() throws Exception {
        return start(new TransientNio2BlobStore(), AuthenticationType.NONE, false);
    }

    /** With its objects in memory; ignores headers that it does not know, such as those for encryption. */
    static S3Server lenient() throws Exception {
        return start(new TransientNio2BlobStore(), AuthenticationType.AWS_V4, true);
    }

    private static S3Server start(BlobStore objects) throws Exception {
        return start(objects, AuthenticationType.AWS_V4, false);
    }

    private static S3Server start(BlobStore objects, AuthenticationType signatures, boolean lenient) throws Exception {
        S3Proxy server = S3Proxy.builder()
                .endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(signatures, ACCESS_KEY, SECRET_KEY)
                .blobStore(objects)
                .ignoreUnknownHeaders(lenient)
                .build();
        server.start();
        S3Server started = new S3Server(server);
        started.client.createBucket(request -> request.bucket(BUCKET));
        return started;
    }

    /** Its URL. */
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getPort());
    }

    /** The SDK's own client with the server's keys, with which tests inspect the bucket. */
    public S3Client client() {
        return client;
    }

    /** Unfinished uploads in the bucket. */
    public int unfinishedUploads() {
        return client.listMultipartUploads(request -> request.bucket(BUCKET))
                .uploads()
                .size();
    }

    /**
     * Replaces the first match of a pattern in an object of text.
     *
     * @throws IllegalArgumentException the text stays the same
     */
    public void edit(String key, String pattern, String replacement) {
        String text = client.getObjectAsBytes(request -> request.bucket(BUCKET).key(key))
                .asUtf8String();
        String edited = text.replaceFirst(pattern, replacement);
        if (edited.equals(text)) {
            throw new IllegalArgumentException("nothing to replace in " + text);
        }
        client.putObject(request -> request.bucket(BUCKET).key(key), RequestBody.fromString(edited));
    }

    /** Below the prefix {@code public/} of the bucket, with the settings for Amazon's own store. */
    public S3Options options() {
        return options(endpoint(), Dialect.AMAZON);
    }

    /** Small pieces and few retries. */
    public static S3Options options(URI endpoint, Dialect dialect) {
        return new S3Options(
                new Address(BUCKET, "public/", null, endpoint, true, URI.create("https://dumps.example.org/")),
                keys(ACCESS_KEY, SECRET_KEY),
                dialect,
                Keeping.DEFAULT,
                new Sending(PiecePlan.SMALLEST, 3),
                new Patience(
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(20),
                        1 << 20,
                        3,
                        Duration.ofMillis(1),
                        Duration.ofMillis(20)));
    }

    static Keys keys(String access, String secret) {
        return new Keys(secret(access), secret(secret), null);
    }

    private static Secret secret(String value) {
        try {
            Path file = Files.createTempFile("spillway-test-", ".key");
            try {
                Files.writeString(file, value);
                return Secret.parse("${file:" + file + "}");
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The SDK's own client, to be closed by the caller. */
    static S3Client client(URI endpoint, String accessKey, String secretKey) {
        return S3Client.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secretKey)))
                .httpClientBuilder(Apache5HttpClient.builder().useIdleConnectionReaper(false))
                .build();
    }

    @Override
    public void close() throws Exception {
        client.close();
        server.stop();
    }
}
