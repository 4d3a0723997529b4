package io.spillway.source.repository;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The inner part of the handle of a snapshot in a repository.
 *
 * @param uuid  of the snapshot
 * @param sizes of all its shards, so that a slice needs only the lists of its own shards
 */
record RepositoryHandle(String uuid, List<Integer> sizes) {
    private static final JsonMapper JSON = new JsonMapper();

    /**
     * Files of a shard whose checksums were compared.
     *
     * @param ordinal the shard's number among all shards
     * @param files   their names
     */
    record Verified(int ordinal, List<String> files) {}

    static String toText(String uuid, List<Integer> sizes) {
        ObjectNode inner = JsonNodeFactory.instance.objectNode().put("uuid", uuid);
        ArrayNode all = inner.putArray("sizes");
        sizes.forEach(all::add);
        return inner.toString();
    }

    /** @throws SpillwayException {@code INTEGRITY} if the text is not such a handle */
    static RepositoryHandle of(String text) throws SpillwayException {
        try {
            JsonNode inner = JSON.readTree(text);
            List<Integer> sizes = new ArrayList<>();
            inner.required("sizes").forEach(size -> sizes.add(size.asInt()));
            return new RepositoryHandle(inner.required("uuid").asText(), sizes);
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw foreign("the handle of the snapshot is not one of a repository", e);
        }
    }

    /** The files of each shard, as text; empty if there are none. */
    static String learned(Map<Integer, Set<String>> verified) {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        verified.forEach((ordinal, files) -> {
            if (!files.isEmpty()) {
                ArrayNode names = all.addObject().put("ordinal", ordinal).putArray("files");
                files.stream().sorted().forEach(names::add);
            }
        });
        return all.isEmpty() ? "" : all.toString();
    }

    /** @throws SpillwayException {@code INTEGRITY} if the text is not such a list */
    static List<Verified> verified(String learned) throws SpillwayException {
        List<Verified> all = new ArrayList<>();
        if (learned.isEmpty()) {
            return all;
        }
        try {
            for (JsonNode shard : JSON.readTree(learned)) {
                List<String> files = new ArrayList<>();
                shard.required("files").forEach(file -> files.add(file.asText()));
                all.add(new Verified(shard.required("ordinal").asInt(), files));
            }
            return all;
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw foreign("the list of verified files is not one of a repository", e);
        }
    }

    private static SpillwayException foreign(String what, Exception e) {
        return new SpillwayException(
                Fault.INTEGRITY, what + ": " + e.getMessage(), "use the same version of Spillway in every process", e);
    }
}
