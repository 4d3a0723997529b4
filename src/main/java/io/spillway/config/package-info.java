/**
 * Configuration files: YAML into records, with every problem of a file in one message. {@link
 * io.spillway.config.ConfigFile} reads, {@link io.spillway.config.ConfigSchema} says what a file may hold, and the
 * values are {@link io.spillway.config.Secret}, {@link io.spillway.config.DataSize} and durations. A record's
 * components are the only declaration: names, defaults, limits and descriptions of keys are taken from them.
 *
 * <p>Knows nothing of dumps: which keys there are is the caller's matter.
 */
@NullMarked
package io.spillway.config;

import org.jspecify.annotations.NullMarked;
