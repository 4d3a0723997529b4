import io.spillway.compress.Compression;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The compressor alone: {@code java -cp spillway.jar Compressor.java FILE COMPRESSION [LEVEL]} prints the CPU seconds of
 * compressing the file, without reading it, and the ratio. The second of two passes counts, since its code is compiled.
 */
final class Compressor {
    public static void main(String[] args) throws Exception {
        Compression compression = Compression.parse(args[1], args.length > 2 ? Integer.valueOf(args[2]) : null);
        long cpu = 0;
        Counter counter = new Counter();
        for (int pass = 0; pass < 2; pass++) {
            cpu = 0;
            counter = new Counter();
            byte[] buffer = new byte[64 << 10];
            try (InputStream in = Files.newInputStream(Path.of(args[0]));
                    OutputStream out = compression.compress(counter)) {
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    long begun = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
                    out.write(buffer, 0, read);
                    cpu += ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - begun;
                }
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%.3f %.3f %s%n",
                cpu / 1e9,
                (double) Files.size(Path.of(args[0])) / counter.bytes,
                compression.library().orElse("-"));
    }

    private static final class Counter extends OutputStream {
        private long bytes;

        @Override
        public void write(int b) {
            bytes++;
        }

        @Override
        public void write(byte[] buffer, int offset, int length) {
            bytes += length;
        }
    }
}
