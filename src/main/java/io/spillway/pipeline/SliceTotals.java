package io.spillway.pipeline;

import io.spillway.encode.ColumnKinds;
import io.spillway.fields.FieldCounts;
import io.spillway.manifest.Part;
import io.spillway.pipeline.RunStats.SliceStats;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What all slices have written. Each result is merged when its slice ends, so that memory grows with slices and parts alone, not
 * with fields, columns or samples of each slice. Thread-safe.
 */
final class SliceTotals {
    private final FieldCounts fields = new FieldCounts();
    private final List<InFormat> formats = new ArrayList<>();
    private final Map<Integer, Ended> ended = new TreeMap<>();
    private final NavigableMap<Integer, String> samples = new TreeMap<>();
    private long documents;
    private long excluded;
    private long repaired;
    private long altered;

    /** All slices in one format. */
    private static final class InFormat {
        private final ColumnKinds columns = new ColumnKinds();
        private final Map<String, Long> leftOut = new TreeMap<>();
        private final Set<String> libraries = new TreeSet<>();
    }

    /** What is kept of each slice. */
    private record Ended(SliceStats stats, SliceSpans spans, List<List<Part>> parts, List<String> sent) {}

    /** Totals of no slice, for this number of formats. */
    SliceTotals(int formats) {
        for (int i = 0; i < formats; i++) {
            this.formats.add(new InFormat());
        }
    }

    /**
     * Adds the result of a slice.
     *
     * @throws IllegalArgumentException if it has another number of formats, or the slice was added before
     */
    synchronized void add(SliceResult result) {
        if (result.formats().size() != formats.size() || ended.containsKey(result.slice())) {
            throw new IllegalArgumentException("not a result of these slices, or a second one: " + result.slice());
        }
        ended.put(
                result.slice(),
                new Ended(
                        new SliceStats(result.slice(), result.documents(), result.seconds()),
                        result.spans(),
                        result.formats().stream()
                                .map(SliceResult.Written::parts)
                                .toList(),
                        result.formats().stream()
                                .flatMap(format -> format.sent().stream())
                                .toList()));
        documents += result.documents();
        excluded += result.excluded();
        repaired += result.repaired();
        altered += result.altered();
        fields.add(result.fields());
        for (int i = 0; i < formats.size(); i++) {
            InFormat total = formats.get(i);
            SliceResult.Written written = result.formats().get(i);
            total.columns.add(written.columns());
            written.leftOut().forEach((field, count) -> total.leftOut.merge(field, count, Long::sum));
            if (written.library() != null) {
                total.libraries.add(written.library());
            }
        }
        samples.put(result.slice(), result.sample());
        Sample.trim(samples);
    }

    FieldCounts fields() {
        return fields;
    }

    synchronized long documents() {
        return documents;
    }

    synchronized long excluded() {
        return excluded;
    }

    synchronized long repaired() {
        return repaired;
    }

    synchronized long altered() {
        return altered;
    }

    synchronized String sample() {
        return Sample.first(samples.values());
    }

    synchronized ColumnKinds columns(int format) {
        return formats.get(format).columns;
    }

    synchronized Map<String, Long> leftOut(int format) {
        return formats.get(format).leftOut;
    }

    synchronized Set<String> libraries(int format) {
        return formats.get(format).libraries;
    }

    /** The parts of each slice in a format, in the order of the slices. */
    synchronized List<List<Part>> parts(int format) {
        return ended.values().stream().map(slice -> slice.parts().get(format)).toList();
    }

    /** Where the parts wait, in the order of slices and formats; empty if their files are in the work folder. */
    synchronized List<String> sent() {
        return ended.values().stream().flatMap(slice -> slice.sent().stream()).toList();
    }

    synchronized List<SliceSpans> spans() {
        return ended.values().stream().map(Ended::spans).toList();
    }

    synchronized List<SliceStats> stats() {
        return ended.values().stream().map(Ended::stats).toList();
    }

    /** Numbers of the slices that have ended. */
    synchronized Set<Integer> slices() {
        return Set.copyOf(ended.keySet());
    }
}
