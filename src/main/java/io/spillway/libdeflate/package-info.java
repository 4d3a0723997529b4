/**
 * gzip through libdeflate, an optional native library of the system. {@link io.spillway.libdeflate.LibDeflate} is the way in
 * and the only public type; {@code compress.Compression} is its only caller, and falls back to the JDK without it. Removing
 * this package removes the speed and nothing else.
 *
 * <p>{@code GzipMember} joins pieces that were deflated separately into one gzip member, {@code DeflateBlocks} finds the
 * joints, {@code ForeignLibrary} calls native functions by reflection, since the program is compiled for Java 17.
 */
@NullMarked
package io.spillway.libdeflate;

import org.jspecify.annotations.NullMarked;
