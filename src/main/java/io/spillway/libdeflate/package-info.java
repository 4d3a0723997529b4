/**
 * gzip with libdeflate, an optional native library of the system. {@link io.spillway.libdeflate.LibDeflate} is the
 * entry point and the only public type; {@code compress.Compression} is its only caller, and falls back to the JDK
 * without it. Removing this package only makes gzip slower.
 */
@NullMarked
package io.spillway.libdeflate;

import org.jspecify.annotations.NullMarked;
