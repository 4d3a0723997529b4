package io.spillway.publish;

import io.spillway.manifest.Manifest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the files beside the parts state about Parquet files: columns, their types, and how to load them. */
final class ParquetTable {
    private static final String LIST_OF = "list of ";

    /** One line for each program: it loads all files of the working directory. {@code docs/format.md} has the same. */
    static final List<String> LOADED_BY = List.of(
            "DuckDB   SELECT * FROM '*.parquet';",
            "pandas   pandas.concat(pandas.read_parquet(file) for file in sorted(glob.glob(\"*.parquet\")))",
            "Polars   polars.scan_parquet(\"*.parquet\").collect()");

    private ParquetTable() {}

    /**
     * A column.
     *
     * @param name in the file, with dots between groups
     * @param path of the field, or null if the column is beside the fields
     * @param type {@code long}, {@code list of string}, {@code group}
     */
    record Column(String name, @Nullable String path, String type) {
        boolean isGroup() {
            return element().equals("group");
        }

        boolean isList() {
            return type.startsWith(LIST_OF);
        }

        /** The type of an element of a list, or of the column itself. */
        String element() {
            return isList() ? type.substring(LIST_OF.length()) : type;
        }
    }

    /** All columns in order, a group before its columns. */
    static List<Column> columns(Manifest.Format format) {
        List<Column> columns = new ArrayList<>();
        if (format.options().get("columns") instanceof List<?> facts) {
            for (Object fact : facts) {
                if (fact instanceof Map<?, ?> column) {
                    columns.add(new Column(
                            String.valueOf(column.get("name")),
                            String.valueOf(column.get("path")),
                            String.valueOf(column.get("type"))));
                }
            }
        }
        if (format.options().containsKey("id")) {
            columns.add(new Column("_id", null, "string"));
            columns.add(new Column("_routing", null, "string"));
        }
        columns.add(new Column("_rest", null, "json"));
        if (format.options().containsKey("source")) {
            columns.add(new Column("_source", null, "json"));
        }
        return columns;
    }

    /** The columns that are in no group. */
    static List<Column> top(Manifest.Format format) {
        List<Column> top = new ArrayList<>();
        String group = null;
        for (Column column : columns(format)) {
            if (group == null || !column.name().startsWith(group)) {
                top.add(column);
                group = column.isGroup() ? column.name() + "." : null;
            }
        }
        return top;
    }

    /** The types of columns by the paths of their fields; empty if a dump has no Parquet files. */
    static Map<String, String> types(List<Manifest.Format> formats) {
        Map<String, String> types = new LinkedHashMap<>();
        formats.stream()
                .filter(format -> format.name().equals("parquet"))
                .flatMap(format -> columns(format).stream())
                .filter(column -> column.path() != null)
                .forEach(column -> types.put(String.valueOf(column.path()), column.type()));
        return types;
    }
}
