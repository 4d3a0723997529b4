/**
 * Documents from Elasticsearch and OpenSearch. {@link io.spillway.source.elasticsearch.ElasticsearchSource} finds the
 * server's {@code Dialect} and opens the points in time of a snapshot; {@code SlicePager} reads a slice of it with {@code search_after}; {@code SearchAnswer} finds the
 * documents in a response's bytes; {@code ServerError} is the only place that interprets error responses.
 *
 * <p>The only package that uses Elastic's clients. Never uses scroll, {@code from}, {@code filter_path}, {@code pretty}
 * or a source filter on the data path: the first two lose documents or load the cluster, the others rewrite numbers.
 */
@NullMarked
package io.spillway.source.elasticsearch;

import org.jspecify.annotations.NullMarked;
