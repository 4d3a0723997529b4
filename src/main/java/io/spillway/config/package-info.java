/**
 * Configuration files: YAML into records, with all problems of a file in one message. {@link
 * io.spillway.config.ConfigFile} reads files, {@link io.spillway.config.ConfigSchema} generates their schema, and
 * values are {@link io.spillway.config.Secret}, {@link io.spillway.config.DataSize} and durations. A record's
 * components are the only declaration: names, defaults, limits and descriptions of keys are taken from them.
 *
 * <p>Independent of dumps: the caller defines the keys.
 */
@NullMarked
package io.spillway.config;

import org.jspecify.annotations.NullMarked;
