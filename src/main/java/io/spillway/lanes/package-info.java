/**
 * Tasks on threads of their own: {@link io.spillway.lanes.Lanes} runs them, ends all with the first that fails, and lets
 * none outlive the call.
 *
 * <p>Knows nothing of what the tasks do.
 */
@NullMarked
package io.spillway.lanes;

import org.jspecify.annotations.NullMarked;
