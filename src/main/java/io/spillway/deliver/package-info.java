/**
 * Sends complete dumps to the other destinations, prunes and withdraws them, and records the outcome in the status file.
 * Begin with {@link io.spillway.deliver.Deliveries}.
 */
@NullMarked
package io.spillway.deliver;

import org.jspecify.annotations.NullMarked;
