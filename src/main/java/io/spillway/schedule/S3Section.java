package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.spillway.config.Between;
import io.spillway.config.DataSize;
import io.spillway.config.Secret;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** The destination {@code s3}: which bucket, who writes to it, how its store wants to be spoken to. */
public record S3Section(
        @JsonPropertyDescription("Name of the bucket")
        @Pattern(regexp = "^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$", message = "must be the name of a bucket")
        String bucket,

        @JsonPropertyDescription("What every key begins with, ending in /; empty for the bucket itself")
        @Pattern(
                regexp = "^([A-Za-z0-9._-]+/)*$",
                message = "must be empty or names of A-Z a-z 0-9 . _ - that end in /, such as public/")
        @JsonProperty(defaultValue = "")
        @Nullable
        String prefix,

        @JsonPropertyDescription("Region, such as eu-central-1; what the environment says when absent") @Nullable
        String region,

        @JsonPropertyDescription("Address of the store where it is not Amazon's") @Nullable
        URI endpoint,

        @JsonPropertyDescription("Whether the bucket's name stands in the path; most stores but Amazon's want that")
        @JsonProperty(defaultValue = "false")
        boolean pathStyle,

        @JsonPropertyDescription("Where people fetch what stands below prefix, ending in /") @Nullable
        URI publicUrl,

        @JsonPropertyDescription(
                "Whether the first export tries public-url: puts a file there and fetches it as readers do")
        @JsonProperty(defaultValue = "true")
        boolean tryPublicUrl,

        @JsonPropertyDescription("Access key; without it the environment, profiles and roles are asked") @Nullable
        Secret accessKey,

        @JsonPropertyDescription("Secret key that belongs to it") @Nullable
        Secret secretKey,

        @JsonPropertyDescription("Session token, of keys that are valid for a while only") @Nullable
        Secret sessionToken,

        @JsonPropertyDescription("Profile of the shared configuration files; not together with keys") @Nullable
        String profile,

        @JsonPropertyDescription("What makes the store check each body: sha256, crc64nvme, or md5 for old dialects")
        @JsonProperty(defaultValue = "sha256")
        Checksums checksums,

        @JsonPropertyDescription("Whether the store knows If-None-Match: *, so that no name is ever overwritten")
        @JsonProperty(defaultValue = "true")
        boolean conditionalWrites,

        @JsonPropertyDescription("What is believed after an upload: the store's checksum (auto), or what is read back")
        @JsonProperty(defaultValue = "auto")
        Proof proof,

        @JsonPropertyDescription("Storage class, such as STANDARD_IA; the bucket's own when absent") @Nullable
        String storageClass,

        @JsonPropertyDescription("Encryption, AES256 or aws:kms; the bucket's own when absent")
        @Pattern(regexp = "^(AES256|aws:kms|aws:kms:dsse)$", message = "must be AES256, aws:kms or aws:kms:dsse")
        @Nullable
        String encryption,

        @JsonPropertyDescription("Id or ARN of the key; only with aws:kms") @Nullable
        String kmsKey,

        @JsonPropertyDescription("How large the pieces are that a large file is sent in")
        @JsonProperty(defaultValue = "16MiB")
        @Between(min = "5MiB", max = "5GiB")
        DataSize pieceBytes,

        @JsonPropertyDescription("How many bodies are sent at the same time")
        @JsonProperty(defaultValue = "4")
        @Min(1)
        @Max(64)
        int requests) {

    /** Fails with {@link IllegalArgumentException} on half a pair of keys and on settings that exclude each other. */
    public S3Section {
        if ((accessKey == null) != (secretKey == null)) {
            throw new IllegalArgumentException("access-key and secret-key are given both or neither");
        }
        if (accessKey == null && sessionToken != null) {
            throw new IllegalArgumentException("session-token is given together with access-key and secret-key only");
        }
        if (accessKey != null && profile != null) {
            throw new IllegalArgumentException("only one way to sign in can be given: keys, or a profile");
        }
        if (kmsKey != null && (encryption == null || !encryption.startsWith("aws:kms"))) {
            throw new IllegalArgumentException("kms-key is given with encryption: aws:kms only");
        }
        Addresses.requireSlash("public-url", publicUrl);
    }

    /** What makes the store check a body. */
    public enum Checksums {
        /** SHA-256. */
        @JsonProperty("sha256")
        SHA256,
        /** CRC-64/NVME. */
        @JsonProperty("crc64nvme")
        CRC64NVME,
        /** Content-MD5, which the oldest dialects know too. */
        @JsonProperty("md5")
        MD5
    }

    /** What is believed after an upload. */
    public enum Proof {
        /** What the store says, where that can be compared. */
        @JsonProperty("auto")
        AUTO,
        /** What is read back. */
        @JsonProperty("read")
        READ
    }
}
