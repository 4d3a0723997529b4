package io.spillway.fields;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Field statistics of a run over all slices. Filters add their counts when their slice ends, so that none has to be
 * kept until the end of the run. Thread-safe.
 */
public final class FieldCounts {
    private final Map<String, CountedFields.Field> fields = new TreeMap<>();
    private final Map<String, Long> unlisted = new TreeMap<>();
    private final Map<String, Long> unreadable = new TreeMap<>();
    private boolean tooMany;

    /**
     * Adds the counts of a filter.
     *
     * @param slice the filter's slice; examples are taken from the lowest slice that has any
     */
    public void add(int slice, FieldFilter filter) {
        add(CountedFields.of(slice, filter));
    }

    /** Adds the counts of a slice. */
    public synchronized void add(CountedFields counted) {
        tooMany |= counted.tooMany();
        counted.fields().forEach((path, field) -> fields.merge(path, field, CountedFields.Field::plus));
        counted.unlisted().forEach((path, documents) -> unlisted.merge(path, documents, Long::sum));
        counted.unreadable().forEach((path, values) -> unreadable.merge(path, values, Long::sum));
    }

    /**
     * The published fields, sorted by path. If documents have {@linkplain #tooMany too many names}, only those of the
     * mapping, because the others were not counted completely.
     */
    public synchronized List<PublishedField> published() {
        List<PublishedField> all = new ArrayList<>();
        fields.forEach((path, field) -> {
            if (!tooMany || field.type() != null) {
                all.add(published(path, field));
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

    private static PublishedField published(String path, CountedFields.Field field) {
        List<String> names = new ArrayList<>();
        for (int bit = 0; bit < FieldNode.TYPE_NAMES.size(); bit++) {
            if ((field.types() & (1 << bit)) != 0) {
                names.add(FieldNode.TYPE_NAMES.get(bit));
            }
        }
        return new PublishedField(path, field.type(), names, field.documents(), field.blurred(), field.example());
    }
}
