package io.spillway.fresh;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The requirements on a site, and the depth of the check.
 *
 * @param maxAge   maximum age of the latest dump, counted from its snapshot; null if only {@code next_due} counts
 * @param grace    time after {@code next_due} in which the next dump may be missing, because making it takes time
 * @param sample   number of files of each dataset to download completely; only the length of the others is checked
 * @param mirrors  whether mirrors are checked, too
 * @param parallel number of concurrent requests, 1 or more
 */
public record Expectations(@Nullable Duration maxAge, Duration grace, int sample, boolean mirrors, int parallel) {}
