package io.spillway.encode;

import io.spillway.config.Spelling;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.source.SourceDescription;
import io.spillway.source.SourceField;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The columns of CSV parts and their order, fixed before the first row and the same in every part. Immutable. */
public final class CsvColumns {
    /** The column with the document's id. */
    public static final String ID = "_id";
    /** The column with the name of the document's index. */
    public static final String INDEX = "_index";
    /** The column with the document's routing. */
    public static final String ROUTING = "_routing";

    private static final Map<String, Kind> BESIDE_DOCUMENTS =
            Map.of(ID, Kind.ID, INDEX, Kind.INDEX, ROUTING, Kind.ROUTING);

    /** More suggestions would not help. */
    private static final int SUGGESTIONS = 3;

    private static final String OBJECT = "object";
    /** Types whose values may be objects with members that are not in the mapping. */
    private static final Set<String> WITH_MEMBERS = Set.of(
            OBJECT,
            "nested",
            "flattened",
            "flat_object",
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
    private final List<Kind> kinds;
    private final Map<String, String> unmapped;

    private CsvColumns(List<String> names, Mapping mapping) {
        this.names = List.copyOf(names);
        this.kinds = names.stream()
                .map(name -> BESIDE_DOCUMENTS.getOrDefault(name, mapping.kind(name)))
                .toList();
        this.unmapped = new LinkedHashMap<>();
        names.stream()
                .filter(name -> !BESIDE_DOCUMENTS.containsKey(name) && !mapping.covers(name))
                .forEach(name -> unmapped.put(name, '"' + name + '"' + mapping.suggestion(name)));
    }

    /** The source of a column's cells. */
    enum Kind {
        /** The field with all its content. */
        WHOLE,
        /** The field's own values; an object among them is JSON text. */
        LEAF,
        /** The field's own values; the mapping has other fields below it, which objects among the values contain. */
        PARTED,
        /** The document's id. */
        ID,
        /** The document's index. */
        INDEX,
        /** The document's routing. */
        ROUTING;

        boolean isBesideDocuments() {
            return this == ID || this == INDEX || this == ROUTING;
        }
    }

    /**
     * One column for each mapped field with values, sorted by path. A {@code nested} field, and any other field except
     * a plain object whose values may be objects, is one column of JSON text with all its content.
     *
     * @throws SpillwayException {@link Fault#CONFIG} if the mapping has no field
     */
    public static CsvColumns fromMapping(List<SourceField> fields) throws SpillwayException {
        Mapping mapping = new Mapping(fields);
        List<String> names = mapping.types.keySet().stream()
                .filter(path -> !mapping.isObjectAbove(path))
                .filter(path -> ancestors(path).stream().noneMatch(mapping::takesAll))
                .toList();
        if (names.isEmpty()) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "the mapping has no field that could be a column of csv",
                    "name the columns in the schedule, or export this index as jsonl");
        }
        return new CsvColumns(names, mapping);
    }

    /**
     * The columns named in a schedule, in its order. A name may be that of an object, whose column is then JSON text; a
     * path below a field whose inner names are not in the mapping, such as {@code flattened}; a field that only
     * documents have, if the mapping omits such fields; or {@link #ID}, {@link #INDEX} or {@link #ROUTING}, which refer
     * to the document's metadata even if it has a field of that name.
     *
     * @throws SpillwayException {@link Fault#CONFIG}, with all problems at once, if there is no name, a duplicate, or a
     *     name that neither the mapping nor any document can have
     */
    public static CsvColumns named(List<String> names, SourceDescription source) throws SpillwayException {
        if (names.isEmpty()) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "format csv has no columns",
                    "name at least one, or remove the option to use all fields of the mapping");
        }
        Mapping mapping = new Mapping(source.fields());
        List<String> problems = new ArrayList<>();
        boolean unknown = false;
        Set<String> seen = new HashSet<>();
        for (String name : new LinkedHashSet<>(names)) {
            if (!source.unmapped() && !BESIDE_DOCUMENTS.containsKey(name) && !mapping.covers(name)) {
                problems.add("column \"" + name + "\" is not a field of the mapping" + mapping.suggestion(name));
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
                            ? "columns are dotted paths as documents have them; documents have no multi-fields and no"
                                    + " aliases"
                            : "name each column once");
        }
        return new CsvColumns(names, mapping);
    }

    /** The same columns after one with the ids of the documents, unless they have it already. */
    public CsvColumns withId(List<SourceField> fields) {
        return names.contains(ID)
                ? this
                : new CsvColumns(Stream.concat(Stream.of(ID), names.stream()).toList(), new Mapping(fields));
    }

    /** The header, in order: dotted paths. */
    public List<String> names() {
        return names;
    }

    /**
     * Columns that are not in the mapping: only documents can show whether such a field exists. The values are their
     * names for messages, with suggestions from the mapping.
     */
    public Map<String, String> unmapped() {
        return Collections.unmodifiableMap(unmapped);
    }

    /** Columns that identify the document of a row and are not its fields. */
    public List<String> besideDocuments() {
        return names.stream().filter(BESIDE_DOCUMENTS::containsKey).toList();
    }

    Kind kind(int column) {
        return kinds.get(column);
    }

    /** {@code a.b} and {@code a} for {@code a.b.c}. */
    private static List<String> ancestors(String path) {
        List<String> ancestors = new ArrayList<>();
        for (int dot = path.lastIndexOf('.'); dot >= 0; dot = path.lastIndexOf('.', dot - 1)) {
            ancestors.add(path.substring(0, dot));
        }
        return ancestors;
    }

    /** Lookups in the mapping. */
    private static final class Mapping {
        private final Map<String, Set<String>> types = new TreeMap<>();
        /** Every path that has another one below it. */
        private final Set<String> above = new TreeSet<>();

        Mapping(List<SourceField> fields) {
            Map<String, Set<String>> found = new HashMap<>();
            for (SourceField field : fields) {
                found.put(field.path(), Set.copyOf(Arrays.asList(field.type().split("\\|"))));
            }
            types.putAll(found);
            found.keySet().forEach(path -> above.addAll(ancestors(path)));
        }

        /** Whether there is such a field or object, or a field above it whose inner names are not in the mapping. */
        boolean covers(String name) {
            return types.containsKey(name)
                    || above.contains(name)
                    || ancestors(name).stream().anyMatch(path -> hasMembers(path) && !above.contains(path));
        }

        /** Whether it is an object without a value of its own. */
        boolean isObjectAbove(String path) {
            return above.contains(path) && Set.of(OBJECT).equals(types.get(path));
        }

        /** Whether the column of this field includes everything below it. */
        boolean takesAll(String path) {
            return types.containsKey(path) && !isObjectAbove(path) && kind(path) == Kind.WHOLE;
        }

        Kind kind(String path) {
            Set<String> of = types.get(path);
            if (of == null || of.equals(Set.of(OBJECT))) {
                return Kind.WHOLE;
            }
            boolean parted = above.contains(path);
            boolean members =
                    of.stream().anyMatch(type -> WITH_MEMBERS.contains(type) && !(parted && type.equals(OBJECT)));
            if (members) {
                return Kind.WHOLE;
            }
            return parted ? Kind.PARTED : Kind.LEAF;
        }

        private boolean hasMembers(String path) {
            Set<String> of = types.get(path);
            return of != null && of.stream().anyMatch(WITH_MEMBERS::contains);
        }

        String suggestion(String name) {
            Set<String> known = new TreeSet<>(above);
            known.addAll(types.keySet());
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
                    .filter(types::containsKey)
                    .findFirst()
                    .map(field -> " (\"" + field + "\" is)")
                    .orElse("");
        }
    }
}
