package io.spillway.source.elasticsearch;

import co.elastic.clients.elasticsearch._types.ExpandWildcard;
import co.elastic.clients.elasticsearch._types.mapping.DynamicMapping;
import co.elastic.clients.elasticsearch._types.mapping.Property;
import co.elastic.clients.elasticsearch._types.mapping.PropertyBase;
import co.elastic.clients.elasticsearch._types.mapping.SourceField;
import co.elastic.clients.elasticsearch._types.mapping.SourceFieldMode;
import co.elastic.clients.elasticsearch.indices.ResolveIndexResponse;
import co.elastic.clients.elasticsearch.indices.get_mapping.IndexMappingRecord;
import com.fasterxml.jackson.databind.JsonNode;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.source.SourceDescription;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What an index name stands for at this moment, and whether it can be exported truthfully. Everything that would make a
 * dump hold less than its readers would think is refused here, with the reason, before anything is read.
 *
 * @param description  the concrete indices and their fields
 * @param resultWindow the smallest index.max_result_window among them, which bounds a page
 */
record IndexFacts(SourceDescription description, int resultWindow) {
    /** index.max_result_window where an index does not say otherwise. */
    private static final int DEFAULT_WINDOW = 10_000;
    /** A request line may have 4,096 bytes (http.max_initial_line_length); the rest is for path and parameters. */
    private static final int MAX_NAMES_IN_A_PATH = 3_500;
    /** Fields above the limit of a mapping stay in documents and out of the mapping. */
    private static final String IGNORED_LIMIT = "index.mapping.total_fields.ignore_dynamic_beyond_limit";

    static IndexFacts find(Connection connection, ElasticsearchOptions options)
            throws SpillwayException, IOException, InterruptedException {
        String name = options.index();
        try {
            Resolved resolved = resolve(connection, name);
            List<String> indices = resolved.indices();
            String path = "/" + encode(inPath(indices, name));
            refuseNarrowedAliases(resolved, connection.ask("GET", path + "/_alias", null));
            Map<String, IndexMappingRecord> mappings = new TreeMap<>(connection
                    .ask(client -> client.indices().getMapping(request -> request.index(inPathList(indices, name))))
                    .result());
            JsonNode settings = connection.ask("GET", path + "/_settings?flat_settings=true", null);
            refuseWithoutSource(mappings, settings);
            int shards = 0;
            int window = DEFAULT_WINDOW;
            for (JsonNode index : settings) {
                shards += index.path("settings").path("index.number_of_shards").asInt(1);
                window = Math.min(
                        window,
                        index.path("settings").path("index.max_result_window").asInt(DEFAULT_WINDOW));
            }
            var description = new SourceDescription(
                    "elasticsearch",
                    version(connection),
                    name,
                    indices,
                    shards,
                    options.query() != null || options.copies().routing() != null,
                    MappedFields.of(mappings.values().stream()
                            .map(record -> record.mappings().properties())
                            .toList()),
                    mayHoldUnmapped(mappings, settings));
            return new IndexFacts(description, window);
        } catch (Connection.ServerErrorException e) {
            ServerError.Meaning meaning = e.error().meaning();
            if (meaning == ServerError.Meaning.REFUSED || meaning == ServerError.Meaning.SNAPSHOT_LOST) {
                throw refused(name, e.error());
            }
            throw e;
        }
    }

    /** Whether any of the mappings leaves fields of documents out: {@code dynamic: false} or a limit that is ignored. */
    private static boolean mayHoldUnmapped(Map<String, IndexMappingRecord> mappings, JsonNode settings) {
        for (JsonNode index : settings) {
            if (index.path("settings").path(IGNORED_LIMIT).asBoolean()) {
                return true;
            }
        }
        return mappings.values().stream()
                .map(IndexMappingRecord::mappings)
                .anyMatch(mapping -> leavesOut(mapping.dynamic()) || leavesOut(mapping.properties()));
    }

    private static boolean leavesOut(Map<String, Property> properties) {
        return properties.values().stream()
                .anyMatch(property -> property._get() instanceof PropertyBase base
                        && (leavesOut(base.dynamic()) || leavesOut(base.properties())));
    }

    private static boolean leavesOut(@Nullable DynamicMapping dynamic) {
        return dynamic == DynamicMapping.False || dynamic == DynamicMapping.Runtime;
    }

    /** The names as they may stand in a request's path: the concrete ones, or what was asked for if they are too many. */
    static String inPath(List<String> indices, String name) {
        return String.join(",", inPathList(indices, name));
    }

    static List<String> inPathList(List<String> indices, String name) {
        return encode(String.join(",", indices)).length() <= MAX_NAMES_IN_A_PATH ? indices : List.of(name.split(","));
    }

    private static String encode(String names) {
        return URLEncoder.encode(names, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%2C", ",");
    }

    private static Resolved resolve(Connection connection, String name)
            throws IOException, InterruptedException, SpillwayException {
        if (name.contains(":")) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "index \"" + name + "\" is on another cluster",
                    "export it from that cluster: a point in time across clusters is not supported");
        }
        ResolveIndexResponse found = resolveNames(connection, Arrays.asList(name.split(",")));
        TreeSet<String> direct = new TreeSet<>();
        TreeSet<String> aliases = new TreeSet<>();
        TreeSet<String> indices = new TreeSet<>();
        found.indices().forEach(index -> direct.add(index.name()));
        indices.addAll(direct);
        found.aliases().forEach(alias -> {
            aliases.add(alias.name());
            indices.addAll(alias.indices());
        });
        found.dataStreams().forEach(stream -> indices.addAll(stream.backingIndices()));
        List<String> closed = new ArrayList<>(closed(found));
        List<String> behindAliases =
                indices.stream().filter(index -> !direct.contains(index)).toList();
        if (!behindAliases.isEmpty() && inPathList(behindAliases, name).equals(behindAliases)) {
            // Whether an index is closed is only said of one that was asked for by its own name.
            closed.addAll(closed(resolveNames(connection, behindAliases)));
        }
        if (!closed.isEmpty()) {
            throw new SpillwayException(
                    Fault.SOURCE_REFUSED,
                    "\"" + name + "\" has closed indices: " + String.join(", ", closed),
                    "open them, or name the indices that are to be exported: a dump without them would not be whole");
        }
        if (indices.isEmpty()) {
            throw new SpillwayException(
                    Fault.SOURCE_REFUSED,
                    "no index is called \"" + name + "\" at " + connection.url(),
                    "check the name; for a pattern, that this user may see what it matches");
        }
        return new Resolved(List.copyOf(indices), Set.copyOf(direct), Set.copyOf(aliases));
    }

    private static ResolveIndexResponse resolveNames(Connection connection, List<String> names)
            throws IOException, InterruptedException {
        return connection.ask(client -> client.indices()
                .resolveIndex(
                        request -> request.name(names).expandWildcards(ExpandWildcard.Open, ExpandWildcard.Closed)));
    }

    private static List<String> closed(ResolveIndexResponse found) {
        return found.indices().stream()
                .filter(index -> index.attributes().contains("closed"))
                .map(index -> index.name())
                .toList();
    }

    /**
     * What the server makes of a name, its patterns, exclusions and dates.
     *
     * @param indices every index that it stands for
     * @param direct  those that it names themselves, not through an alias or a data stream
     * @param aliases the aliases that it names
     */
    private record Resolved(List<String> indices, Set<String> direct, Set<String> aliases) {}

    /** An alias may show fewer documents than its indices have; the indices, which a point in time opens, would show all. */
    private static void refuseNarrowedAliases(Resolved resolved, JsonNode aliasesByIndex) throws SpillwayException {
        for (var index : aliasesByIndex.properties()) {
            for (var alias : index.getValue().path("aliases").properties()) {
                boolean used = resolved.aliases().contains(alias.getKey());
                boolean direct = resolved.direct().contains(index.getKey());
                JsonNode filter = alias.getValue().path("filter");
                JsonNode routing = alias.getValue().path("search_routing");
                if (used && !direct && !(filter.isMissingNode() && routing.isMissingNode())) {
                    throw new SpillwayException(
                            Fault.CONFIG,
                            "alias \"%s\" shows only a part of index \"%s\": %s"
                                    .formatted(
                                            alias.getKey(),
                                            index.getKey(),
                                            filter.isMissingNode() ? "routing " + routing : "filter " + filter),
                            "name the index itself, with the alias's filter as source.query: "
                                    + "what is published has to stand in the schedule");
                }
            }
        }
    }

    private static void refuseWithoutSource(Map<String, IndexMappingRecord> mappings, JsonNode settings)
            throws SpillwayException {
        for (var entry : mappings.entrySet()) {
            String index = entry.getKey();
            SourceField source = entry.getValue().mappings().source();
            if (source != null && Boolean.FALSE.equals(source.enabled())) {
                throw new SpillwayException(
                        Fault.SOURCE_REFUSED,
                        "index \"" + index + "\" does not keep its documents: _source is disabled",
                        "index the documents again into an index that keeps _source");
            }
            if (source != null
                    && !(source.includes().isEmpty() && source.excludes().isEmpty())) {
                throw new SpillwayException(
                        Fault.SOURCE_REFUSED,
                        "index \"" + index + "\" keeps only a part of its documents: _source has includes or excludes",
                        "index the documents again into an index that keeps all of _source");
            }
            String mode = settings.path(index)
                    .path("settings")
                    .path("index.mapping.source.mode")
                    .asText("");
            String indexMode =
                    settings.path(index).path("settings").path("index.mode").asText("");
            boolean synthetic = mode.equalsIgnoreCase("synthetic")
                    || (source != null && source.mode() == SourceFieldMode.Synthetic)
                    || (mode.isEmpty() && (indexMode.equals("logsdb") || indexMode.equals("time_series")));
            if (synthetic) {
                throw new SpillwayException(
                        Fault.SOURCE_REFUSED,
                        "index \"" + index + "\" makes its documents up from other fields: _source is synthetic",
                        "their order, duplicates and digits are not what was indexed; export an index with stored _source");
            }
        }
    }

    static SpillwayException refused(String name, ServerError error) {
        String hint = switch (error.status()) {
            case 401 -> "the credentials are missing or wrong: source.api-key, or username and password";
            case 403 -> "this user or key needs the index privileges read and view_index_metadata on \"" + name + "\"";
            case 404 -> "check the name of the index, alias or data stream";
            default -> "Elasticsearch takes the request itself for wrong: check source.query and the address";
        };
        return new SpillwayException(
                Fault.SOURCE_REFUSED, "Elasticsearch refused to export \"" + name + "\": " + error, hint);
    }

    /** The server's version where this client may ask for it: with rights on an index alone it may not. */
    private static @Nullable String version(Connection connection) throws InterruptedException {
        try {
            return connection
                    .ask("GET", "/", null)
                    .path("version")
                    .path("number")
                    .textValue();
        } catch (IOException mayNotAsk) {
            return null;
        }
    }

    /** Fields of mappings that can stand in a document's source. */
    private static final class MappedFields {
        private final Map<String, TreeSet<String>> typesByPath = new TreeMap<>();

        static List<io.spillway.source.SourceField> of(List<Map<String, Property>> mappings) {
            MappedFields fields = new MappedFields();
            mappings.forEach(properties -> fields.add("", properties));
            return fields.typesByPath.entrySet().stream()
                    .map(entry ->
                            new io.spillway.source.SourceField(entry.getKey(), String.join("|", entry.getValue())))
                    .toList();
        }

        private void add(String prefix, Map<String, Property> properties) {
            properties.forEach((name, property) -> {
                if (property.isAlias()) {
                    return;
                }
                String path = prefix + name;
                String type = property._isCustom()
                        ? String.valueOf(property._customKind())
                        : property._kind().jsonValue();
                Map<String, Property> inner =
                        property._get() instanceof PropertyBase base ? base.properties() : Map.of();
                if (inner.isEmpty() || !type.equals("object")) {
                    typesByPath.computeIfAbsent(path, p -> new TreeSet<>()).add(type);
                }
                add(path + ".", inner);
            });
        }
    }
}
