package io.spillway.manifest;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The differences between the fields of two dumps. Compares paths and the source's types; the number of documents and
 * the JSON types change with every document and are ignored.
 *
 * @param added   new paths, sorted
 * @param removed removed paths, sorted
 * @param changed fields with another type, sorted by path
 */
public record SchemaChanges(List<String> added, List<String> removed, List<Change> changed) {
    /** Makes defensive copies. */
    public SchemaChanges {
        Required.members("the schema changes", added, removed, changed);
        added = List.copyOf(added);
        removed = List.copyOf(removed);
        changed = List.copyOf(changed);
    }

    /**
     * A field that changed its type.
     *
     * @param path dotted
     * @param from the previous type, or null if it was not in the mapping
     * @param to   the current type, or null if it is not in the mapping
     */
    public record Change(
            String path, @Nullable String from, @Nullable String to) {
        /** @throws IllegalArgumentException if the path is missing */
        public Change {
            Required.members("a changed field", path);
        }

        @Override
        public String toString() {
            return path + " (" + (from == null ? "not mapped" : from) + " to " + (to == null ? "not mapped" : to) + ")";
        }
    }

    /** The differences between two lists of fields; empty if there are none. */
    public static Optional<SchemaChanges> between(List<Manifest.Field> before, List<Manifest.Field> after) {
        Map<String, Manifest.Field> old = byPath(before);
        Map<String, Manifest.Field> now = byPath(after);
        TreeSet<String> added = new TreeSet<>(now.keySet());
        added.removeAll(old.keySet());
        TreeSet<String> removed = new TreeSet<>(old.keySet());
        removed.removeAll(now.keySet());
        List<Change> changed = new ArrayList<>();
        now.forEach((path, field) -> {
            Manifest.Field was = old.get(path);
            if (was != null && !Objects.equals(was.type(), field.type())) {
                changed.add(new Change(path, was.type(), field.type()));
            }
        });
        boolean none = added.isEmpty() && removed.isEmpty() && changed.isEmpty();
        return none
                ? Optional.empty()
                : Optional.of(new SchemaChanges(List.copyOf(added), List.copyOf(removed), changed));
    }

    private static Map<String, Manifest.Field> byPath(List<Manifest.Field> fields) {
        Map<String, Manifest.Field> byPath = new TreeMap<>();
        fields.forEach(field -> byPath.put(field.path(), field));
        return byPath;
    }
}
