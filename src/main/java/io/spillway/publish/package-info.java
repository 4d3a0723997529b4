/**
 * Turns finished parts into a published dump: {@link io.spillway.publish.Publisher} defines the order of steps and
 * writes the files beside the parts.
 *
 * <p>Depends on destinations only through their port, and not on the source of the documents.
 */
@NullMarked
package io.spillway.publish;

import org.jspecify.annotations.NullMarked;
