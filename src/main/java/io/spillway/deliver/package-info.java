/**
 * Sends complete dumps to the other destinations ({@link io.spillway.deliver.Deliveries}, where to begin), prunes them
 * ({@link io.spillway.deliver.Pruner}, {@link io.spillway.deliver.Retention}), withdraws them ({@link
 * io.spillway.deliver.Withdrawals}), and records the outcome in the status file ({@link io.spillway.deliver.StatusFile}).
 */
@NullMarked
package io.spillway.deliver;

import org.jspecify.annotations.NullMarked;
