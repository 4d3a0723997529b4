package io.spillway.destination.archive;

import io.spillway.destination.Digests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A local file to upload to an item.
 *
 * @param path  its path
 * @param name  its name in the item
 * @param bytes its length
 * @param sums  its checksums
 */
record LocalFile(Path path, String name, long bytes, Digests.Sums sums) {

    /** Reads the file once. */
    static LocalFile read(Path path, String name) throws IOException {
        return new LocalFile(path, name, Files.size(path), Digests.of(path));
    }
}
