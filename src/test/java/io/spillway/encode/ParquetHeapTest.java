package io.spillway.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.spillway.parquet.Columns;
import io.spillway.source.Document;
import io.spillway.source.SourceField;
import io.spillway.support.Tool;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The heap that four open parts with many columns take. */
class ParquetHeapTest {
    private static final int LANES = 4;
    private static final int COLUMNS = 900;
    private static final int DOCUMENTS = Integer.getInteger("spillway.documents", 1_000);

    @Test
    void fourLanesWithNineHundredColumnsOfDistinctValuesFitInto256Mebibytes(@TempDir Path folder) throws Exception {
        Tool.Result result = Tool.run(
                folder,
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-Dspillway.documents=" + DOCUMENTS,
                        "-cp",
                        System.getProperty("java.class.path")
                                .replaceAll("(^|:)(?=[^/:])", "$1" + Path.of("").toAbsolutePath() + "/"),
                        ParquetHeapTest.class.getName()));
        assertThat(result.output()).contains("written").doesNotContain("OutOfMemoryError");
        assertThat(result.exitCode()).isZero();
    }

    /** The child: writes parts at the same time, beside as much as the program and the pages of four lanes take. */
    public static void main(String[] arguments) throws IOException, InterruptedException, ExecutionException {
        byte[][] others = new byte[64][1 << 20];
        List<SourceField> fields = new ArrayList<>();
        for (int i = 0; i < COLUMNS; i++) {
            fields.add(new SourceField(
                    "f%03d".formatted(i), List.of("long", "keyword", "double").get(i % 3)));
        }
        Columns columns = new Columns(fields, Columns.Options.DEFAULTS);
        ExecutorService threads = Executors.newFixedThreadPool(LANES);
        try {
            List<Future<Long>> lanes = new ArrayList<>();
            for (int lane = 0; lane < LANES; lane++) {
                long seed = lane;
                lanes.add(threads.submit(() -> part(columns, new Random(seed))));
            }
            for (Future<Long> lane : lanes) {
                System.out.println("written " + lane.get() + " bytes beside " + others.length + " MiB");
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static long part(Columns columns, Random random) throws IOException {
        long[] bytes = new long[1];
        OutputStream out = new OutputStream() {
            @Override
            public void write(int b) {
                bytes[0]++;
            }

            @Override
            public void write(byte[] buffer, int offset, int length) {
                bytes[0] += length;
            }
        };
        try (Parquet parquet = new Parquet(
                columns, 3, Parquet.rowGroupBytes(Runtime.getRuntime().maxMemory()))) {
            parquet.begin(out);
            for (int i = 0; i < DOCUMENTS; i++) {
                parquet.encode(document(random), out);
            }
            parquet.end(out);
        }
        return bytes[0];
    }

    private static Document document(Random random) throws IOException {
        StringBuilder json = new StringBuilder();
        for (int i = 0; i < COLUMNS; i++) {
            json.append(i == 0 ? '{' : ',').append("\"f%03d\":".formatted(i));
            switch (i % 3) {
                case 0 -> json.append(random.nextLong());
                case 1 ->
                    json.append('"').append(Long.toHexString(random.nextLong())).append('"');
                default -> json.append(random.nextDouble());
            }
        }
        Document[] made = new Document[1];
        assertThatCode(() -> made[0] = CsvSample.document(json.append('}').toString()))
                .doesNotThrowAnyException();
        return made[0];
    }
}
