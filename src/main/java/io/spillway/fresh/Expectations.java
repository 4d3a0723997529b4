package io.spillway.fresh;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a site has to keep to, and how closely it is looked at.
 *
 * @param maxAge   how old the latest dump may be, counted from its snapshot; null where only {@code next_due} counts
 * @param grace    how long after {@code next_due} a dump may still be missing: it takes its time to be made
 * @param sample   how many files of each dataset are read whole; the others are asked for their length
 * @param mirrors  whether mirrors are looked at, too
 * @param parallel how many files are asked for at the same time, 1 or more
 */
public record Expectations(@Nullable Duration maxAge, Duration grace, int sample, boolean mirrors, int parallel) {}
