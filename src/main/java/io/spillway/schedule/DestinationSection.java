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

        @JsonPropertyDescription("Where people fetch what lies in that directory, ending in /; only with directory")
        @Nullable
        URI publicUrl,

        @JsonPropertyDescription(
                "Whether the first export tries public-url: puts a file there and fetches it as readers do")
        @JsonProperty(defaultValue = "true")
        boolean tryPublicUrl,

        @JsonPropertyDescription("A bucket of S3 or of a store that speaks its language") @Nullable
        S3Section s3,

        @JsonPropertyDescription("Items of the Internet Archive, one for each dump") @Nullable
        ArchiveSection internetArchive) {

    /** Fails with {@link IllegalArgumentException} where the entry names no place, or several. */
    public DestinationSection {
        if (Stream.of(directory, s3, internetArchive).filter(Objects::nonNull).count() != 1) {
            throw new IllegalArgumentException("must name one of directory, s3 and internet-archive");
        }
        if (publicUrl != null && directory == null) {
            throw new IllegalArgumentException("public-url belongs to a directory here; s3 has one of its own");
        }
        Addresses.requireSlash("public-url", publicUrl);
    }

    /** A directory that nobody has said is public. */
    public static DestinationSection directory(Path path) {
        return new DestinationSection(path, null, true, null, null);
    }
}
