package io.spillway.parquet;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/**
 * The values of one document that its columns do not hold exactly: one JSON object, whose names are paths and whose values
 * have the bytes of the document. Reused for each document. Not thread-safe.
 */
final class Rest {
    private final Map<String, int[]> ranges = new LinkedHashMap<>();

    void clear() {
        ranges.clear();
    }

    int mark() {
        return ranges.size();
    }

    /** Removes what was added since a mark. */
    void reset(int mark) {
        List<String> names = new ArrayList<>(ranges.keySet());
        names.subList(mark, names.size()).forEach(ranges::remove);
    }

    boolean has(String path) {
        return ranges.containsKey(path);
    }

    /** Adds the first value of a path, {@code [from, to)} of the document. */
    void add(String path, int from, int to) {
        if (ranges.containsKey(path)) {
            addAgain(path, from, to);
        } else {
            ranges.put(path, new int[] {from, to});
        }
    }

    /** Adds another value of a path that the document has already: {@code a.b#2}. */
    void addAgain(String path, int from, int to) {
        int number = 2;
        while (ranges.containsKey(path + "#" + number)) {
            number++;
        }
        ranges.put(path + "#" + number, new int[] {from, to});
    }

    Iterable<String> paths() {
        return ranges.keySet();
    }

    /** The JSON text, or null if there is nothing. */
    @Nullable
    Binary text(byte[] document) {
        if (ranges.isEmpty()) {
            return null;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        char before = '{';
        for (Map.Entry<String, int[]> each : ranges.entrySet()) {
            out.write(before);
            before = ',';
            out.write('"');
            out.writeBytes(JsonStringEncoder.getInstance().quoteAsUTF8(each.getKey()));
            out.write('"');
            out.write(':');
            int from = each.getValue()[0];
            out.write(document, from, each.getValue()[1] - from);
        }
        out.write('}');
        return Binary.fromConstantByteArray(out.toByteArray());
    }
}
