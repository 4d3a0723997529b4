package io.spillway.source.elasticsearch;

import io.spillway.source.Document;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/** A search's answer of about 4 MiB, as an export asks for, with the demo's own records as hits. */
public final class RealPage {
    private static final int BYTES = 4 << 20;

    private RealPage() {}

    /** The answer with records of that set: {@code countries} (nested, 3 kB each) or {@code cities} (flat, 80 bytes). */
    public static byte[] answer(String set) throws IOException {
        List<String> records = records(set);
        StringBuilder hits = new StringBuilder(BYTES + 4096);
        for (int i = 0; hits.length() < BYTES; i++) {
            hits.append(i == 0 ? "" : ",")
                    .append("{\"_index\":\"%s\",\"_id\":\"%020d\",\"_score\":null,\"_source\":".formatted(set, i))
                    .append(records.get(i % records.size()))
                    .append(",\"sort\":[").append(i).append("]}");
        }
        return ("{\"pit_id\":\"p\",\"took\":9,\"timed_out\":false,\"_shards\":{\"total\":3,\"successful\":3,"
                        + "\"skipped\":0,\"failed\":0},\"hits\":{\"max_score\":null,\"hits\":[" + hits + "]}}")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** The same answer's documents. */
    public static List<Document> documents(String set) throws Exception {
        byte[] answer = answer(set);
        return SearchAnswer.parse(answer, answer.length).documents();
    }

    /** At least that many bytes of JSON Lines. */
    public static byte[] lines(String set, int bytes) throws IOException {
        ByteArrayOutputStream lines = new ByteArrayOutputStream(bytes + 8192);
        List<String> records = records(set);
        for (int i = 0; lines.size() < bytes; i++) {
            lines.write(records.get(i % records.size()).getBytes(StandardCharsets.UTF_8));
            lines.write('\n');
        }
        return lines.toByteArray();
    }

    private static List<String> records(String set) throws IOException {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(Objects.requireNonNull(
                        RealPage.class.getResourceAsStream("/io/spillway/demo/" + set + ".jsonl.gz"))),
                StandardCharsets.UTF_8))) {
            return lines.lines().toList();
        }
    }
}
