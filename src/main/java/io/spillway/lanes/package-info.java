/**
 * Runs tasks on new threads: {@link io.spillway.lanes.Lanes} stops all of them on the first failure, and no thread
 * outlives the call.
 *
 * <p>Knows nothing of what the tasks do.
 */
@NullMarked
package io.spillway.lanes;

import org.jspecify.annotations.NullMarked;
