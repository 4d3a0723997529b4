/**
 * What makes a dump exist: {@link io.spillway.manifest.Manifest}, its JSON and the checksum file beside it. The promise
 * that these make to readers is docs/format.md.
 */
@NullMarked
package io.spillway.manifest;

import org.jspecify.annotations.NullMarked;
