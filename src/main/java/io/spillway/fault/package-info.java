/**
 * Why a run failed. {@link io.spillway.fault.Fault} is the one table that the exit code, the retry policy and the docs
 * use; {@link io.spillway.fault.SpillwayException} is the one exception that crosses packages.
 *
 * <p>Imports no other package of Spillway.
 */
@NullMarked
package io.spillway.fault;

import org.jspecify.annotations.NullMarked;
