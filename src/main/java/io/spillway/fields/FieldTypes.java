package io.spillway.fields;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;

/** Properties of mapping types. If indices disagree, a type is several names joined by {@code |}. */
final class FieldTypes {
    /** Types whose inner names are not in the mapping: documents determine them. */
    private static final Set<String> OPEN = Set.of(
            "object",
            "nested",
            "flattened",
            "flat_object",
            "passthrough",
            "percolator",
            "rank_features",
            "sparse_vector");

    /** Types whose values are strings, numbers and booleans. */
    private static final Set<String> PLAIN = Set.of(
            "text",
            "match_only_text",
            "search_as_you_type",
            "keyword",
            "constant_keyword",
            "counted_keyword",
            "wildcard",
            "version",
            "binary",
            "boolean",
            "date",
            "date_nanos",
            "ip",
            "byte",
            "short",
            "integer",
            "long",
            "unsigned_long",
            "half_float",
            "float",
            "double",
            "scaled_float",
            "token_count",
            "murmur3");

    private static final Set<String> GEO_JSON = Set.of("type", "coordinates", "geometries", "radius", "orientation");
    private static final Set<String> RANGE = Set.of("gt", "gte", "lt", "lte");

    /** The members that Elasticsearch reads from an object value, by type, as paths below the field. */
    private static final Map<String, Set<String>> MEMBERS = Map.ofEntries(
            Map.entry("geo_point", Set.of("lat", "lon", "z", "geohash", "type", "coordinates")),
            Map.entry("point", Set.of("x", "y", "z", "type", "coordinates")),
            Map.entry("geo_shape", GEO_JSON),
            Map.entry("shape", GEO_JSON),
            Map.entry("integer_range", RANGE),
            Map.entry("long_range", RANGE),
            Map.entry("float_range", RANGE),
            Map.entry("double_range", RANGE),
            Map.entry("date_range", RANGE),
            Map.entry("ip_range", RANGE),
            Map.entry("completion", Set.of("input", "weight")),
            Map.entry("histogram", Set.of("values", "counts")),
            Map.entry("aggregate_metric_double", Set.of("min", "max", "sum", "value_count")),
            Map.entry("join", Set.of("name", "parent")));

    /** The member that contains the shapes of a collection, which may be collections themselves. */
    private static final String COLLECTION = "geometries.";

    private FieldTypes() {}

    /** Whether the inner names of a field of this type, or of one of these types, are not in the mapping. */
    static boolean isOpen(String type) {
        return Arrays.stream(type.split("\\|")).anyMatch(OPEN::contains);
    }

    /** Whether fields of this type, or of all these types, have no value except the fields below them. */
    static boolean isContainer(String type) {
        return Arrays.stream(type.split("\\|")).allMatch(OPEN::contains);
    }

    /** Whether a value of this type, or of one of these types, may be an object. */
    static boolean mayHaveMembers(String type) {
        return !Arrays.stream(type.split("\\|")).allMatch(PLAIN::contains);
    }

    /** Whether values of this type, or of one of these types, are dates. */
    static boolean isDate(String type) {
        return Arrays.stream(type.split("\\|")).anyMatch(each -> each.equals("date") || each.equals("date_nanos"));
    }

    /** Whether the path below a field of this type, or of all these types, is a part of the field's own value. */
    static boolean isPartOfValue(String type, String below) {
        return Arrays.stream(type.split("\\|")).allMatch(each -> {
            Set<String> members = membersOf(each);
            String member = below;
            while (members == GEO_JSON && member.startsWith(COLLECTION)) {
                member = member.substring(COLLECTION.length());
            }
            return members.contains(member);
        });
    }

    /** The members of a value of this type, as paths below the field. */
    static Set<String> membersOf(String type) {
        return MEMBERS.getOrDefault(type, Set.of());
    }
}
