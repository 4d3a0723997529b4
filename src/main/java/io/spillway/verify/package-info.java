/**
 * Reads dumps back: {@link io.spillway.verify.PartCheck} one part, {@link io.spillway.verify.DumpCheck} everything that
 * a manifest names, wherever it lies. Exports use the first before they publish, anybody may use the second at any time.
 */
@NullMarked
package io.spillway.verify;

import org.jspecify.annotations.NullMarked;
