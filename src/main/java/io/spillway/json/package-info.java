/**
 * JSON as bytes: {@link io.spillway.json.JsonCursor} walks a text in one pass and says where values begin and end and
 * what is odd about them; {@link io.spillway.json.OneLine} copies an odd value onto one line. Nothing is decoded, no
 * number is read and no object is built, so that what comes out is what went in.
 *
 * <p>Knows nothing of Elasticsearch; imports nothing of ours.
 */
@NullMarked
package io.spillway.json;

import org.jspecify.annotations.NullMarked;
