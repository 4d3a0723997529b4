package io.spillway.fields;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Field statistics of a run over all slices. Filters add their counts when their slice ends, so that none has to be
 * kept until the end of the run. Thread-safe.
 */
public final class FieldCounts {
    private final Map<String, Seen> fields = new TreeMap<>();
    private final Map<String, Long> unlisted = new TreeMap<>();
    private final Map<String, Long> unreadable = new TreeMap<>();
    private boolean tooMany;

    /**
     * Adds the counts of a filter.
     *
     * @param slice the filter's slice; examples are taken from the lowest slice that has any
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
     * The published fields, sorted by path. If documents have {@linkplain #tooMany too many names}, only those of the
     * mapping, because the others were not counted completely.
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

    /** Fields withheld because no rule names them, with the number of documents that have them, sorted by path. */
    public synchronized Map<String, Long> unlisted() {
        return new TreeMap<>(unlisted);
    }

    /** Fields with values that could not be blurred and were withheld, with the number of values. */
    public synchronized Map<String, Long> unreadable() {
        return new TreeMap<>(unreadable);
    }

    /** Whether documents have more unmapped names than are counted separately; the policy was applied nevertheless. */
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
