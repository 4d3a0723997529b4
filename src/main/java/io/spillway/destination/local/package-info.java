/**
 * A folder of a file system as a destination: {@link io.spillway.destination.local.LocalDirectory}. What is being
 * written is hidden; what is visible is whole, readable by everybody, and still there after the power went.
 *
 * <p>Knows nothing of other destinations, and no exception of {@code java.io} or {@code java.nio} leaves it.
 */
@NullMarked
package io.spillway.destination.local;

import org.jspecify.annotations.NullMarked;
