package io.spillway.compress;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * A separate process in which the native library has not been loaded yet: checks availability twice, then writes and
 * reads.
 */
final class ZstdLibraryProbe {
    private ZstdLibraryProbe() {}

    public static void main(String[] args) {
        Compression zstd = Compression.parse("zstd", null);
        System.out.println(zstd.whyUnavailable().orElse("loads"));
        System.out.println(zstd.whyUnavailable().orElse("loads"));
        System.out.println(
                said(() -> zstd.compress(OutputStream.nullOutputStream()).close()));
        System.out.println(said(
                () -> zstd.decompress(new ByteArrayInputStream(new byte[10])).close()));
        System.out.println(Compression.parse("gzip", null).whyUnavailable().orElse("loads"));
    }

    private interface Use {
        void run() throws IOException;
    }

    private static String said(Use use) {
        try {
            use.run();
            return "done";
        } catch (IOException e) {
            return e.getMessage();
        }
    }
}
