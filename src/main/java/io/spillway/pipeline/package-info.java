/**
 * From a snapshot to finished parts. {@link io.spillway.pipeline.ExportRun} is one export from lock to publication; a
 * {@code Lane} is the whole path of one slice, page in, part out.
 *
 * <p>Knows ports, never adapters.
 */
@NullMarked
package io.spillway.pipeline;

import org.jspecify.annotations.NullMarked;
