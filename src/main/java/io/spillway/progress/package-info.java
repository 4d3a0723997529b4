/**
 * What a run has done so far and where its time went: {@link io.spillway.progress.Progress} is counted up by the lanes
 * and read by whoever shows it; {@link io.spillway.progress.StageClock} attributes a lane's time to one stage at a time.
 *
 * <p>Nothing here prints. Imports nothing of ours.
 */
@NullMarked
package io.spillway.progress;

import org.jspecify.annotations.NullMarked;
