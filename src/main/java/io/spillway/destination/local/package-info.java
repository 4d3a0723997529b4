/**
 * A folder of a file system as a destination: {@link io.spillway.destination.local.LocalDirectory}. Unfinished files
 * are hidden; visible files are complete, publicly readable and durable.
 *
 * <p>Knows nothing of other destinations, and lets no exception of {@code java.io} or {@code java.nio} escape.
 */
@NullMarked
package io.spillway.destination.local;

import org.jspecify.annotations.NullMarked;
