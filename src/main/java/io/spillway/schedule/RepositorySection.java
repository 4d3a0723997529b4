package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.nio.file.Path;

/** The section {@code source.snapshot-repository}: where the files of a snapshot repository are. */
public record RepositorySection(
        @JsonPropertyDescription("Directory of the repository, of the type fs: the one that has index.latest")
        Path directory) {}
