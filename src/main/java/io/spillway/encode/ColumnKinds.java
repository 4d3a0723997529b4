package io.spillway.encode;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * The kinds of cells found in each column, over any number of parts: exact, because every cell is recorded when it is
 * written. Its fields are also its form as JSON. Not thread-safe.
 */
@JsonAutoDetect(fieldVisibility = Visibility.ANY)
public final class ColumnKinds {
    static final int TEXT = 1;
    static final int INTEGER = 1 << 1;
    static final int NUMBER = 1 << 2;
    static final int BOOLEAN = 1 << 3;
    static final int JSON = 1 << 4;

    private List<String> names;
    private Map<String, String> unmapped;
    private int[] kinds;

    /** No columns, for a format without columns. */
    public ColumnKinds() {
        this.names = List.of();
        this.unmapped = Map.of();
        this.kinds = new int[0];
    }

    ColumnKinds(CsvColumns columns) {
        this.names = columns.names();
        this.unmapped = columns.unmapped();
        this.kinds = new int[names.size()];
    }

    void saw(int column, int kind) {
        kinds[column] |= kind;
    }

    /** Adds the kinds found in another part with the same columns. */
    public void add(ColumnKinds other) {
        if (names.isEmpty()) {
            names = other.names;
            unmapped = other.unmapped;
            kinds = new int[names.size()];
        }
        for (int column = 0; column < other.kinds.length; column++) {
            kinds[column] |= other.kinds[column];
        }
    }

    /**
     * A type for each column that fits every non-empty cell: {@code string}, {@code integer} (digits only, of any
     * length), {@code number}, {@code boolean}; {@code any} for JSON text, mixed types, or no value at all. Empty if
     * the format has no columns.
     */
    public List<String> types() {
        return IntStream.of(kinds).mapToObj(ColumnKinds::type).toList();
    }

    /**
     * Columns of fields that neither the mapping nor any document has, which are probably misspelt. The values are
     * their names for messages, with suggestions.
     */
    public Map<String, String> neverFilled() {
        Map<String, String> never = new TreeMap<>(unmapped);
        for (int column = 0; column < kinds.length; column++) {
            if (kinds[column] != 0) {
                never.remove(names.get(column));
            }
        }
        return never;
    }

    /** Columns with a value in at least one cell. */
    public List<String> filled() {
        return IntStream.range(0, kinds.length)
                .filter(column -> kinds[column] != 0)
                .mapToObj(names::get)
                .toList();
    }

    private static String type(int kinds) {
        return switch (kinds) {
            case TEXT -> "string";
            case INTEGER -> "integer";
            case NUMBER, NUMBER | INTEGER -> "number";
            case BOOLEAN -> "boolean";
            default -> "any";
        };
    }
}
