package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.spillway.config.Between;
import io.spillway.config.DataSize;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** The destination {@code s3}: the bucket, its credentials, and the dialect of its store. */
public record S3Section(
        @JsonUnwrapped BucketSection access,

        @JsonPropertyDescription("Prefix of every key, ending in /; empty for the bucket itself")
        @Pattern(
                regexp = "^([A-Za-z0-9._-]+/)*$",
                message = "must be empty or names of A-Z a-z 0-9 . _ - that end in /, such as public/")
        @JsonProperty(defaultValue = "")
        @Nullable
        String prefix,

        @JsonPropertyDescription("Public URL of the objects below prefix, ending in /") @Nullable
        URI publicUrl,

        @JsonPropertyDescription(
                "Whether the first export probes public-url: stores a file and fetches it as a reader does")
        @JsonProperty(defaultValue = "true")
        boolean tryPublicUrl,

        @JsonPropertyDescription(
                "Checksum that the store verifies for each body: sha256, crc64nvme, or md5 for old dialects")
        @JsonProperty(defaultValue = "sha256")
        Checksums checksums,

        @JsonPropertyDescription("Whether the store supports If-None-Match: *, which prevents overwrites")
        @JsonProperty(defaultValue = "true")
        boolean conditionalWrites,

        @JsonPropertyDescription("How uploads are verified: by the store's checksum (auto), or by reading back (read)")
        @JsonProperty(defaultValue = "auto")
        Proof proof,

        @JsonPropertyDescription("Whether dumps are made in this bucket, without a copy on the disk;"
                + " the only destination then, with conditional-writes and without changes")
        @JsonProperty(defaultValue = "false")
        boolean home,

        @JsonPropertyDescription("Storage class, such as STANDARD_IA; the bucket's default when absent") @Nullable
        String storageClass,

        @JsonPropertyDescription("Encryption, AES256 or aws:kms; the bucket's default when absent")
        @Pattern(regexp = "^(AES256|aws:kms|aws:kms:dsse)$", message = "must be AES256, aws:kms or aws:kms:dsse")
        @Nullable
        String encryption,

        @JsonPropertyDescription("Id or ARN of the key; only with aws:kms") @Nullable
        String kmsKey,

        @JsonPropertyDescription("Part size for multipart uploads of large files")
        @JsonProperty(defaultValue = "16MiB")
        @Between(min = "5MiB", max = "5GiB")
        DataSize pieceBytes,

        @JsonPropertyDescription("Number of concurrent uploads") @JsonProperty(defaultValue = "4") @Min(1) @Max(64)
        int requests) {

    /** Throws {@link IllegalArgumentException} on conflicting settings. */
    public S3Section {
        if (kmsKey != null && (encryption == null || !encryption.startsWith("aws:kms"))) {
            throw new IllegalArgumentException("kms-key requires encryption: aws:kms");
        }
        if (home && !conditionalWrites) {
            throw new IllegalArgumentException(
                    "home requires conditional-writes: two exports would not exclude each other");
        }
        Addresses.requireSlash("public-url", publicUrl);
    }

    /** The checksum that the store verifies for each body. */
    public enum Checksums {
        /** SHA-256. */
        @JsonProperty("sha256")
        SHA256,
        /** CRC-64/NVME. */
        @JsonProperty("crc64nvme")
        CRC64NVME,
        /** Content-MD5, which the oldest dialects support, too. */
        @JsonProperty("md5")
        MD5
    }

    /** How an upload is verified. */
    public enum Proof {
        /** By the store's checksum, if it can be compared. */
        @JsonProperty("auto")
        AUTO,
        /** By reading the object back. */
        @JsonProperty("read")
        READ
    }
}
