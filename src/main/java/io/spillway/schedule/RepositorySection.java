package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.spillway.config.OneOf;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The section {@code source.snapshot-repository}: where the files of a snapshot repository are. */
@OneOf({"directory", "s3"})
public record RepositorySection(
        @JsonPropertyDescription(
                "Directory of the repository, of the type fs: the one that has index.latest; this or s3 is required")
        @Nullable
        Path directory,

        @JsonPropertyDescription("Bucket of the repository, of the type s3") @Nullable
        RepositoryBucketSection s3) {}
