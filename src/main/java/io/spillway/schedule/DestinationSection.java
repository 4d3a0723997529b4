package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.net.URI;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An entry of {@code destinations}: a directory, a bucket, or items of the Internet Archive. */
public record DestinationSection(
        @JsonPropertyDescription("A directory; a relative path starts at the working directory") @Nullable
        Path directory,

        @JsonPropertyDescription("Public URL of that directory, ending in /; only with directory") @Nullable
        URI publicUrl,

        @JsonPropertyDescription(
                "Whether the first export probes public-url: stores a file and fetches it as a reader does")
        @JsonProperty(defaultValue = "true")
        boolean tryPublicUrl,

        @JsonPropertyDescription("A bucket of S3 or of an S3-compatible store") @Nullable
        S3Section s3,

        @JsonPropertyDescription("Items of the Internet Archive, one for each dump") @Nullable
        ArchiveSection internetArchive) {

    /** Throws {@link IllegalArgumentException} unless the entry names exactly one kind of destination. */
    public DestinationSection {
        if (Stream.of(directory, s3, internetArchive).filter(Objects::nonNull).count() != 1) {
            throw new IllegalArgumentException("must name one of directory, s3 and internet-archive");
        }
        if (publicUrl != null && directory == null) {
            throw new IllegalArgumentException("public-url is for a directory here; set it inside s3 for a bucket");
        }
        Addresses.requireSlash("public-url", publicUrl);
    }

    /** A directory without a public URL. */
    public static DestinationSection directory(Path path) {
        return new DestinationSection(path, null, true, null, null);
    }
}
