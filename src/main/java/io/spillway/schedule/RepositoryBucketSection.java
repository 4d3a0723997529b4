package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import jakarta.validation.constraints.Pattern;
import org.jspecify.annotations.Nullable;

/** The section {@code source.snapshot-repository.s3}: a bucket that is only listed and read. */
public record RepositoryBucketSection(
        @JsonUnwrapped BucketSection access,

        @JsonPropertyDescription("The repository's base_path, without / at its ends; empty for the bucket itself")
        @Pattern(
                regexp = "^([A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*)?$",
                message = "must be empty or names of A-Z a-z 0-9 . _ - with / between them, such as backups/search")
        @JsonProperty(defaultValue = "")
        @Nullable
        String basePath) {

    /** The prefix of every key of the repository: empty, or ends in a slash. */
    public String prefix() {
        return basePath == null || basePath.isEmpty() ? "" : basePath + "/";
    }

    /** Its name in messages. */
    public String name() {
        return "s3://" + access.bucket() + "/" + prefix();
    }
}
