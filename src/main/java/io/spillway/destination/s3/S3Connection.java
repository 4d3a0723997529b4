package io.spillway.destination.s3;

import io.spillway.config.ClearText;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.s3.S3Options.Address;
import io.spillway.destination.s3.S3Options.Credentials;
import io.spillway.destination.s3.S3Options.Keys;
import io.spillway.destination.s3.S3Options.Patience;
import io.spillway.destination.s3.S3Options.SdkChain;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.lanes.Lanes;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * The SDK's client for one bucket, with a limit for every wait, and the state shared by all requests. Thread-safe;
 * closing it aborts pending requests.
 */
final class S3Connection implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(S3Connection.class);
    /** Beside the bodies: looks, listings and aborts, from a few files at once. */
    private static final int OTHER_CONNECTIONS = 16;

    /** Limit for each request that cleans up after a failure: a process that was told to stop has 30 seconds. */
    private static final Duration CLEANUP = Duration.ofSeconds(10);

    private final S3Options options;
    private final S3Client client;
    private final S3Faults faults;
    private final Semaphore bodies;

    private S3Connection(S3Options options, S3Client client, String role) {
        this.options = options;
        this.client = client;
        this.faults = new S3Faults(role + " " + name(), options.address());
        this.bodies = new Semaphore(options.sending().requests(), true);
    }

    /**
     * Sends no request.
     *
     * @throws SpillwayException {@code CONFIG} if the SDK finds no region
     */
    static S3Connection open(S3Options options) throws SpillwayException {
        return open(options, "destination");
    }

    /** The same for another use of the bucket, {@code role} in messages. */
    static S3Connection open(S3Options options, String role) throws SpillwayException {
        URI endpoint = options.address().endpoint();
        if (endpoint != null && ClearText.isReadable(endpoint)) {
            LOG.warn(
                    "files for s3://{}, their names and a session token can be read on the way to {}: use https, or a tunnel to"
                            + " localhost",
                    options.address().bucket(),
                    endpoint);
        }
        try {
            return new S3Connection(options, client(options), role);
        } catch (SdkException e) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "invalid configuration of %s s3://%s: %s"
                            .formatted(role, options.address().bucket(), reason(e)),
                    "set the bucket's region, or the endpoint of a store other than Amazon S3, and an existing profile:"
                            + " region, endpoint and profile in a schedule; --region, --endpoint and --profile",
                    e);
        }
    }

    /** The SDK's own message about a missing region names its classes. */
    private static String reason(SdkException e) {
        String message = String.valueOf(e.getMessage());
        return message.startsWith("Unable to load region")
                ? "no region is set, nor found in AWS_REGION, a profile or the instance"
                : message;
    }

    private static S3Client client(S3Options options) {
        Address address = options.address();
        Patience patience = options.patience();
        S3ClientBuilder builder = S3Client.builder()
                .credentialsProvider(provider(options.credentials()))
                .forcePathStyle(address.pathStyle())
                // Length and checksum of every body are known before it is sent, so the SDK's trailers and signed
                // chunks have no benefit, and older stores reject them.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .serviceConfiguration(
                        S3Configuration.builder().chunkedEncodingEnabled(false).build())
                .httpClientBuilder(Apache5HttpClient.builder()
                        .maxConnections(options.sending().requests() + OTHER_CONNECTIONS)
                        .connectionTimeout(patience.connect())
                        .connectionAcquisitionTimeout(patience.answer())
                        .socketTimeout(patience.answer())
                        // Its thread would outlive this object. Idle connections are validated before use instead.
                        .useIdleConnectionReaper(false))
                .overrideConfiguration(override -> override.retryStrategy(new BriefRetries(retries(patience)))
                        .apiCallAttemptTimeout(patience.attempt(0))
                        .apiCallTimeout(patience.call(0)));
        if (address.endpoint() != null) {
            builder.endpointOverride(address.endpoint());
        }
        if (address.region() != null || address.endpoint() != null) {
            builder.region(address.region() == null ? Region.US_EAST_1 : Region.of(address.region()));
        }
        return builder.build();
    }

    private static AwsCredentialsProvider provider(Credentials credentials) {
        if (credentials instanceof Keys keys) {
            String access = keys.accessKey().reveal();
            String secret = keys.secretKey().reveal();
            return StaticCredentialsProvider.create(
                    keys.sessionToken() == null
                            ? AwsBasicCredentials.create(access, secret)
                            : AwsSessionCredentials.create(
                                    access, secret, keys.sessionToken().reveal()));
        }
        var chain = DefaultCredentialsProvider.builder();
        if (credentials instanceof SdkChain named && named.profile() != null) {
            chain.profileName(named.profile());
        }
        return chain.build();
    }

    /**
     * The SDK's own conditions (500, 502, 503, 504, SlowDown and similar, resets, timeouts, clock skew, an error in a
     * 200 response), and bodies corrupted in transit. Without its circuit breaker, whose tokens are shared by all
     * requests: the retries of one request must not depend on others.
     */
    private static StandardRetryStrategy retries(Patience patience) {
        BackoffStrategy pauses = BackoffStrategy.exponentialDelay(patience.firstPause(), patience.longestPause());
        return AwsRetryStrategy.standardRetryStrategy().toBuilder()
                .maxAttempts(patience.attempts())
                .backoffStrategy(pauses)
                .throttlingBackoffStrategy(pauses)
                .circuitBreakerEnabled(false)
                .retryOnException(e ->
                        e instanceof S3Exception answer && S3Faults.code(answer).equals("BadDigest"))
                .build();
    }

    S3Options options() {
        return options;
    }

    S3Client client() {
        return client;
    }

    S3Faults faults() {
        return faults;
    }

    /** Permits for bodies in progress, over all threads and files. */
    Semaphore bodies() {
        return bodies;
    }

    String bucket() {
        return options.address().bucket();
    }

    /** {@code s3://bucket/prefix}. */
    String name() {
        return "s3://" + bucket() + "/" + options.address().prefix();
    }

    /** The key inside the bucket. */
    String full(ObjectKey key) {
        return options.address().prefix() + key;
    }

    /** Timeouts for a request with a body of {@code bytes}, or that makes the store process as many. */
    AwsRequestOverrideConfiguration limits(long bytes) {
        return AwsRequestOverrideConfiguration.builder()
                .apiCallAttemptTimeout(options.patience().attempt(bytes))
                .apiCallTimeout(options.patience().call(bytes))
                .build();
    }

    /** Timeouts for a request that cleans up. */
    AwsRequestOverrideConfiguration cleanup() {
        return AwsRequestOverrideConfiguration.builder().apiCallTimeout(CLEANUP).build();
    }

    /** Runs a request and translates the SDK's exceptions. */
    <T> T ask(Action action, String subject, Supplier<T> question) throws SpillwayException {
        try {
            return question.get();
        } catch (SdkException e) {
            throw faults.translate(action, subject, e);
        }
    }

    /**
     * Runs tasks in parallel; the first failure stops all, and none is still running afterwards.
     *
     * @param what for thread names and messages
     * @throws SpillwayException the exception of the first failed task, or {@code CANCELLED} if the calling thread was
     *     interrupted, with its flag still set
     */
    static <T> List<T> atOnce(String what, int threads, List<? extends Callable<T>> tasks) throws SpillwayException {
        if (tasks.isEmpty()) {
            return List.of();
        }
        try {
            return Lanes.runAll(what, Math.min(threads, tasks.size()), tasks);
        } catch (InterruptedException e) {
            throw SpillwayException.cancelled("during " + what, e);
        }
    }

    /** An object's metadata with its checksums; empty if there is no object. */
    Optional<HeadObjectResponse> head(ObjectKey key) throws SpillwayException {
        @Nullable
        HeadObjectResponse head = ask(Action.LOOK, key.value(), () -> {
            try {
                return client.headObject(
                        request -> request.bucket(bucket()).key(full(key)).checksumMode(ChecksumMode.ENABLED));
            } catch (S3Exception e) {
                if (e.statusCode() == 404) {
                    return null;
                }
                throw e;
            }
        });
        return Optional.ofNullable(head);
    }

    @Override
    public void close() {
        client.close();
    }
}
