package io.spillway.source.repository;

import com.fasterxml.jackson.databind.JsonNode;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.source.repository.SnapshotContent.DataStream;
import io.spillway.source.repository.SnapshotContent.IndexMetadata;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Resolves a name as the server does: index, alias, data stream, patterns and exclusions, joined by commas. */
final class IndexNames {
    private final SnapshotContent snapshot;
    private final Set<String> indices;
    private final Set<String> found = new TreeSet<>();
    private final Set<String> direct = new TreeSet<>();
    /** Aliases that were used, with the indices they lead to. */
    private final Map<String, Set<String>> used = new TreeMap<>();

    private IndexNames(SnapshotContent snapshot) {
        this.snapshot = snapshot;
        this.indices = new TreeSet<>(snapshot.indices());
    }

    /**
     * The indices of a snapshot that {@code name} resolves to; empty if a part of it is not there.
     *
     * @throws SpillwayException {@code CONFIG}: the name is not supported, or an alias shows a part of an index
     */
    static Set<String> resolve(SnapshotContent snapshot, String name) throws SpillwayException, IOException {
        IndexNames names = new IndexNames(snapshot);
        boolean pattern = false;
        for (String each : name.split(",", -1)) {
            requireSupported(each);
            if (each.startsWith("-") && pattern) {
                names.remove(each.substring(1));
            } else if (each.contains("*") || each.equals("_all")) {
                pattern = true;
                names.addPattern(each.equals("_all") ? "*" : each);
            } else if (!names.add(each)) {
                return Set.of();
            }
        }
        names.refuseMissing(name);
        names.refuseNarrowedAliases();
        return names.found;
    }

    /** A data stream may have more indices than were put into the snapshot. */
    private void refuseMissing(String name) throws SpillwayException {
        Set<String> missing = new TreeSet<>(found);
        missing.removeAll(indices);
        if (!missing.isEmpty()) {
            throw new SpillwayException(
                    Fault.SOURCE_REFUSED,
                    "\"%s\" has indices that are not in the snapshot \"%s\": %s"
                            .formatted(name, snapshot.entry().name(), missing),
                    "name a snapshot that has all of them, or the indices to publish");
        }
    }

    private static void requireSupported(String name) throws SpillwayException {
        if (name.isEmpty() || name.startsWith("<") || name.contains(":")) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "index \"" + name + "\" is not supported with a snapshot repository",
                    "name the index, alias, data stream or pattern, without dates in <> and without a cluster");
        }
    }

    private boolean add(String name) throws SpillwayException, IOException {
        if (indices.contains(name)) {
            direct.add(name);
            found.add(name);
            return true;
        }
        DataStream stream = snapshot.dataStreams().get(name);
        if (stream != null) {
            addStream(stream);
            return true;
        }
        List<String> streams = snapshot.dataStreamAliases().get(name);
        if (streams != null) {
            addStreams(name, streams);
            return true;
        }
        Set<String> behind = behind(name);
        if (behind.isEmpty()) {
            return false;
        }
        used.put(name, behind);
        found.addAll(behind);
        return true;
    }

    private void addStream(DataStream stream) {
        found.addAll(stream.indices());
        direct.addAll(stream.indices());
    }

    private void addStreams(String alias, List<String> streams) throws SpillwayException, IOException {
        if (streams.isEmpty()) {
            throw narrowed(alias, "its data streams", "a filter");
        }
        for (String stream : streams) {
            DataStream each = snapshot.dataStreams().get(stream);
            if (each != null) {
                addStream(each);
            }
        }
    }

    /** The indices that have an alias. */
    private Set<String> behind(String alias) throws IOException {
        Set<String> behind = new TreeSet<>();
        for (String index : indices) {
            if (snapshot.index(index).aliases().has(alias)) {
                behind.add(index);
            }
        }
        return behind;
    }

    /** Patterns leave out what is hidden, unless both begin with a dot. */
    private void addPattern(String text) throws SpillwayException, IOException {
        Pattern pattern = pattern(text);
        boolean dotted = text.startsWith(".");
        for (String name : indices) {
            IndexMetadata index = snapshot.index(name);
            if (pattern.matcher(name).matches() && (!index.isHidden() || (dotted && name.startsWith(".")))) {
                found.add(name);
                direct.add(name);
            }
            for (var alias : index.aliases().properties()) {
                boolean hidden = alias.getValue().path("is_hidden").asBoolean();
                if (pattern.matcher(alias.getKey()).matches() && (!hidden || dotted)) {
                    used.computeIfAbsent(alias.getKey(), key -> new TreeSet<>()).add(name);
                    found.add(name);
                }
            }
        }
        for (var stream : snapshot.dataStreams().entrySet()) {
            if (pattern.matcher(stream.getKey()).matches()
                    && (!stream.getValue().hidden()
                            || (dotted && stream.getKey().startsWith(".")))) {
                addStream(stream.getValue());
            }
        }
        for (var alias : snapshot.dataStreamAliases().entrySet()) {
            if (pattern.matcher(alias.getKey()).matches()) {
                addStreams(alias.getKey(), alias.getValue());
            }
        }
    }

    private void remove(String text) throws IOException {
        Pattern pattern = pattern(text);
        for (var stream : snapshot.dataStreams().entrySet()) {
            if (pattern.matcher(stream.getKey()).matches()) {
                stream.getValue().indices().forEach(this::drop);
            }
        }
        List.copyOf(found).stream()
                .filter(name -> pattern.matcher(name).matches())
                .forEach(this::drop);
    }

    private void drop(String index) {
        found.remove(index);
        direct.remove(index);
        used.values().forEach(behind -> behind.remove(index));
    }

    static Pattern pattern(String text) {
        StringBuilder regex = new StringBuilder();
        for (String literal : text.split("\\*", -1)) {
            regex.append(regex.isEmpty() ? "" : ".*").append(Pattern.quote(literal));
        }
        return Pattern.compile(regex.toString(), Pattern.DOTALL);
    }

    /** An alias may show fewer documents than its indices have, whose files contain all. */
    private void refuseNarrowedAliases() throws SpillwayException, IOException {
        for (var alias : used.entrySet()) {
            for (String index : alias.getValue()) {
                JsonNode settings = snapshot.index(index).aliases().path(alias.getKey());
                boolean filter = settings.has("filter");
                if (!direct.contains(index) && (filter || settings.has("search_routing"))) {
                    throw narrowed(
                            alias.getKey(),
                            "index \"" + index + "\"",
                            filter
                                    ? "filter " + settings.path("filter")
                                    : "routing " + settings.path("search_routing"));
                }
            }
        }
    }

    private static SpillwayException narrowed(String alias, String of, String by) {
        return new SpillwayException(
                Fault.CONFIG,
                "alias \"%s\" shows only a part of %s: %s, and a snapshot repository has no searches"
                        .formatted(alias, of, by),
                "name the index itself to publish all of its documents, or read from the cluster with"
                        + " source.elasticsearch and the filter as source.query");
    }
}
