package io.spillway.publish;

import io.spillway.manifest.Manifest;
import io.spillway.manifest.Part;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The bytes of two dumps, as far as they are comparable: uncompressed, since compression and part size change the rest,
 * and only formats that both dumps have. Formats with a header or trailer in each part (CSV, tar) count only if both
 * dumps have the same number of parts.
 *
 * @param before uncompressed bytes of the previous dump; 0 if nothing is comparable
 * @param now    uncompressed bytes of the new dump
 */
record Bytes(long before, long now) {
    private static final Set<String> WITHOUT_OVERHEAD = Set.of("jsonl", "bulk");

    /** Sums the comparable bytes of two dumps. */
    static Bytes comparable(Manifest previous, Draft draft) {
        Map<String, Total> before = totals(previous.parts(), previous.formats());
        Map<String, Total> now = totals(draft.parts(), draft.formats());
        long bytesBefore = 0;
        long bytesNow = 0;
        for (Map.Entry<String, Total> each : before.entrySet()) {
            Total same = now.get(each.getKey());
            boolean lines = WITHOUT_OVERHEAD.contains(each.getValue().format());
            if (same != null && (lines || same.parts() == each.getValue().parts())) {
                bytesBefore += each.getValue().bytes();
                bytesNow += same.bytes();
            }
        }
        return new Bytes(bytesBefore, bytesNow);
    }

    private record Total(String format, int parts, long bytes) {}

    /** Totals by format and options. A format counts once, however many compressions it is published in. */
    private static Map<String, Total> totals(List<Part> parts, List<Manifest.Format> formats) {
        Map<String, Total> totals = new TreeMap<>();
        Set<String> seen = new TreeSet<>();
        for (Manifest.Format format : formats) {
            Map<String, Object> options = new TreeMap<>(format.options());
            options.remove("library");
            String kind = format.name() + " " + options;
            if (seen.add(kind)) {
                List<Part> own = parts.stream()
                        .filter(part -> part.format().equals(format.name())
                                && part.compression().equals(format.compression()))
                        .toList();
                totals.put(
                        kind,
                        new Total(
                                format.name(),
                                own.size(),
                                own.stream().mapToLong(Part::bytesUncompressed).sum()));
            }
        }
        return totals;
    }
}
