package io.spillway.destination.s3;

import io.spillway.config.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The bucket, the credentials, and the dialect of its store. Its text form contains no secret.
 *
 * @param address     where the bucket is
 * @param credentials for writing
 * @param dialect     what the store supports
 * @param keeping     storage settings of objects
 * @param sending     piece size and parallelism
 * @param patience    timeouts and retries
 */
public record S3Options(
        Address address,
        Credentials credentials,
        Dialect dialect,
        Keeping keeping,
        Sending sending,
        Patience patience) {

    /** Amazon S3 with credentials from the SDK's chain, and defaults for the rest. */
    public static S3Options of(Address address) {
        return new S3Options(
                address, new SdkChain(null), Dialect.AMAZON, Keeping.DEFAULT, Sending.DEFAULT, Patience.DEFAULT);
    }

    /** The same with another number of attempts per request. */
    S3Options withAttempts(int attempts) {
        var less = new Patience(
                patience.connect(),
                patience.answer(),
                patience.slowestBytesPerSecond(),
                attempts,
                patience.firstPause(),
                patience.longestPause());
        return new S3Options(address, credentials, dialect, keeping, sending, less);
    }

    /**
     * Where the bucket is.
     *
     * @param bucket    its name
     * @param prefix    prefix of every key inside the bucket: empty, or ending in a slash
     * @param region    such as {@code eu-central-1}; null uses the SDK's chain, or {@code us-east-1} with an endpoint,
     *                  whose store usually has no regions
     * @param endpoint  URL of a store other than Amazon's
     * @param pathStyle whether the bucket's name is in the URL's path and not in the host name
     * @param publicUrl public URL of the content below {@code prefix}, ending in a slash; null if it is not public
     */
    public record Address(
            String bucket,
            String prefix,
            @Nullable String region,
            @Nullable URI endpoint,
            boolean pathStyle,
            @Nullable URI publicUrl) {

        /** @throws IllegalArgumentException if a value is malformed */
        public Address {
            if (bucket.isEmpty() || bucket.contains("/")) {
                throw new IllegalArgumentException("invalid bucket name: \"" + bucket + "\"");
            }
            if (prefix.startsWith("/") || (!prefix.isEmpty() && !prefix.endsWith("/"))) {
                throw new IllegalArgumentException(
                        "a prefix must be empty, or end but not start with a slash: \"" + prefix + "\"");
            }
            if (publicUrl != null && !publicUrl.toString().endsWith("/")) {
                throw new IllegalArgumentException("a public URL must end in a slash: " + publicUrl);
            }
        }
    }

    /** Credentials; their text forms contain no secret. */
    public sealed interface Credentials {}

    /**
     * A pair of keys.
     *
     * @param sessionToken for temporary keys, otherwise null
     */
    public record Keys(
            Secret accessKey, Secret secretKey, @Nullable Secret sessionToken) implements Credentials {}

    /**
     * The SDK's own sources: environment, system properties, web identity, profile files, container, instance.
     *
     * @param profile a profile in those files, or null for the one set in the environment
     */
    public record SdkChain(@Nullable String profile) implements Credentials {}

    /**
     * What the store supports; {@link BucketCheck} determines it.
     *
     * @param checksums         the checksum sent with each body
     * @param conditionalWrites whether the store supports {@code If-None-Match: *}. Without it, a name taken by another
     *                          writer between the lookup and the end of the upload is overwritten, so the dataset's
     *                          lock has to exclude a second writer
     * @param proof             how an upload is verified
     */
    public record Dialect(Checksums checksums, boolean conditionalWrites, Proof proof) {
        /** Amazon S3 and compatible up-to-date stores. */
        public static final Dialect AMAZON = new Dialect(Checksums.SHA256, true, Proof.AUTO);

        /** Old stores: Content-MD5, and a lookup instead of a condition. */
        public static final Dialect COMPATIBLE = new Dialect(Checksums.MD5, false, Proof.AUTO);
    }

    /** How an upload is verified. The size is always compared. */
    public enum Proof {
        /** By the store's checksum or ETag; if it reports none that can be compared, by reading the object back. */
        AUTO,
        /** Always by reading the object back. */
        READ
    }

    /**
     * Storage settings of objects; null uses the bucket's default.
     *
     * @param storageClass such as {@code STANDARD_IA}
     * @param encryption   {@code AES256} or {@code aws:kms}
     * @param kmsKey       the key's id or ARN, only with {@code aws:kms}
     */
    public record Keeping(
            @Nullable String storageClass,
            @Nullable String encryption,
            @Nullable String kmsKey) {
        /** The bucket's defaults. */
        public static final Keeping DEFAULT = new Keeping(null, null, null);

        /** @throws IllegalArgumentException if there is a KMS key without KMS encryption */
        public Keeping {
            if (kmsKey != null && !Optional.ofNullable(encryption).orElse("").startsWith("aws:kms")) {
                throw new IllegalArgumentException("a KMS key requires encryption aws:kms, not " + encryption);
            }
        }
    }

    /**
     * Piece size and parallelism.
     *
     * @param pieceBytes size of a piece, 5 MiB to 5 GiB; a file that fits into one is sent in one request. Pieces of
     *                   very large files are larger, since an upload has at most 10,000
     * @param requests   bodies sent in parallel, 1 to 64
     */
    public record Sending(long pieceBytes, int requests) {
        /** 16 MiB: up to 156 GiB without larger pieces, and little to repeat after a failure. */
        public static final Sending DEFAULT = new Sending(16L << 20, 4);

        /** @throws IllegalArgumentException outside those limits */
        public Sending {
            if (pieceBytes < PiecePlan.SMALLEST || pieceBytes > PiecePlan.LARGEST) {
                throw new IllegalArgumentException("a piece must have 5 MiB to 5 GiB, not " + pieceBytes + " bytes");
            }
            if (requests < 1 || requests > 64) {
                throw new IllegalArgumentException("parallel requests must be 1 to 64, not " + requests);
            }
        }
    }

    /**
     * Timeouts and retries. Pauses double from {@code firstPause} to {@code longestPause}, randomized so that many
     * clients do not retry at the same moment.
     *
     * @param connect               timeout of a connection attempt
     * @param answer                timeout without a byte from the store, and of a whole request without a body
     * @param slowestBytesPerSecond a body sent more slowly counts as stalled
     * @param attempts              of one request, at least 1
     * @param firstPause            before the second attempt
     * @param longestPause          maximum pause
     */
    public record Patience(
            Duration connect,
            Duration answer,
            long slowestBytesPerSecond,
            int attempts,
            Duration firstPause,
            Duration longestPause) {
        /** Bridges an outage of about a minute; longer ones are left to the schedule's retries. */
        public static final Patience DEFAULT = new Patience(
                Duration.ofSeconds(10),
                Duration.ofMinutes(2),
                64 << 10,
                8,
                Duration.ofMillis(500),
                Duration.ofSeconds(20));

        /** Timeout of one attempt with a body of that size. */
        Duration attempt(long bytes) {
            return answer.plusSeconds(bytes / slowestBytesPerSecond);
        }

        /** Timeout of all attempts and the pauses between them. */
        Duration call(long bytes) {
            return attempt(bytes).plus(longestPause).multipliedBy(attempts);
        }
    }
}
