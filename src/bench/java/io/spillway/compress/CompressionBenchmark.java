package io.spillway.compress;

import io.spillway.source.elasticsearch.RealPage;
import io.spillway.source.elasticsearch.Volume;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** 8 MiB of the demo's cities through each codec, in the calling thread and to nowhere; beside the JDK's own gzip. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class CompressionBenchmark {
    private static final int BYTES = 8 << 20;
    private static final int CHUNK = 64 << 10;

    @Param({"gzip:1", "gzip:6", "gzip:9", "zstd:1", "zstd:3", "zstd:9", "bzip2:9", "xz:1", "jdk-gzip:6"})
    public String codec;

    private byte[] lines;

    @Setup
    public void lines() throws Exception {
        lines = RealPage.lines("cities", BYTES);
    }

    @Benchmark
    public void compress(Volume volume) throws Exception {
        volume.add(lines.length);
        try (OutputStream out = open(OutputStream.nullOutputStream())) {
            for (int i = 0; i < lines.length; i += CHUNK) {
                out.write(lines, i, Math.min(CHUNK, lines.length - i));
            }
        }
    }

    private OutputStream open(OutputStream out) throws Exception {
        if (codec.startsWith("jdk-gzip")) {
            return new GZIPOutputStream(out);
        }
        String[] parts = codec.split(":", -1);
        return Compression.parse(parts[0], Integer.valueOf(parts[1])).compress(out);
    }
}
