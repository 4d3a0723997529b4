package io.spillway.source.elasticsearch;

import com.fasterxml.jackson.databind.JsonNode;
import io.spillway.source.SourceField;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The fields of one or more mappings, read from their JSON without a model, so that unknown types or parameters of a
 * newer server are accepted. Immutable after {@link #of}.
 */
final class MappedFields {
    private static final String DEFAULT_FORMAT = "strict_date_optional_time||epoch_millis";
    private static final Set<String> DATES = Set.of("date", "date_nanos", "date_range");

    private final Map<String, SortedSet<String>> sourceTypes = new TreeMap<>();
    private final Map<String, SortedSet<String>> queryTypes = new TreeMap<>();
    private final Map<String, SortedSet<String>> formats = new TreeMap<>();
    private final Map<String, SortedSet<String>> aliases = new TreeMap<>();
    private final Map<String, String> runtimeScripts = new TreeMap<>();
    private final Set<String> unsteady = new TreeSet<>();

    private MappedFields() {}

    /** The fields of these mappings, each the value of {@code mappings} in a response of {@code GET INDEX/_mapping}. */
    static MappedFields of(Collection<JsonNode> mappings) {
        MappedFields fields = new MappedFields();
        for (JsonNode mapping : mappings) {
            fields.add("", mapping.path("properties"));
            mapping.path("runtime").properties().forEach(field -> fields.addRuntime(field.getKey(), field.getValue()));
        }
        return fields;
    }

    /** The fields that can be in a document's source, sorted by path. */
    List<SourceField> inSource() {
        return sourceTypes.entrySet().stream()
                .map(entry -> new SourceField(entry.getKey(), String.join("|", entry.getValue())))
                .toList();
    }

    /** Every type of a field, a multi-field or a runtime field, by path. */
    Map<String, SortedSet<String>> types() {
        return queryTypes;
    }

    /**
     * The runtime fields whose values differ from one search to the next, since a script asks for the time or for chance:
     * those with such a script, those whose script reads one of them, and their aliases.
     */
    Set<String> unsteady() {
        TreeSet<String> found = new TreeSet<>(unsteady);
        while (true) {
            Set<String> more = new TreeSet<>();
            runtimeScripts.forEach((field, script) -> {
                if (found.stream().anyMatch(script::contains)) {
                    more.add(field);
                }
            });
            aliases.forEach((alias, targets) -> {
                if (targets.stream().anyMatch(target -> found.contains(target) || isBelow(target, found))) {
                    more.add(alias);
                }
            });
            if (!found.addAll(more)) {
                return found;
            }
        }
    }

    private static boolean isBelow(String path, Set<String> fields) {
        return fields.stream().anyMatch(field -> path.startsWith(field + "."));
    }

    /** The names of all fields that a query reads as dates in at least one index, aliases among them. */
    Set<String> dates() {
        TreeSet<String> found = new TreeSet<>(queryTypes.keySet());
        found.addAll(aliases.keySet());
        found.removeIf(path -> !isDate(path));
        return found;
    }

    /** Whether queries read values of this field as dates, in at least one index. */
    boolean isDate(String path) {
        return types(path).stream().anyMatch(DATES::contains);
    }

    /** Whether this field is a date in one index and another type in another. */
    boolean isDateAndOther(String path) {
        return isDate(path) && !DATES.containsAll(types(path));
    }

    /** Whether any field is a date. */
    boolean hasDates() {
        return queryTypes.values().stream().anyMatch(types -> types.stream().anyMatch(DATES::contains));
    }

    /** The date formats of this field in queries; empty if the field is not mapped. */
    Set<String> formats(String path) {
        TreeSet<String> found = new TreeSet<>(formats.getOrDefault(path, new TreeSet<>()));
        aliases.getOrDefault(path, new TreeSet<>())
                .forEach(target -> found.addAll(formats.getOrDefault(target, new TreeSet<>())));
        return found;
    }

    private Set<String> types(String name) {
        String path = spelled(name);
        TreeSet<String> found = new TreeSet<>(queryTypes.getOrDefault(path, new TreeSet<>()));
        aliases.getOrDefault(path, new TreeSet<>())
                .forEach(target -> found.addAll(queryTypes.getOrDefault(target, new TreeSet<>())));
        return found;
    }

    private void add(String prefix, JsonNode properties) {
        properties.properties().forEach(property -> {
            String path = prefix + spelled(property.getKey());
            JsonNode field = property.getValue();
            String type = field.path("type").asText("object");
            if (type.equals("alias")) {
                put(aliases, path, field.path("path").asText());
                return;
            }
            JsonNode inner = field.path("properties");
            if (inner.isEmpty() || !type.equals("object")) {
                put(sourceTypes, path, type);
            }
            addForQueries(path, type, field);
            field.path("fields")
                    .properties()
                    .forEach(multi -> addForQueries(
                            path + "." + multi.getKey(),
                            multi.getValue().path("type").asText("object"),
                            multi.getValue()));
            add(path + ".", inner);
            if (type.equals("passthrough")) {
                addShortNames(inner);
            }
        });
    }

    /** A query may leave out the name of a {@code passthrough} object. */
    private void addShortNames(JsonNode properties) {
        MappedFields inner = new MappedFields();
        inner.add("", properties);
        inner.queryTypes.forEach((path, types) -> types.forEach(type -> put(queryTypes, path, type)));
        inner.formats.forEach((path, all) -> all.forEach(format -> put(formats, path, format)));
    }

    /** An unpaired surrogate as the escape used in documents, because UTF-8 cannot encode it. */
    private static String spelled(String name) {
        StringBuilder text = new StringBuilder(name.length());
        name.codePoints()
                .forEach(c -> text.append(
                        c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE
                                ? String.format(Locale.ROOT, "\\u%04x", c)
                                : Character.toString(c)));
        return text.toString();
    }

    private void addRuntime(String name, JsonNode field) {
        addForQueries(name, field.path("type").asText(), field);
        // The fields of a composite runtime field, which one script fills.
        field.path("fields")
                .properties()
                .forEach(part -> addForQueries(
                        name + "." + part.getKey(), part.getValue().path("type").asText(), part.getValue()));
        JsonNode script = field.path("script");
        if (!script.isMissingNode()) {
            runtimeScripts.merge(name, ScriptText.of(script), (one, other) -> one + " " + other);
            if (ScriptText.isUnsteady(script)) {
                unsteady.add(name);
            }
        }
    }

    private void addForQueries(String path, String type, JsonNode field) {
        put(queryTypes, path, type);
        if (DATES.contains(type)) {
            put(formats, path, field.path("format").asText(DEFAULT_FORMAT));
        }
    }

    private static void put(Map<String, SortedSet<String>> map, String path, String value) {
        map.computeIfAbsent(path, p -> new TreeSet<>()).add(value);
    }

    /** Whether this is the default format of date fields. */
    static boolean isDefaultFormat(String format) {
        return format.equals(DEFAULT_FORMAT);
    }
}
