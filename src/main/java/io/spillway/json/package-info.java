/**
 * JSON as bytes: {@link io.spillway.json.JsonCursor} scans a text in one pass, finds where values begin and end, and
 * detects deviations; {@link io.spillway.json.OneLine} copies such a value as one line. Nothing is decoded, no number
 * is parsed and no object is built, so that the output equals the input.
 *
 * <p>Knows nothing of Elasticsearch and depends on no other package of Spillway.
 */
@NullMarked
package io.spillway.json;

import org.jspecify.annotations.NullMarked;
