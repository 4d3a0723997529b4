/**
 * Documents of a snapshot repository: the files that Elasticsearch and OpenSearch write into a directory or a bucket. {@link
 * io.spillway.source.repository.RepositorySource} chooses a snapshot, {@link
 * io.spillway.source.repository.RepositorySnapshot} counts and reads its documents. No cluster is contacted.
 *
 * <p>Lucene's files are read by {@code source.repository.lucene}, which implements {@link
 * io.spillway.source.repository.ShardReader} and is loaded by name.
 */
@NullMarked
package io.spillway.source.repository;

import org.jspecify.annotations.NullMarked;
