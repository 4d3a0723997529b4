package io.spillway.fields;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The field statistics of one slice as values, which can be written as JSON and read again. {@link FieldCounts} merges them.
 *
 * @param fields     each listed field by its path
 * @param unlisted   fields withheld because no rule names them, with the number of documents that have them
 * @param unreadable fields with values that could not be blurred and were withheld, with the number of values
 * @param tooMany    whether documents have more unmapped names than are counted separately
 */
public record CountedFields(
        Map<String, Field> fields, Map<String, Long> unlisted, Map<String, Long> unreadable, boolean tooMany) {

    /** @throws NullPointerException if a map is missing */
    public CountedFields {
        fields = new TreeMap<>(fields);
        unlisted = new TreeMap<>(unlisted);
        unreadable = new TreeMap<>(unreadable);
    }

    /**
     * The counts of one field.
     *
     * @param type         the source's name for the type, or null if the field is not in the mapping
     * @param blurred      how its values were blurred, or null if they are as indexed
     * @param example      a published value as JSON text, or null
     * @param exampleSlice the slice of the example; meaningless without one
     * @param types        the JSON types of its values, one bit each
     * @param documents    number of documents that have it
     */
    public record Field(
            @Nullable String type,
            @Nullable String blurred,
            @Nullable String example,
            int exampleSlice,
            int types,
            long documents) {

        private static Field of(int slice, FieldNode node) {
            return new Field(
                    node.type(),
                    node.mode() == FieldNode.Mode.BLUR ? node.blur().name() : null,
                    node.example(),
                    slice,
                    node.types(),
                    node.documents());
        }

        /** The counts of both; the example is that of the lower slice that has one. */
        Field plus(Field other) {
            boolean otherExample = other.example != null && (example == null || other.exampleSlice < exampleSlice);
            return new Field(
                    other.type,
                    other.blurred,
                    otherExample ? other.example : example,
                    otherExample ? other.exampleSlice : exampleSlice,
                    types | other.types,
                    documents + other.documents);
        }
    }

    /** The counts of a filter that has seen all documents of its slice. */
    public static CountedFields of(int slice, FieldFilter filter) {
        Map<String, Field> fields = new TreeMap<>();
        Map<String, Long> unlisted = new TreeMap<>();
        Map<String, Long> unreadable = new TreeMap<>();
        filter.root().forEach(node -> {
            if (!node.path().isEmpty() && node.isListed()) {
                fields.merge(node.path(), Field.of(slice, node), Field::plus);
            }
            sum(unlisted, node, FieldNode::leftOut);
            sum(unreadable, node, FieldNode::unreadableCount);
        });
        return new CountedFields(fields, unlisted, unreadable, filter.sawTooMany());
    }

    private static void sum(Map<String, Long> sums, FieldNode node, ToLongFunction<FieldNode> count) {
        if (count.applyAsLong(node) > 0) {
            sums.merge(node.path(), count.applyAsLong(node), Long::sum);
        }
    }
}
