package io.spillway.support;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * A small repository that Elasticsearch 8.19.21 wrote. Snapshots {@code nightly-1} and {@code nightly-2} are complete,
 * {@code nightly-3} is partial.
 *
 * <p>{@code records} has one shard, zstd, nested objects and routed documents: in {@code nightly-1}, 30 documents in one
 * segment of several files; in {@code nightly-2}, 5 of them are replaced, 1 is deleted. {@code other}, in {@code nightly-2}, has
 * 3 documents in 2 shards. Aliases of {@code records} are {@code all-records}, {@code some-records} with a filter and {@code
 * routed-records} with a routing.
 */
public final class RepositoryFixture {
    private RepositoryFixture() {}

    /** Unpacks the repository into an empty folder. */
    public static Path unpack(Path folder) throws IOException {
        return unpack("elasticsearch-8.19.21", folder);
    }

    /** Unpacks the one that Elasticsearch 9.5.3 wrote: the snapshot {@code s1} of {@code plain}, 50 documents in 2 shards. */
    public static Path unpackVersion9(Path folder) throws IOException {
        return unpack("elasticsearch-9.5.3", folder);
    }

    private static Path unpack(String server, Path folder) throws IOException {
        String zipped = "/io/spillway/source/repository/" + server + ".zip";
        try (InputStream in = Objects.requireNonNull(RepositoryFixture.class.getResourceAsStream(zipped));
                ZipInputStream zip = new ZipInputStream(in)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path target = folder.resolve(entry.getName());
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                } else {
                    Files.createDirectories(target.getParent());
                    Files.copy(zip, target);
                }
            }
        }
        return folder;
    }
}
