package io.spillway.destination.s3;

import io.spillway.destination.ObjectKey;
import io.spillway.destination.s3.S3Options.Dialect;
import java.net.URI;
import java.nio.file.Path;

/** Stores one file in a separate JVM whose heap is under test. */
final class HeapProbe {
    private HeapProbe() {}

    /** The endpoint, the file, the key. */
    public static void main(String[] arguments) throws Exception {
        try (S3Bucket bucket = S3Bucket.open(S3Server.options(URI.create(arguments[0]), Dialect.AMAZON))) {
            long start = System.nanoTime();
            System.out.println(bucket.store(Path.of(arguments[1]), new ObjectKey(arguments[2])));
            System.out.println((System.nanoTime() - start) / 1_000_000 + " ms");
        }
    }
}
