package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.spillway.config.Secret;
import jakarta.validation.constraints.Pattern;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** A bucket and the credentials for it. Its keys are those of the section {@code s3} that has it. */
public record BucketSection(
        @JsonPropertyDescription("Name of the bucket")
        @Pattern(regexp = "^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$", message = "must be the name of a bucket")
        String bucket,

        @JsonPropertyDescription("Region, such as eu-central-1; from the environment when absent") @Nullable
        String region,

        @JsonPropertyDescription("Endpoint of the store, if it is not Amazon S3") @Nullable
        URI endpoint,

        @JsonPropertyDescription("Whether to use path-style URLs, as most stores other than Amazon S3 require")
        @JsonProperty(defaultValue = "false")
        boolean pathStyle,

        @JsonPropertyDescription("Access key; from the environment, profiles and roles when absent") @Nullable
        Secret accessKey,

        @JsonPropertyDescription("Secret key for access-key") @Nullable
        Secret secretKey,

        @JsonPropertyDescription("Session token of temporary keys") @Nullable
        Secret sessionToken,

        @JsonPropertyDescription("Profile of the shared configuration files; not together with keys") @Nullable
        String profile) {

    /** Throws {@link IllegalArgumentException} on an incomplete pair of keys. */
    public BucketSection {
        AwsKeys.require(accessKey, secretKey, sessionToken, profile);
    }
}
