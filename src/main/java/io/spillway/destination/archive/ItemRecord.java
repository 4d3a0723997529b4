package io.spillway.destination.archive;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The archive's record of an item at one moment; uploads appear in it minutes to hours later.
 *
 * @param state        whether the item exists
 * @param dump         the value of {@link #DUMP_FIELD}, or null if Spillway did not create the item
 * @param files        uploaded files by name, without those that the archive generates
 * @param tasksPending whether the archive still has tasks for the item
 */
record ItemRecord(State state, @Nullable String dump, Map<String, Entry> files, boolean tasksPending) {
    /** Metadata field set by Spillway: the dump that the item contains, {@code journals/2026-11-21T030000Z}. */
    static final String DUMP_FIELD = "dump";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Whether the item exists. */
    enum State {
        MISSING,
        THERE,
        /** Taken down: it can neither be read nor written, and its name stays taken. */
        DARK
    }

    /**
     * A file of an item.
     *
     * @param bytes its length, or -1 until the archive has measured it
     * @param md5   32 hex digits, or null while unknown
     * @param sha1  40 hex digits, or null while unknown
     */
    record Entry(long bytes, @Nullable String md5, @Nullable String sha1) {

        /** Whether length and checksums equal those of this file. */
        boolean is(LocalFile file) {
            return bytes == file.bytes()
                    && file.sums().md5().equals(md5)
                    && file.sums().sha1().equals(sha1);
        }

        /** Whether length and checksums are known. */
        boolean isMeasured() {
            return bytes >= 0 && md5 != null && sha1 != null;
        }

        @Override
        public String toString() {
            return bytes + " bytes, md5 " + md5;
        }
    }

    /**
     * Parses the response of {@code /metadata/ITEM}.
     *
     * @throws IOException if it is not a JSON object
     */
    static ItemRecord read(String identifier, byte[] body) throws IOException {
        JsonNode record = JSON.readTree(body);
        if (record == null || !record.isObject()) {
            throw new IOException("the record of " + identifier + " is not a JSON object");
        }
        if (record.isEmpty()) {
            return new ItemRecord(State.MISSING, null, Map.of(), false);
        }
        if (record.path("is_dark").asBoolean()) {
            return new ItemRecord(State.DARK, null, Map.of(), false);
        }
        if (record.has("error")) {
            throw new IOException("the record of " + identifier + " cannot be read: " + record.path("error"));
        }
        Map<String, Entry> files = new TreeMap<>();
        for (JsonNode file : record.path("files")) {
            String name = text(file.path("name"));
            if (name != null && isUploaded(identifier, name, file)) {
                files.put(name, entry(file));
            }
        }
        return new ItemRecord(
                State.THERE,
                text(record.path("metadata").path(DUMP_FIELD)),
                files,
                isSomething(record.path("tasks")) || isSomething(record.path("pending_tasks")));
    }

    /** The archive keeps its own files in the item: metadata, torrents, thumbnails, deleted files. */
    private static boolean isUploaded(String identifier, String name, JsonNode file) {
        String source = text(file.path("source"));
        return (source == null || source.equals("original"))
                && !name.startsWith(identifier + "_")
                && !name.startsWith("__ia_thumb")
                && !name.startsWith("history/");
    }

    private static Entry entry(JsonNode file) {
        // With this field, the checksum is computed over other checksums.
        boolean comparable = !file.has("summation");
        long bytes = file.path("size").asLong(-1);
        return new Entry(
                bytes, comparable ? text(file.path("md5")) : null, comparable ? text(file.path("sha1")) : null);
    }

    /** A single value is a string or an array of one. */
    private static @Nullable String text(JsonNode node) {
        JsonNode value = node.isArray() ? node.path(0) : node;
        return value.isValueNode() && !value.isNull() ? value.asText() : null;
    }

    private static boolean isSomething(JsonNode node) {
        return node.isContainerNode() ? !node.isEmpty() : node.asBoolean();
    }
}
