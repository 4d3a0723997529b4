/**
 * What makes a dump exist: {@link io.spillway.manifest.Manifest}, its JSON and the checksum file. docs/format.md
 * documents them for readers.
 */
@NullMarked
package io.spillway.manifest;

import org.jspecify.annotations.NullMarked;
