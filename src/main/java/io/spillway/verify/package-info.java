/**
 * Verifies dumps by reading them back: {@link io.spillway.verify.PartCheck} one part,
 * {@link io.spillway.verify.DumpCheck} everything that a manifest lists, at any location. Exports use the first before
 * they publish; users can run the second at any time.
 */
@NullMarked
package io.spillway.verify;

import org.jspecify.annotations.NullMarked;
