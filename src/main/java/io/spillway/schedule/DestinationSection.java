package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.spillway.config.ExactlyOne;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** An entry of {@code destinations}. Exactly one component is there. */
@ExactlyOne
public record DestinationSection(
        @JsonPropertyDescription("A directory; a relative path starts at the working directory") @Nullable
        Path directory) {}
