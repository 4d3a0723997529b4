/**
 * Runs tasks on new threads: {@link io.spillway.lanes.Lanes} stops all of them on the first failure, and no thread
 * outlives the call. {@link io.spillway.lanes.Interrupts} and {@link io.spillway.lanes.Backoff} are for threads that are
 * stopped or wait.
 *
 * <p>Knows nothing of what the tasks do.
 */
@NullMarked
package io.spillway.lanes;

import org.jspecify.annotations.NullMarked;
