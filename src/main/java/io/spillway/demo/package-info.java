/**
 * Infrastructure of {@code spillway demo} and the integration tests: a temporary Elasticsearch as a child process
 * ({@link io.spillway.demo.ElasticsearchServer}) and real records bundled with the project ({@link
 * io.spillway.demo.DemoRecords}).
 *
 * <p>Independent of exports: it returns a URL and fills an index, over HTTP like any other client.
 */
@NullMarked
package io.spillway.demo;

import org.jspecify.annotations.NullMarked;
