/**
 * From a snapshot to finished parts, with the proof that each document is in them once. Begin with {@link
 * io.spillway.pipeline.Extraction}; a {@code Lane} is the whole path of one slice, page in, part out.
 *
 * <p>Depends on ports, never on adapters.
 */
@NullMarked
package io.spillway.pipeline;

import org.jspecify.annotations.NullMarked;
