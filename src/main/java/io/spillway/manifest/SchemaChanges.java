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
 * What moved between the fields of two dumps. Sets and the source's types count; how many documents have a field, and as
 * what kind of JSON, moves with every document and does not.
 *
 * @param added   paths that are new, sorted
 * @param removed paths that are gone, sorted
 * @param changed fields of another type, sorted by path
 */
public record SchemaChanges(List<String> added, List<String> removed, List<Change> changed) {
    /** Takes copies. */
    public SchemaChanges {
        Required.members("the schema changes", added, removed, changed);
        added = List.copyOf(added);
        removed = List.copyOf(removed);
        changed = List.copyOf(changed);
    }

    /**
     * A field of another type than before.
     *
     * @param path dotted
     * @param from the type that it had, or null where the mapping did not have it
     * @param to   the type that it has, or null where the mapping does not have it
     */
    public record Change(
            String path, @Nullable String from, @Nullable String to) {
        /** Fails where a member is missing. */
        public Change {
            Required.members("a changed field", path);
        }

        @Override
        public String toString() {
            return path + " (" + (from == null ? "not mapped" : from) + " to " + (to == null ? "not mapped" : to) + ")";
        }
    }

    /** What moved from one list of fields to another, or empty where nothing did. */
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
