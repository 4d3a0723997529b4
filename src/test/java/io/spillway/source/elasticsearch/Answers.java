package io.spillway.source.elasticsearch;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Answers of a search as Elasticsearch writes them: one line, its order of members. */
final class Answers {
    /** Every shard has answered. */
    static final String ALL_SHARDS = "{\"total\":5,\"successful\":5,\"skipped\":0,\"failed\":0}";

    /** Text that looks like the end of an answer, as a document may contain it. */
    static final String TAIL = "\"sort\":[1,2]}]}}";

    private static final String[] SOURCES = {
        "{}",
        "{\"t\":\"plain\"}",
        "{\"t\":\"\\\"sort\\\":[1,2]}]}}\"}",
        "{\"a\":{\"b\":[{\"sort\":[1,2]}]}}",
        "{\"sort\":[1,2]}",
        "{\"hits\":{\"hits\":[{\"_source\":{},\"sort\":[1,2]}]}}",
        "{\"t\":\"ends in \\\\\"}",
        "{\"n\":[1e400,-0.0,18446744073709551615],\"é\":\"日本\"}",
        "{\n  \"t\" : \"pretty\"\n}",
        "{\"\":\"}]}}\"}",
    };

    private Answers() {}

    static String answer(String... hits) {
        return answer(ALL_SHARDS, List.of(hits));
    }

    static String answer(String shards, List<String> hits) {
        return "{\"pit_id\":\"46ToAwMDaWR5QQ==\",\"took\":3,\"timed_out\":false,\"_shards\":" + shards
                + ",\"hits\":{\"max_score\":null,\"hits\":[" + String.join(",", hits) + "]}}";
    }

    static String hit(String id, String source, String sort) {
        return "{\"_index\":\"books\",\"_id\":\"" + id + "\",\"_score\":null,\"_source\":" + source + ",\"sort\":"
                + sort + "}";
    }

    /** An answer of up to six hits whose documents imitate its tail. */
    static String random(Random random) {
        List<String> hits = new ArrayList<>();
        for (int i = random.nextInt(7); i > 0; i--) {
            String source = SOURCES[random.nextInt(SOURCES.length)];
            String sort = "[" + (random.nextInt(1_000) - 500) + "," + random.nextLong() + "]";
            hits.add(hit("d" + i, source, sort));
        }
        return answer(ALL_SHARDS, hits);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
