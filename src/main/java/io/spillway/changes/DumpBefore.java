package io.spillway.changes;

import io.spillway.manifest.Manifest;
import java.nio.file.Path;

/**
 * The dump before, as it is at home.
 *
 * @param manifest       its manifest
 * @param manifestSha256 SHA-256 of the file, lower-case hex
 * @param folder         with its parts, as far as they are there
 * @param sameSettings   whether it is known that the dump was made with the present settings
 */
public record DumpBefore(Manifest manifest, String manifestSha256, Path folder, boolean sameSettings) {}
