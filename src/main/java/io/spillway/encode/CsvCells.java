package io.spillway.encode;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.spillway.json.Escapes;
import io.spillway.json.JsonCursor;
import io.spillway.json.MalformedJsonException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The values of one document for each column, as ranges of its bytes, and the resulting cells. Reused for each
 * document.
 */
final class CsvCells {
    private static final int NONE = -1;
    /** Characters that a spreadsheet reads as the start of a formula, or skips before one. */
    private static final String FORMULA_STARTS = "=+-@\t\r\n＝＋－＠";

    private final CsvOptions options;
    private final int[] first;
    private final int[] last;
    private final boolean[] several;
    private int values;
    private int[] starts = new int[64];
    private int[] ends = new int[64];
    private int[] next = new int[64];
    private @Nullable String[] names = new String[64];
    private byte[] bytes = new byte[0];

    CsvCells(int columns, CsvOptions options) {
        this.options = options;
        this.first = new int[columns];
        this.last = new int[columns];
        this.several = new boolean[columns];
    }

    /** Starts a new document in {@code source}, which is one line of UTF-8 JSON. */
    void begin(byte[] source) {
        bytes = source;
        values = 0;
        Arrays.fill(first, NONE);
        Arrays.fill(several, false);
    }

    /**
     * Adds a value to a column.
     *
     * @param below   the dotted name of the value below the column's own field, or null for that field itself
     * @param inArray whether the value is in an object of an array
     */
    void add(int column, int start, int end, @Nullable String below, boolean inArray) {
        if (values == starts.length) {
            starts = Arrays.copyOf(starts, values * 2);
            ends = Arrays.copyOf(ends, values * 2);
            next = Arrays.copyOf(next, values * 2);
            names = Arrays.copyOf(names, values * 2);
        }
        starts[values] = start;
        ends[values] = end;
        next[values] = NONE;
        names[values] = below;
        if (first[column] == NONE) {
            first[column] = values;
        } else {
            next[last[column]] = values;
            several[column] = true;
        }
        several[column] |= inArray;
        last[column] = values;
        values++;
    }

    /** Whether the column has values of its field that are not objects, and values of dotted names below it. */
    boolean isMixed(int column) throws MalformedJsonException {
        boolean below = false;
        boolean own = false;
        for (int value = first[column]; value != NONE; value = next[value]) {
            if (names[value] != null) {
                below = true;
            } else {
                own |= !holdsObject(bytes, starts[value], ends[value]);
            }
        }
        return below && own;
    }

    /** Whether {@code source[start, end)}, one JSON value, is an object or an array that contains one at any depth. */
    static boolean holdsObject(byte[] source, int start, int end) throws MalformedJsonException {
        if (source[start] != '[') {
            return source[start] == '{';
        }
        for (int at = start; at < end; at++) {
            if (source[at] == '{') {
                return true;
            } else if (source[at] == '"') {
                JsonCursor text = JsonCursor.ofValid(source, at, end);
                text.skipValue();
                at = text.position() - 1;
            }
        }
        return false;
    }

    /** The text of the column's cell, or null if the document has no value or JSON's null. */
    @Nullable
    String text(int column) throws MalformedJsonException {
        int value = first[column];
        if (value == NONE) {
            return null;
        }
        boolean join = options.arrays() == CsvOptions.ArrayForm.JOIN;
        if (several[column]) {
            return join ? joined(value) : array(value);
        }
        byte kind = names[value] != null ? (byte) '{' : bytes[starts[value]];
        return switch (kind) {
            case '"' -> escaped(Escapes.text(bytes, starts[value] + 1, ends[value] - 1));
            case 'n' -> null;
            case '[' -> join ? joined(value) : json(value);
            default -> json(value);
        };
    }

    /** The kind of the cell whose text {@link #text} returned last for this column. */
    int kind(int column) {
        int value = first[column];
        boolean list = several[column] || bytes[starts[value]] == '[';
        if (list && options.arrays() == CsvOptions.ArrayForm.JOIN) {
            return ColumnKinds.TEXT;
        } else if (list || names[value] != null) {
            return ColumnKinds.JSON;
        }
        return switch (bytes[starts[value]]) {
            case '"' -> ColumnKinds.TEXT;
            case '{' -> ColumnKinds.JSON;
            case 't', 'f' -> ColumnKinds.BOOLEAN;
            default -> isInteger(value) ? ColumnKinds.INTEGER : ColumnKinds.NUMBER;
        };
    }

    private boolean isInteger(int value) {
        for (int at = starts[value]; at < ends[value]; at++) {
            if (bytes[at] == '.' || bytes[at] == 'e' || bytes[at] == 'E') {
                return false;
            }
        }
        return true;
    }

    /** The text, prefixed with an apostrophe if that is enabled and a spreadsheet would read it as a formula. */
    String escaped(String text) {
        return options.escapeFormulas() && !text.isEmpty() && FORMULA_STARTS.indexOf(text.charAt(0)) >= 0
                ? "'" + text
                : text;
    }

    private String json(int value) {
        String name = names[value];
        String json = raw(starts[value], ends[value]);
        return name == null
                ? json
                : "{\"" + new String(JsonStringEncoder.getInstance().quoteAsString(name)) + "\":" + json + "}";
    }

    /** All values of a column as one JSON array, with nested arrays flattened. */
    private String array(int firstValue) {
        StringBuilder array = new StringBuilder("[");
        for (int value = firstValue; value != NONE; value = next[value]) {
            String json = json(value);
            String inner =
                    json.startsWith("[") ? json.substring(1, json.length() - 1).strip() : json;
            if (!inner.isEmpty()) {
                array.append(array.length() == 1 ? "" : ",").append(inner);
            }
        }
        return array.append(']').toString();
    }

    private String joined(int firstValue) throws MalformedJsonException {
        StringBuilder text = new StringBuilder();
        int count = 0;
        boolean number = false;
        for (int value = firstValue; value != NONE; value = next[value]) {
            if (names[value] != null) {
                text.append(count++ == 0 ? "" : options.separator()).append(json(value));
                continue;
            }
            JsonCursor cursor = JsonCursor.ofValid(bytes, starts[value], ends[value]);
            boolean array = cursor.accept('[');
            if (array && cursor.accept(']')) {
                continue;
            }
            do {
                byte kind = (byte) cursor.peek();
                int start = cursor.position();
                cursor.skipValue();
                text.append(count++ == 0 ? "" : options.separator()).append(element(kind, start, cursor.position()));
                number = kind == '-';
            } while (array && cursor.accept(','));
        }
        return count == 1 && number ? text.toString() : escaped(text.toString());
    }

    private String element(byte kind, int start, int end) {
        return switch (kind) {
            case '"' -> Escapes.text(bytes, start + 1, end - 1);
            case 'n' -> "";
            default -> raw(start, end);
        };
    }

    private String raw(int start, int end) {
        return new String(bytes, start, end - start, StandardCharsets.UTF_8);
    }
}
