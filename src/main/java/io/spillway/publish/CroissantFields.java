package io.spillway.publish;

import io.spillway.fields.PublishedField;
import io.spillway.manifest.Manifest;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The fields of a record set in {@code croissant.json}. */
final class CroissantFields {
    private static final Set<String> INTEGERS = Set.of("long", "integer", "short", "byte", "unsigned_long");

    private final String set;
    private final Map<String, Object> files;

    /**
     * The fields of one record set.
     *
     * @param set   its id
     * @param files a reference to the file, or to the set of files
     */
    CroissantFields(String set, Map<String, Object> files) {
        this.set = set;
        this.files = files;
    }

    /** Whether this format has one record for each document that the standard can point into. */
    static boolean reads(String format) {
        return format.equals("jsonl") || format.equals("csv") || format.equals("parquet");
    }

    /** The fields in the order of columns or paths. */
    List<Map<String, Object>> of(Draft draft, Manifest.Format format) {
        return switch (format.name()) {
            case "csv" -> columns(draft, format);
            case "parquet" -> typedColumns(draft, format);
            default -> paths(draft, format);
        };
    }

    private List<Map<String, Object>> columns(Draft draft, Manifest.Format format) {
        List<?> names = format.options().get("columns") instanceof List<?> found ? found : List.of();
        List<?> types = format.options().get("column_types") instanceof List<?> found ? found : List.of();
        List<Map<String, Object>> fields = new ArrayList<>();
        for (int column = 0; column < names.size(); column++) {
            String name = names.get(column).toString();
            String type = column < types.size() ? types.get(column).toString() : "any";
            fields.add(field(
                    name,
                    draft.descriptions().get(name),
                    switch (type) {
                        case "integer" -> "sc:Integer";
                        case "number" -> "sc:Float";
                        case "boolean" -> "sc:Boolean";
                        default -> "sc:Text";
                    },
                    false,
                    Map.of("column", name)));
        }
        return fields;
    }

    /** The columns of Parquet files, whose names and types the manifest states. */
    private List<Map<String, Object>> typedColumns(Draft draft, Manifest.Format format) {
        List<Map<String, Object>> fields = new ArrayList<>();
        for (ParquetTable.Column column : ParquetTable.columns(format)) {
            if (!column.isGroup()) {
                fields.add(field(
                        column.name(),
                        column.path() == null ? null : draft.descriptions().get(column.path()),
                        switch (column.element()) {
                            case "integer", "long", "unsigned" -> "sc:Integer";
                            case "double" -> "sc:Float";
                            case "boolean" -> "sc:Boolean";
                            case "timestamp" -> "sc:DateTime";
                            default -> "sc:Text";
                        },
                        column.isList(),
                        Map.of("column", column.name())));
            }
        }
        return fields;
    }

    /** Fields to which one JSONPath leads, and to no other field. */
    private List<Map<String, Object>> paths(Draft draft, Manifest.Format format) {
        boolean wrapped = format.options().containsKey("id");
        List<Map<String, Object>> fields = new ArrayList<>();
        if (wrapped) {
            fields.add(field("_id", null, "sc:Text", false, Map.of("jsonPath", "$['_id']")));
            fields.add(field("_index", null, "sc:Text", false, Map.of("jsonPath", "$['_index']")));
        }
        Map<String, Integer> ends = new HashMap<>();
        draft.fields().forEach(field -> ends.merge(firstAndLast(field.path()), 1, Integer::sum));
        for (PublishedField field : draft.fields()) {
            boolean deep = field.path().indexOf('.') >= 0;
            if (!field.jsonTypes().isEmpty() && (!deep || ends.getOrDefault(firstAndLast(field.path()), 0) == 1)) {
                fields.add(field(
                        field.path(),
                        draft.descriptions().get(field.path()),
                        type(field),
                        !deep && field.jsonTypes().equals(List.of("array")),
                        Map.of("jsonPath", jsonPath(field.path(), wrapped))));
            }
        }
        return fields;
    }

    private static String firstAndLast(String path) {
        return path.substring(0, Math.max(0, path.indexOf('.'))) + "\n" + path.substring(path.lastIndexOf('.') + 1);
    }

    /** Between the first and the last name there may be arrays of objects, which the mapping does not tell. */
    private static String jsonPath(String path, boolean wrapped) {
        String root = wrapped ? "$['_source']" : "$";
        int first = path.indexOf('.');
        return first < 0
                ? root + step(path)
                : root + step(path.substring(0, first)) + ".." + step(path.substring(path.lastIndexOf('.') + 1));
    }

    private static String step(String name) {
        return "['" + name.replace("\\", "\\\\").replace("'", "\\'") + "']";
    }

    /** The type that the mapping gives; text if the documents of the dump have values of another JSON type. */
    private static String type(PublishedField field) {
        String type = field.type() == null ? "" : field.type();
        Set<String> found = Set.copyOf(field.jsonTypes());
        if (Set.of("number", "null", "array").containsAll(found) && !found.equals(Set.of("null"))) {
            if (INTEGERS.contains(type)) {
                return "sc:Integer";
            }
            if (Set.of("double", "float", "half_float", "scaled_float").contains(type) || found.contains("number")) {
                return "sc:Float";
            }
        }
        boolean logical = type.equals("boolean") || (type.isEmpty() && found.contains("boolean"));
        return logical && Set.of("boolean", "null", "array").containsAll(found) ? "sc:Boolean" : "sc:Text";
    }

    private Map<String, Object> field(
            String name, @Nullable String description, String type, boolean array, Map<String, Object> extract) {
        Map<String, Object> field = new LinkedHashMap<>();
        field.put("@type", "cr:Field");
        field.put(
                "@id",
                set + "/" + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20"));
        field.put("name", name);
        if (description != null) {
            field.put("description", description);
        }
        field.put("dataType", type);
        if (array) {
            field.put("isArray", true);
        }
        Map<String, Object> source = new LinkedHashMap<>(files);
        source.put("extract", extract);
        field.put("source", source);
        return field;
    }
}
