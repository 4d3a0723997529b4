/**
 * Counters and timings of a run: {@link io.spillway.progress.Progress} is updated by the lanes and read by the
 * reporter; {@link io.spillway.progress.StageClock} attributes a lane's time to one stage at a time.
 *
 * <p>Prints nothing. Imports no other package of Spillway.
 */
@NullMarked
package io.spillway.progress;

import org.jspecify.annotations.NullMarked;
