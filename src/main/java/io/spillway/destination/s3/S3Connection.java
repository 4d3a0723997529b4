package io.spillway.destination.s3;

import io.spillway.destination.ObjectKey;
import io.spillway.destination.s3.S3Options.Address;
import io.spillway.destination.s3.S3Options.Credentials;
import io.spillway.destination.s3.S3Options.Keys;
import io.spillway.destination.s3.S3Options.Patience;
import io.spillway.destination.s3.S3Options.SdkChain;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.lanes.Lanes;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
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
 * Our way to one bucket: the SDK's client, set up so that every wait has a limit, and what else all requests share. Safe
 * for many threads; closing it ends requests under way.
 */
final class S3Connection implements AutoCloseable {
    /** Beside the bodies: looks, listings and aborts, from a few files at once. */
    private static final int OTHER_CONNECTIONS = 16;

    /** What cleans up after a failure has this long for each request: a process that is told to stop has 30 seconds. */
    private static final Duration CLEANUP = Duration.ofSeconds(10);

    private final S3Options options;
    private final S3Client client;
    private final S3Faults faults;
    private final Semaphore bodies;

    private S3Connection(S3Options options, S3Client client) {
        this.options = options;
        this.client = client;
        this.faults = new S3Faults(name(), options.address());
        this.bodies = new Semaphore(options.sending().requests(), true);
    }

    /** Sends nothing. Fails as a matter of configuration where the SDK finds no region. */
    static S3Connection open(S3Options options) throws SpillwayException {
        try {
            return new S3Connection(options, client(options));
        } catch (SdkException e) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "destination s3://%s can't be set up: %s"
                            .formatted(options.address().bucket(), e.getMessage()),
                    "name the bucket's region, or an endpoint, and a profile that exists",
                    e);
        }
    }

    private static S3Client client(S3Options options) {
        Address address = options.address();
        Patience patience = options.patience();
        S3ClientBuilder builder = S3Client.builder()
                .credentialsProvider(provider(options.credentials()))
                .forcePathStyle(address.pathStyle())
                // Every body's length and checksum are known before it is sent. The SDK's own trailers and signed
                // chunks
                // would gain nothing, and older stores refuse them.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .serviceConfiguration(
                        S3Configuration.builder().chunkedEncodingEnabled(false).build())
                .httpClientBuilder(Apache5HttpClient.builder()
                        .maxConnections(options.sending().requests() + OTHER_CONNECTIONS)
                        .connectionTimeout(patience.connect())
                        .connectionAcquisitionTimeout(patience.answer())
                        .socketTimeout(patience.answer())
                        // Its thread would outlive us. A connection that was idle is checked before it is used.
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
     * The SDK's own conditions (500, 502, 503, 504, SlowDown and its kin, resets, timeouts, a clock that is off, an error
     * inside an answer of 200), and bodies that were damaged on the way. Without its circuit breaker, whose tokens are
     * shared by all requests: how often one is tried should not depend on the others.
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

    /** Permits for bodies under way, over all threads and files. */
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

    /** Limits for a request that has a body of {@code bytes}, or makes the store move as many. */
    AwsRequestOverrideConfiguration limits(long bytes) {
        return AwsRequestOverrideConfiguration.builder()
                .apiCallAttemptTimeout(options.patience().attempt(bytes))
                .apiCallTimeout(options.patience().call(bytes))
                .build();
    }

    /** Limits for a request that cleans up. */
    AwsRequestOverrideConfiguration cleanup() {
        return AwsRequestOverrideConfiguration.builder().apiCallTimeout(CLEANUP).build();
    }

    /** Asks, with the SDK's failures turned into ours. */
    <T> T ask(Action action, String subject, Supplier<T> question) throws SpillwayException {
        try {
            return question.get();
        } catch (SdkException e) {
            throw faults.translate(action, subject, e);
        }
    }

    /**
     * Runs tasks at the same time; the first failure ends all, and no request of theirs is under way afterwards.
     *
     * @param what for the names of the threads, and for messages
     * @throws SpillwayException the first task that failed failed with this, or {@code CANCELLED}: the calling thread was
     *     interrupted, and still is
     */
    static <T> List<T> atOnce(String what, int threads, List<? extends Callable<T>> tasks) throws SpillwayException {
        if (tasks.isEmpty()) {
            return List.of();
        }
        try {
            return Lanes.runAll(what, Math.min(threads, tasks.size()), tasks);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SpillwayException(Fault.CANCELLED, "cancelled during " + what, null, e);
        }
    }

    /** What the store says of an object, with its checksums, or empty where there is none. */
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
