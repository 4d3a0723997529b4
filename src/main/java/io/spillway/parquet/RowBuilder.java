package io.spillway.parquet;

import io.spillway.json.Escapes;
import io.spillway.json.JsonCursor;
import io.spillway.json.MalformedJsonException;
import io.spillway.source.Document;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/**
 * Makes rows of documents. A value is in its column, if the column can hold anything of it, and in {@code _rest}, unless the
 * column holds it exactly. So {@code _rest} is right wherever it has a path. Not thread-safe.
 */
public final class RowBuilder {
    /** The position in a list, and the number of another value of a path. */
    private static final Pattern POSITION = Pattern.compile("\\[[0-9]+\\]|#[0-9]+$");
    /** Maximum number of distinct paths that are counted. */
    private static final int MAX_PATHS = 1_000;
    /** The entry of all paths beyond the limit. */
    private static final String MORE = "…";

    private final Columns columns;
    private final Scalars scalars = new Scalars();
    private final Rest rest = new Rest();
    private final Map<String, long[]> counts = new LinkedHashMap<>();
    private long documents;
    private byte[] bytes = {};
    private JsonCursor cursor = new JsonCursor(bytes, 0, 0);

    /** A builder of rows with these columns. */
    public RowBuilder(Columns columns) {
        this.columns = columns;
    }

    /** The row of a document. */
    public Row row(Document document) throws IOException {
        @Nullable Object[] values = new Object[columns.width()];
        document.readSource((source, start, end) -> {
            bytes = source;
            cursor = JsonCursor.ofValid(source, start, end);
            rest.clear();
            try {
                members(columns.root(), values, "");
            } catch (MalformedJsonException e) {
                throw new IllegalStateException("a parsed document is not valid JSON", e);
            }
            values[columns.restIndex()] = rest.text(source);
            if (columns.hasSource()) {
                values[columns.restIndex() + 1] = binary(start, end);
            }
        });
        if (columns.hasIds()) {
            values[columns.idIndex()] = text(document.idAsJson());
            values[columns.idIndex() + 1] = text(document.routingAsJson());
        }
        count();
        documents++;
        return new Row(values);
    }

    /** Paths with values in {@code _rest}, without positions in arrays, with the number of documents that have them. */
    public Map<String, Long> inRest() {
        Map<String, Long> all = new LinkedHashMap<>();
        counts.forEach((path, count) -> all.put(path, count[0]));
        return all;
    }

    private void count() {
        for (String path : rest.paths()) {
            String plain = POSITION.matcher(path).replaceAll("");
            boolean room = counts.containsKey(plain) || counts.size() < MAX_PATHS;
            long[] count = counts.computeIfAbsent(room ? plain : MORE, each -> new long[] {0, -1});
            if (count[1] != documents) {
                count[0]++;
                count[1] = documents;
            }
        }
    }

    private static @Nullable Binary text(@Nullable String json) {
        if (json == null) {
            return null;
        }
        byte[] text = json.getBytes(StandardCharsets.UTF_8);
        return Binary.fromString(Escapes.text(text, 1, text.length - 1));
    }

    private Binary binary(int start, int end) {
        return Binary.fromConstantByteArray(Arrays.copyOfRange(bytes, start, end));
    }

    private void members(Column at, @Nullable Object[] row, String path) throws MalformedJsonException {
        cursor.expect('{');
        if (cursor.accept('}')) {
            return;
        }
        do {
            cursor.peek();
            int start = cursor.position() + 1;
            cursor.skipValue();
            String name = Escapes.text(bytes, start, cursor.position() - 1);
            cursor.expect(':');
            member(at, row, path, name);
        } while (cursor.accept(','));
        cursor.expect('}');
    }

    /** Processes the value after a member's name, which may contain dots. */
    private void member(Column at, @Nullable Object[] row, String path, String name) throws MalformedJsonException {
        Column column = at.member(name);
        if (column != null) {
            value(column, row, path + name);
            return;
        }
        int dot = name.indexOf('.');
        Column head = dot < 0 ? null : at.member(name.substring(0, dot));
        if (head != null
                && head.kind() == Column.Kind.GROUP
                && !head.isList()
                && !rest.has(path + name.substring(0, dot))) {
            member(head, group(head, row), path + name.substring(0, dot + 1), name.substring(dot + 1));
            return;
        }
        int start = skipped();
        if (bytes[start] != 'n') {
            rest.add(path + name, start, cursor.position());
        }
    }

    private static @Nullable Object[] group(Column column, @Nullable Object[] row) {
        if (row[column.index()] instanceof Object[] found) {
            return found;
        }
        Object[] made = new Object[column.children().size()];
        row[column.index()] = made;
        return made;
    }

    private void value(Column column, @Nullable Object[] row, String path) throws MalformedJsonException {
        int kind = cursor.peek();
        if (kind == 'n') {
            cursor.skipValue();
            return;
        }
        boolean merges = column.kind() == Column.Kind.GROUP && !column.isList() && kind == '{';
        if (rest.has(path) || (!merges && row[column.index()] != null)) {
            int start = skipped();
            rest.addAgain(path, start, cursor.position());
        } else if (merges) {
            members(column, group(column, row), path + ".");
        } else if (column.kind() == Column.Kind.JSON) {
            int start = skipped();
            row[column.index()] = binary(start, cursor.position());
        } else if (column.isList()) {
            row[column.index()] = list(column, path, kind);
        } else {
            row[column.index()] = scalar(column, path, kind);
        }
    }

    private @Nullable Object scalar(Column column, String path, int kind) throws MalformedJsonException {
        int start = skipped();
        boolean fits = kind != '{' && kind != '[' && column.kind() != Column.Kind.GROUP;
        Object value = fits ? scalars.convert(column.kind(), bytes, start, cursor.position()) : null;
        if (value == null || !scalars.isExact()) {
            rest.add(path, start, cursor.position());
        }
        return value;
    }

    /** A list, or null if one of its elements does not fit; a value without brackets is a list of one. */
    private @Nullable List<@Nullable Object> list(Column column, String path, int kind) throws MalformedJsonException {
        int start = cursor.position();
        int mark = rest.mark();
        List<@Nullable Object> values = new ArrayList<>();
        boolean exact = kind == '[';
        boolean fits = true;
        if (kind != '[') {
            fits = element(column, path + "[0]", values);
        } else {
            cursor.expect('[');
            if (!cursor.accept(']')) {
                do {
                    fits &= element(column, path + "[" + values.size() + "]", values);
                    exact &= column.kind() == Column.Kind.GROUP || scalars.isExact();
                } while (cursor.accept(','));
                cursor.expect(']');
            }
        }
        if (!fits || !exact) {
            rest.reset(mark);
            rest.add(path, start, cursor.position());
        }
        return fits ? values : null;
    }

    private boolean element(Column column, String path, List<@Nullable Object> values) throws MalformedJsonException {
        int kind = cursor.peek();
        if (column.kind() == Column.Kind.GROUP && kind == '{') {
            Object[] group = new Object[column.children().size()];
            members(column, group, path + ".");
            values.add(group);
            return true;
        }
        int start = skipped();
        if (kind == 'n') {
            scalars.nothing();
            values.add(null);
            return true;
        }
        boolean fits = kind != '{' && kind != '[' && column.kind() != Column.Kind.GROUP;
        Object value = fits ? scalars.convert(column.kind(), bytes, start, cursor.position()) : null;
        values.add(value);
        return value != null;
    }

    private int skipped() throws MalformedJsonException {
        cursor.peek();
        int start = cursor.position();
        cursor.skipValue();
        return start;
    }

    /** The values of one document. */
    public static final class Row {
        private final @Nullable Object[] values;

        private Row(@Nullable Object[] values) {
            this.values = values;
        }

        @Nullable
        Object[] values() {
            return values;
        }
    }
}
