/**
 * From finished parts to a dump that readers see: {@link io.spillway.publish.Publisher} keeps the order, and writes what
 * stands beside the parts.
 *
 * <p>Knows destinations by their port only, and nothing of where documents come from.
 */
@NullMarked
package io.spillway.publish;

import org.jspecify.annotations.NullMarked;
