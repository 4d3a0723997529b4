/**
 * Stores for published files. {@link io.spillway.destination.Destination} is the port; each adapter has a package below
 * this one, is created only by the command line's wiring, and passes the same contract tests.
 *
 * <p>Knows nothing of documents, datasets or Elasticsearch: keys and bytes only.
 */
@NullMarked
package io.spillway.destination;

import org.jspecify.annotations.NullMarked;
