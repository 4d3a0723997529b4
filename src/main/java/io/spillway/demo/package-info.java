/**
 * What {@code spillway demo} and the integration tests run on: a throw-away Elasticsearch as a child process
 * ({@link io.spillway.demo.ElasticsearchServer}) and real records that come with the project
 * ({@link io.spillway.demo.DemoRecords}).
 *
 * <p>Knows nothing of exports: it hands out an address and fills an index, over HTTP like any other client.
 */
@NullMarked
package io.spillway.demo;

import org.jspecify.annotations.NullMarked;
