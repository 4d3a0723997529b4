package io.spillway.destination.s3;

import io.spillway.config.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which bucket, who writes to it, and how its store wants to be spoken to. Prints no secret.
 *
 * @param address     where the bucket is
 * @param credentials who writes
 * @param dialect     what the store understands
 * @param keeping     how the store is to keep objects
 * @param sending     pieces and threads
 * @param patience    how long answers are waited for
 */
public record S3Options(
        Address address,
        Credentials credentials,
        Dialect dialect,
        Keeping keeping,
        Sending sending,
        Patience patience) {

    /** Amazon's own store with credentials from the SDK's chain, and the defaults for the rest. */
    public static S3Options of(Address address) {
        return new S3Options(
                address, new SdkChain(null), Dialect.AMAZON, Keeping.DEFAULT, Sending.DEFAULT, Patience.DEFAULT);
    }

    /** The same, but that each request is tried so many times. */
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
     * @param prefix    what every key starts with inside the bucket: empty, or ending in a slash
     * @param region    such as {@code eu-central-1}; null asks the SDK's chain, and means {@code us-east-1} where an
     *                  endpoint is named, whose store most likely has no regions
     * @param endpoint  the store's address where it is not Amazon's
     * @param pathStyle whether the bucket's name stands in the path, not in the host's name
     * @param publicUrl where people fetch what stands below {@code prefix}, ending in a slash; null where nobody can
     */
    public record Address(
            String bucket,
            String prefix,
            @Nullable String region,
            @Nullable URI endpoint,
            boolean pathStyle,
            @Nullable URI publicUrl) {

        /** Fails with {@link IllegalArgumentException} on a name or prefix that cannot be one. */
        public Address {
            if (bucket.isEmpty() || bucket.contains("/")) {
                throw new IllegalArgumentException("not the name of a bucket: \"" + bucket + "\"");
            }
            if (prefix.startsWith("/") || (!prefix.isEmpty() && !prefix.endsWith("/"))) {
                throw new IllegalArgumentException(
                        "a prefix is empty or ends in a slash, and starts with none: \"" + prefix + "\"");
            }
            if (publicUrl != null && !publicUrl.toString().endsWith("/")) {
                throw new IllegalArgumentException("a public address ends in a slash: " + publicUrl);
            }
        }
    }

    /** Who writes. None of these prints its secret. */
    public sealed interface Credentials {}

    /**
     * A pair of keys.
     *
     * @param sessionToken comes with keys that are valid for a while only, else null
     */
    public record Keys(
            Secret accessKey, Secret secretKey, @Nullable Secret sessionToken) implements Credentials {}

    /**
     * What the SDK finds by itself: environment, system properties, web identity, profile files, container, instance.
     *
     * @param profile which profile of those files, or null for the one that the environment names
     */
    public record SdkChain(@Nullable String profile) implements Credentials {}

    /**
     * What the store understands; {@link BucketCheck} finds it out by trying.
     *
     * @param checksums         what makes the store check each body that it receives
     * @param conditionalWrites whether it knows {@code If-None-Match: *}. Without it a name that somebody else takes
     *                          between our look and the end of our upload is overwritten: the dataset's lock has to
     *                          keep a second writer away
     * @param proof             what is believed after an upload
     */
    public record Dialect(Checksums checksums, boolean conditionalWrites, Proof proof) {
        /** Amazon's store, and those that keep up with it. */
        public static final Dialect AMAZON = new Dialect(Checksums.SHA256, true, Proof.AUTO);

        /** The oldest one still met: Content-MD5, and a look instead of a condition. */
        public static final Dialect COMPATIBLE = new Dialect(Checksums.MD5, false, Proof.AUTO);
    }

    /** What is believed after an upload. The size is always compared. */
    public enum Proof {
        /** The store's own checksum or ETag; where it gives none that can be compared, the object is read back. */
        AUTO,
        /** The object is read back and hashed, always. */
        READ
    }

    /**
     * How the store is to keep objects; null leaves the choice to the bucket.
     *
     * @param storageClass such as {@code STANDARD_IA}
     * @param encryption   {@code AES256} or {@code aws:kms}
     * @param kmsKey       the key's id or ARN, for {@code aws:kms} only
     */
    public record Keeping(
            @Nullable String storageClass,
            @Nullable String encryption,
            @Nullable String kmsKey) {
        /** As the bucket has it. */
        public static final Keeping DEFAULT = new Keeping(null, null, null);

        /** Fails with {@link IllegalArgumentException} on a KMS key without KMS. */
        public Keeping {
            if (kmsKey != null && !Optional.ofNullable(encryption).orElse("").startsWith("aws:kms")) {
                throw new IllegalArgumentException("a KMS key needs encryption aws:kms, not " + encryption);
            }
        }
    }

    /**
     * Pieces and threads.
     *
     * @param pieceBytes how large a piece is, 5 MiB to 5 GiB; a file that fits into one is sent in one request. Pieces of
     *                   very large files are larger, since an upload has 10,000 at most
     * @param requests   bodies under way at the same time, 1 to 64
     */
    public record Sending(long pieceBytes, int requests) {
        /** 16 MiB: up to 156 GiB without larger pieces, and little is sent again when one is lost. */
        public static final Sending DEFAULT = new Sending(16L << 20, 4);

        /** Fails with {@link IllegalArgumentException} outside those limits. */
        public Sending {
            if (pieceBytes < PiecePlan.SMALLEST || pieceBytes > PiecePlan.LARGEST) {
                throw new IllegalArgumentException("a piece has 5 MiB to 5 GiB, not " + pieceBytes + " bytes");
            }
            if (requests < 1 || requests > 64) {
                throw new IllegalArgumentException("1 to 64 requests at the same time, not " + requests);
            }
        }
    }

    /**
     * How long answers are waited for. Pauses double from {@code firstPause} to {@code longestPause}, each drawn at
     * random so that many clients do not come back at the same moment.
     *
     * @param connect        to a connection
     * @param answer         without a byte from the store, and for a whole request without a body
     * @param slowestBytesPerSecond a body that is sent more slowly counts as stuck
     * @param attempts       of one request, 1 or more
     * @param firstPause     before the second attempt
     * @param longestPause   no pause is longer
     */
    public record Patience(
            Duration connect,
            Duration answer,
            long slowestBytesPerSecond,
            int attempts,
            Duration firstPause,
            Duration longestPause) {
        /** Waits out a store that is away for about a minute; longer ones are for the schedule to try again. */
        public static final Patience DEFAULT = new Patience(
                Duration.ofSeconds(10),
                Duration.ofMinutes(2),
                64 << 10,
                8,
                Duration.ofMillis(500),
                Duration.ofSeconds(20));

        /** How long one attempt may take with a body of that size. */
        Duration attempt(long bytes) {
            return answer.plusSeconds(bytes / slowestBytesPerSecond);
        }

        /** How long all attempts and the pauses between them may take. */
        Duration call(long bytes) {
            return attempt(bytes).plus(longestPause).multipliedBy(attempts);
        }
    }
}
