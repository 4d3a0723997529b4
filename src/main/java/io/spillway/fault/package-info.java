/**
 * Why a run failed. {@link io.spillway.fault.Fault} is the one table that the exit code, the retry policy and the docs
 * read; {@link io.spillway.fault.SpillwayException} is the one exception that crosses packages.
 *
 * <p>Imports nothing of ours.
 */
@NullMarked
package io.spillway.fault;

import org.jspecify.annotations.NullMarked;
