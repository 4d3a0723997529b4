/**
 * Reads the files of a shard with Lucene: its commit, the lists of its segments, deleted documents and stored fields. Inverted
 * lists, points and vectors are never opened. The only package that uses Lucene.
 *
 * <p>Implements {@link io.spillway.source.repository.ShardReader} and is loaded by name.
 */
@NullMarked
package io.spillway.source.repository.lucene;

import org.jspecify.annotations.NullMarked;
