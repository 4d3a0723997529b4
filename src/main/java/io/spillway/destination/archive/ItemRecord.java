package io.spillway.destination.archive;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the archive says of an item, at one moment; what it was sent shows there minutes to hours later.
 *
 * @param state        whether there is one
 * @param dump         the value of our own field, or null where the item has none: it is not ours
 * @param files        what was uploaded into it, by name; not what the archive has made by itself
 * @param tasksPending whether the archive still has work to do on it
 */
record ItemRecord(State state, @Nullable String dump, Map<String, Entry> files, boolean tasksPending) {
    /** Our own field of an item's metadata: which dump it holds, {@code journals/2026-11-21T030000Z}. */
    static final String DUMP_FIELD = "dump";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Whether there is an item. */
    enum State {
        MISSING,
        THERE,
        /** Taken down; nobody can read it or write to it, and the name stays taken. */
        DARK
    }

    /**
     * A file of an item.
     *
     * @param bytes its length, or -1 while the archive has not measured it
     * @param md5   32 hex digits, or null while nobody knows
     * @param sha1  40 hex digits, or null while nobody knows
     */
    record Entry(long bytes, @Nullable String md5, @Nullable String sha1) {

        /** Whether it is this file, as far as length and checksums can tell. */
        boolean is(LocalFile file) {
            return bytes == file.bytes()
                    && file.sums().md5().equals(md5)
                    && file.sums().sha1().equals(sha1);
        }

        /** Whether length and checksums are there to be compared. */
        boolean isMeasured() {
            return bytes >= 0 && md5 != null && sha1 != null;
        }

        @Override
        public String toString() {
            return bytes + " bytes, md5 " + md5;
        }
    }

    /** Reads what {@code /metadata/ITEM} has answered. Fails on anything but a JSON object. */
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
            throw new IOException("the record of " + identifier + " could not be read: " + record.path("error"));
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

    /** The archive keeps files of its own beside ours: metadata, torrents, thumbnails, what was deleted. */
    private static boolean isUploaded(String identifier, String name, JsonNode file) {
        String source = text(file.path("source"));
        return (source == null || source.equals("original"))
                && !name.startsWith(identifier + "_")
                && !name.startsWith("__ia_thumb")
                && !name.startsWith("history/");
    }

    private static Entry entry(JsonNode file) {
        // With this field, the checksum is one over other checksums.
        boolean comparable = !file.has("summation");
        long bytes = file.path("size").asLong(-1);
        return new Entry(
                bytes, comparable ? text(file.path("md5")) : null, comparable ? text(file.path("sha1")) : null);
    }

    /** A single value comes as a string, or as a list of one. */
    private static @Nullable String text(JsonNode node) {
        JsonNode value = node.isArray() ? node.path(0) : node;
        return value.isValueNode() && !value.isNull() ? value.asText() : null;
    }

    private static boolean isSomething(JsonNode node) {
        return node.isContainerNode() ? !node.isEmpty() : node.asBoolean();
    }
}
