package io.spillway.encode;

import io.spillway.config.Spelling;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.source.SourceField;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The columns of CSV parts and their order, fixed before the first row and the same in every part. Immutable. */
public final class CsvColumns {
    /** More would not help to find the one that was meant. */
    private static final int SUGGESTIONS = 3;
    /** Types whose values may be objects with members that no mapping names. */
    private static final Set<String> WITH_MEMBERS = Set.of(
            "object",
            "nested",
            "flattened",
            "passthrough",
            "geo_point",
            "geo_shape",
            "point",
            "shape",
            "integer_range",
            "float_range",
            "long_range",
            "double_range",
            "date_range",
            "ip_range",
            "completion",
            "histogram",
            "aggregate_metric_double",
            "join",
            "percolator",
            "rank_features",
            "sparse_vector",
            "semantic_text");

    private final List<String> names;

    private CsvColumns(List<String> names) {
        this.names = List.copyOf(names);
    }

    /**
     * One column for each mapped field that holds values, sorted by path. A {@code nested} field, and any other that is
     * no plain object but has fields below it, is one column of JSON text, and so is what is below it.
     *
     * @throws SpillwayException as {@link Fault#CONFIG}: the mapping has no field
     */
    public static CsvColumns fromMapping(List<SourceField> fields) throws SpillwayException {
        TreeMap<String, String> types = new TreeMap<>();
        fields.forEach(field -> types.put(field.path(), field.type()));
        Set<String> above = above(types.keySet());
        types.entrySet().removeIf(field -> field.getValue().equals("object") && above.contains(field.getKey()));
        List<String> names = types.keySet().stream()
                .filter(path -> ancestors(path).stream().noneMatch(types::containsKey))
                .toList();
        if (names.isEmpty()) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "the mapping has no field that could be a column of csv",
                    "name the columns in the schedule, or export this index as jsonl");
        }
        return new CsvColumns(names);
    }

    /**
     * The columns that a schedule names, in its order. A name may be that of an object, whose column is then JSON text,
     * or lie below a field whose inner names no mapping knows, such as {@code flattened}.
     *
     * @throws SpillwayException as {@link Fault#CONFIG}: no name at all, one twice, or names that the mapping does not
     *     have, all of them at once
     */
    public static CsvColumns named(List<String> names, List<SourceField> fields) throws SpillwayException {
        if (names.isEmpty()) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "format csv has no columns",
                    "name at least one, or none to take them from the mapping");
        }
        Set<String> known = new TreeSet<>();
        Set<String> open = new HashSet<>();
        fields.forEach(field -> known.add(field.path()));
        Set<String> above = above(known);
        for (SourceField field : fields) {
            boolean members = Arrays.stream(field.type().split("\\|")).anyMatch(WITH_MEMBERS::contains);
            if (members && !above.contains(field.path())) {
                open.add(field.path());
            }
        }
        Set<String> mapped = new TreeSet<>(known);
        known.addAll(above);
        List<String> problems = new ArrayList<>();
        boolean unknown = false;
        Set<String> seen = new HashSet<>();
        for (String name : new LinkedHashSet<>(names)) {
            if (!known.contains(name) && ancestors(name).stream().noneMatch(open::contains)) {
                problems.add("column \"" + name + "\" is no field of the mapping" + suggestion(name, known, mapped));
                unknown = true;
            }
        }
        new LinkedHashSet<>(names.stream().filter(name -> !seen.add(name)).toList())
                .forEach(name -> problems.add("column \"" + name + "\" is named twice"));
        if (!problems.isEmpty()) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "format csv: " + String.join("; ", problems),
                    unknown
                            ? "columns are dotted paths as documents have them; multi-fields, aliases and runtime fields"
                                    + " stand in no document"
                            : "name each column once");
        }
        return new CsvColumns(names);
    }

    /** The header, in order: dotted paths. */
    public List<String> names() {
        return names;
    }

    private static String suggestion(String name, Set<String> known, Set<String> mapped) {
        List<String> meant = known.stream()
                .filter(path -> path.endsWith("." + name))
                .limit(SUGGESTIONS)
                .toList();
        if (meant.isEmpty()) {
            meant = Spelling.nearest(name, known).stream().toList();
        }
        if (!meant.isEmpty()) {
            return " (did you mean \"" + String.join("\", \"", meant) + "\"?)";
        }
        return ancestors(name).stream()
                .filter(mapped::contains)
                .findFirst()
                .map(field -> " (\"" + field + "\" is)")
                .orElse("");
    }

    /** Every path that has another one below it. */
    private static Set<String> above(Set<String> paths) {
        Set<String> above = new TreeSet<>();
        paths.forEach(path -> above.addAll(ancestors(path)));
        return above;
    }

    /** {@code a.b} and {@code a} of {@code a.b.c}. */
    private static List<String> ancestors(String path) {
        List<String> ancestors = new ArrayList<>();
        for (int dot = path.lastIndexOf('.'); dot >= 0; dot = path.lastIndexOf('.', dot - 1)) {
            ancestors.add(path.substring(0, dot));
        }
        return ancestors;
    }
}
