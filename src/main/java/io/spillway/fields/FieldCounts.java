package io.spillway.fields;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the documents of a run were found to have, over all its slices: filters hand in their counts when their slice is
 * at its end, so that none has to be kept until the last one is. Safe for use by many threads.
 */
public final class FieldCounts {
    private final Map<String, Seen> fields = new TreeMap<>();
    private final Map<String, Long> unlisted = new TreeMap<>();
    private final Map<String, Long> unreadable = new TreeMap<>();
    private boolean tooMany;

    /**
     * Takes over what a filter has counted.
     *
     * @param slice the slice that it was for; examples come from the lowest one that has any
     */
    public synchronized void add(int slice, FieldFilter filter) {
        tooMany |= filter.sawTooMany();
        filter.root().forEach(node -> {
            if (!node.path().isEmpty() && node.isListed()) {
                fields.computeIfAbsent(node.path(), path -> new Seen()).add(slice, node);
            }
            sum(unlisted, node, FieldNode::leftOut);
            sum(unreadable, node, FieldNode::unreadableCount);
        });
    }

    private static void sum(Map<String, Long> sums, FieldNode node, ToLongFunction<FieldNode> count) {
        if (count.applyAsLong(node) > 0) {
            sums.merge(node.path(), count.applyAsLong(node), Long::sum);
        }
    }

    /**
     * The fields that were published, sorted by path. Where documents have {@linkplain #tooMany more names} than are told
     * apart, those of the mapping alone, as the others were not counted in full.
     */
    public synchronized List<PublishedField> published() {
        List<PublishedField> all = new ArrayList<>();
        fields.forEach((path, field) -> {
            if (!tooMany || field.type != null) {
                all.add(field.toField(path));
            }
        });
        return all;
    }

    /** Fields that were left out because no rule names them, with how many documents had each, sorted by path. */
    public synchronized Map<String, Long> unlisted() {
        return new TreeMap<>(unlisted);
    }

    /** Fields with values that could not be blurred, of which nothing was published, with how many values. */
    public synchronized Map<String, Long> unreadable() {
        return new TreeMap<>(unreadable);
    }

    /** Whether documents have more names beside the mapping's than are told apart; the policy was kept all the same. */
    public synchronized boolean tooMany() {
        return tooMany;
    }

    /** One field over several filters. */
    private static final class Seen {
        private @Nullable String type;
        private @Nullable String blurred;
        private @Nullable String example;
        private int exampleSlice = Integer.MAX_VALUE;
        private int types;
        private long documents;

        void add(int slice, FieldNode node) {
            type = node.type();
            blurred = node.mode() == FieldNode.Mode.BLUR ? node.blur().name() : null;
            types |= node.types();
            documents += node.documents();
            if (node.example() != null && slice < exampleSlice) {
                example = node.example();
                exampleSlice = slice;
            }
        }

        PublishedField toField(String path) {
            List<String> names = new ArrayList<>();
            for (int bit = 0; bit < FieldNode.TYPE_NAMES.size(); bit++) {
                if ((types & (1 << bit)) != 0) {
                    names.add(FieldNode.TYPE_NAMES.get(bit));
                }
            }
            return new PublishedField(path, type, names, documents, blurred, example);
        }
    }
}
