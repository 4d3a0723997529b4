package io.spillway.source.elasticsearch;

import com.fasterxml.jackson.databind.JsonNode;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.source.SourceDescription;
import io.spillway.source.SourceDescription.Reading;
import io.spillway.source.elasticsearch.SourceStorage.VectorField;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What an index name currently resolves to, and whether it can be exported faithfully. Everything that would make a
 * dump contain less than its readers expect is refused here, with the reason, before anything is read.
 *
 * @param description    the concrete indices and their fields
 * @param dialect        the server that they are on
 * @param uuids          the UUID of each concrete index, by name
 * @param resultWindow   the smallest index.max_result_window among them, which bounds a page
 * @param mostSlices     the smallest index.max_slices_per_scroll among them, which holds for points in time too
 * @param vectors        fields for which the server rebuilds documents, or writes them in its own way
 * @param fields         what queries know of the fields
 */
record IndexFacts(
        SourceDescription description,
        Dialect dialect,
        Map<String, String> uuids,
        int resultWindow,
        int mostSlices,
        List<VectorField> vectors,
        MappedFields fields) {
    /** index.max_result_window of an index without that setting. */
    private static final int DEFAULT_WINDOW = 10_000;
    /** A request line may have 4,096 bytes (http.max_initial_line_length); the rest is for path and parameters. */
    private static final int MAX_NAMES_IN_A_PATH = 3_500;
    /** Fields above the limit of a mapping are in documents but not in the mapping. */
    private static final String IGNORED_LIMIT = "index.mapping.total_fields.ignore_dynamic_beyond_limit";

    static IndexFacts find(Connection connection, Dialect dialect, ElasticsearchOptions options)
            throws SpillwayException, IOException, InterruptedException {
        String name = options.index();
        return explained(connection, name, () -> {
            Resolved resolved = resolve(connection, name);
            List<String> indices = resolved.indices();
            String path = path(indices, name);
            refuseNarrowedAliases(resolved, connection.ask("GET", path + "/_alias", null));
            JsonNode mappings = connection.ask("GET", path + "/_mapping", null);
            JsonNode settings =
                    connection.ask("GET", path + "/_settings?flat_settings=true&include_defaults=true", null);
            Map<String, String> uuids = new TreeMap<>();
            List<JsonNode> mapped = new ArrayList<>();
            List<VectorField> vectors = new ArrayList<>();
            boolean unmapped = false;
            int shards = 0;
            int window = DEFAULT_WINDOW;
            int slices = SlicePlan.MOST_SLICES;
            for (var entry : mappings.properties()) {
                JsonNode mapping = entry.getValue().path("mappings");
                IndexSettings index = new IndexSettings(settings.path(entry.getKey()));
                vectors.addAll(SourceStorage.check(entry.getKey(), mapping, index, dialect));
                mapped.add(mapping);
                unmapped |= mayHoldUnmapped(mapping, index);
                uuids.put(entry.getKey(), index.get("index.uuid", ""));
                shards += index.number("index.number_of_shards", 1);
                slices = Math.min(slices, index.number("index.max_slices_per_scroll", SlicePlan.MOST_SLICES));
                window = Math.min(window, index.number("index.max_result_window", DEFAULT_WINDOW));
            }
            MappedFields fields = MappedFields.of(mapped);
            var description = new SourceDescription(
                    dialect.name(),
                    dialect.version(),
                    name,
                    indices,
                    shards,
                    options.query() != null || options.copies().routing() != null,
                    fields.inSource(),
                    new Reading(!vectors.isEmpty(), null),
                    unmapped);
            return new IndexFacts(description, dialect, uuids, window, slices, vectors, fields);
        });
    }

    /** The UUID of each concrete index that the name currently resolves to; permissions and checks follow later. */
    static Map<String, String> uuids(Connection connection, String name)
            throws SpillwayException, IOException, InterruptedException {
        return explained(connection, name, () -> {
            List<String> indices = resolve(connection, name).indices();
            Map<String, String> uuids = new TreeMap<>();
            connection
                    .ask("GET", path(indices, name) + "/_settings?flat_settings=true", null)
                    .properties()
                    .forEach(index ->
                            uuids.put(index.getKey(), new IndexSettings(index.getValue()).get("index.uuid", "")));
            return uuids;
        });
    }

    /** Whether searches have to ask for vectors that the server keeps apart from the documents. */
    boolean asksForVectors() {
        return dialect.asksForVectors() && vectors.stream().anyMatch(VectorField::isApart);
    }

    /** The same for an export that begins now, with the instant for {@code now} in its query. */
    IndexFacts at(@Nullable Instant now) {
        return new IndexFacts(
                description.withReading(new Reading(!vectors.isEmpty(), now)),
                dialect,
                uuids,
                resultWindow,
                mostSlices,
                vectors,
                fields);
    }

    private static <T> T explained(Connection connection, String name, Question<T> question)
            throws SpillwayException, IOException, InterruptedException {
        try {
            return question.ask();
        } catch (Connection.ServerErrorException e) {
            ServerError.Meaning meaning = e.error().meaning();
            if (meaning == ServerError.Meaning.REFUSED || meaning == ServerError.Meaning.SNAPSHOT_LOST) {
                throw refused(connection, name, e.error());
            }
            throw e;
        }
    }

    /**
     * Whether documents of an index may have fields that are not in the properties of its mapping: because it parses
     * nothing or omits fields, because a limit is ignored, or because a runtime field has a field's name.
     */
    static boolean mayHoldUnmapped(JsonNode mapping, IndexSettings index) {
        return Boolean.parseBoolean(index.get(IGNORED_LIMIT, "false"))
                || !mapping.path("enabled").asBoolean(true)
                || !mapping.path("runtime").isEmpty()
                || leavesOut(mapping);
    }

    private static boolean leavesOut(JsonNode object) {
        String dynamic = object.path("dynamic").asText();
        if (dynamic.equals("false") || dynamic.equals("runtime")) {
            return true;
        }
        for (JsonNode property : object.path("properties")) {
            if (leavesOut(property)) {
                return true;
            }
        }
        return false;
    }

    private interface Question<T> {
        T ask() throws SpillwayException, IOException, InterruptedException;
    }

    /**
     * The encoded start of a request's path: the concrete indices, or the requested name if they are too many for a
     * request line.
     */
    static String path(Iterable<String> indices, String name) {
        return "/" + encode(String.join(",", inPath(indices, name)));
    }

    /** The names in a request's path, not encoded; chosen as in {@link #path}. */
    static List<String> inPath(Iterable<String> indices, String name) {
        String names = String.join(",", indices);
        return encode(names).length() <= MAX_NAMES_IN_A_PATH ? List.of(names) : List.of(name);
    }

    /** Encodes a value of a path or parameter; commas are kept as separators of names. */
    static String encode(String names) {
        return URLEncoder.encode(names, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%2C", ",");
    }

    private static Resolved resolve(Connection connection, String name)
            throws IOException, InterruptedException, SpillwayException {
        refuseOtherPlaces(name);
        JsonNode found = resolveNames(connection, name);
        TreeSet<String> direct = new TreeSet<>();
        TreeSet<String> aliases = new TreeSet<>();
        TreeSet<String> indices = new TreeSet<>();
        found.path("indices").forEach(index -> direct.add(index.path("name").asText()));
        indices.addAll(direct);
        found.path("aliases").forEach(alias -> {
            aliases.add(alias.path("name").asText());
            alias.path("indices").forEach(index -> indices.add(index.asText()));
        });
        found.path("data_streams")
                .forEach(stream -> stream.path("backing_indices").forEach(index -> indices.add(index.asText())));
        List<String> closed = new ArrayList<>(closed(found));
        List<String> behindAliases =
                indices.stream().filter(index -> !direct.contains(index)).toList();
        if (!behindAliases.isEmpty() && encode(String.join(",", behindAliases)).length() <= MAX_NAMES_IN_A_PATH) {
            // Elasticsearch reports whether an index is closed only if it is requested by its own name.
            closed.addAll(closed(resolveNames(connection, String.join(",", behindAliases))));
        }
        if (!closed.isEmpty()) {
            throw new SpillwayException(
                    Fault.SOURCE_REFUSED,
                    "\"" + name + "\" has closed indices: " + String.join(", ", closed),
                    "open them, or name the indices to export: a dump without them would be incomplete");
        }
        if (indices.isEmpty()) {
            throw new SpillwayException(
                    Fault.SOURCE_REFUSED,
                    "no index matches \"" + name + "\" on " + connection.server(),
                    "check the name, and for a pattern that this user may see the matching indices");
        }
        return new Resolved(List.copyOf(indices), Set.copyOf(direct), Set.copyOf(aliases));
    }

    /**
     * Rejects names on another cluster, and selectors of a data stream's stores. A date in angle brackets may contain
     * colons.
     */
    private static void refuseOtherPlaces(String name) throws SpillwayException {
        for (String each : name.split(",", -1)) {
            if (each.contains("::")) {
                throw new SpillwayException(
                        Fault.CONFIG,
                        "index \"" + each + "\" has a selector, which is not supported",
                        each.endsWith("::data")
                                ? "remove ::data, which is the default"
                                : "name the data stream without a selector, or list its indices");
            } else if (each.replaceAll("<.*>", "").contains(":")) {
                throw new SpillwayException(
                        Fault.CONFIG,
                        "index \"" + each + "\" is on another cluster",
                        "export it from that cluster: a point in time across clusters is not supported");
            }
        }
    }

    private static JsonNode resolveNames(Connection connection, String names) throws IOException, InterruptedException {
        return connection.ask("GET", "/_resolve/index/" + encode(names) + "?expand_wildcards=open,closed", null);
    }

    private static List<String> closed(JsonNode found) {
        List<String> closed = new ArrayList<>();
        for (JsonNode index : found.path("indices")) {
            for (JsonNode attribute : index.path("attributes")) {
                if (attribute.asText().equals("closed")) {
                    closed.add(index.path("name").asText());
                }
            }
        }
        return closed;
    }

    /**
     * How the server resolves a name with its patterns, exclusions and dates.
     *
     * @param indices every index that it resolves to
     * @param direct  those that it names directly, not through an alias or a data stream
     * @param aliases the aliases that it names
     */
    private record Resolved(List<String> indices, Set<String> direct, Set<String> aliases) {}

    /**
     * An alias may show fewer documents than its indices have; the indices, on which a point in time is opened, would
     * show all.
     */
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
                                    + "the schedule has to contain what is published");
                }
            }
        }
    }

    /** The exception for an error that the same request would meet again. */
    static SpillwayException refused(Connection connection, String name, ServerError error) {
        if (error.redirect() != null) {
            return new SpillwayException(
                    Fault.SOURCE_UNAVAILABLE,
                    "%s redirected the request for \"%s\": %s".formatted(connection.name(), name, error),
                    "use the URL of the cluster itself: redirects are not followed, because they would send the"
                            + " credentials to another host");
        }
        String hint = switch (error.status()) {
            case 401 -> "the credentials are missing or wrong: source.api-key, or username and password, or aws";
            case 403 -> forbidden(error, name);
            case 404 -> "check the name of the index, alias or data stream";
            default ->
                error.reason().contains("HTTPS")
                        ? "this port uses TLS: use an https:// URL"
                        : "the server rejected the request as invalid: check source.query and the URL";
        };
        return new SpillwayException(
                Fault.SOURCE_REFUSED,
                "%s refused to export \"%s\": %s".formatted(connection.server(), name, error),
                hint);
    }

    private static String forbidden(ServerError error, String name) {
        if (error.isSignature()) {
            return "check the credentials of this process, source.aws.region and service, and the clock of this machine:"
                    + " a signature is valid for five minutes";
        } else if (error.isPolicy()) {
            return "allow this action for the identity of this process, in the access policy of the domain or in the data"
                    + " access policy of the collection";
        } else if (error.isBlock()) {
            return "remove the block with PUT /INDEX/_settings {\"%s\": false}".formatted(error.block());
        }
        return "this user or key needs the index privileges read and view_index_metadata on \"" + name + "\"";
    }
}
