package io.spillway.pipeline;

import io.spillway.progress.Amounts;
import io.spillway.progress.Progress;
import io.spillway.progress.Stage;
import io.spillway.source.Fetched;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Timing of an export; published beside its manifest as {@code run.json}.
 *
 * @param seconds   from the snapshot to the last part
 * @param documents documents read; {@code where} may have excluded some of them
 * @param bytes     bytes of the responses that contained them
 * @param requests  requests for pages, over all attempts
 * @param retries   repeated requests among them
 * @param attempts  snapshots that were started
 * @param lanes     slices read in parallel
 * @param stages    seconds per stage, over all slices
 * @param slices    seconds per slice
 * @param fetched   what was fetched from a store of files, or null for a source that has none
 */
public record RunStats(
        double seconds,
        long documents,
        long bytes,
        long requests,
        long retries,
        int attempts,
        int lanes,
        Map<Stage, Double> stages,
        List<SliceStats> slices,
        @Nullable Fetched fetched) {

    /** The file name. */
    public static final String FILE_NAME = "run.json";

    /**
     * The timing of one slice.
     *
     * @param slice     its number, from 0
     * @param documents documents written
     * @param seconds   seconds per stage
     */
    public record SliceStats(int slice, long documents, Map<Stage, Double> seconds) {}

    static RunStats of(
            double seconds, Progress.Reading reading, int lanes, List<SliceStats> slices, @Nullable Fetched fetched) {
        Map<Stage, Double> stages = new EnumMap<>(Stage.class);
        slices.forEach(slice -> slice.seconds().forEach((stage, spent) -> stages.merge(stage, spent, Double::sum)));
        return new RunStats(
                seconds,
                reading.documents(),
                reading.sourceBytes(),
                reading.requests(),
                reading.retries(),
                reading.attempt(),
                lanes,
                stages,
                slices,
                fetched);
    }

    /** The stage that took most of the lanes' time. */
    public Stage bottleneck() {
        return stages.entrySet().stream()
                .max(Comparator.comparingDouble(Map.Entry::getValue))
                .map(Map.Entry::getKey)
                .orElse(Stage.READING);
    }

    /** The table printed at the end of a run: a line per stage with seconds and share, and how to make it faster. */
    public String table() {
        double all = Math.max(
                1e-9, stages.values().stream().mapToDouble(Double::doubleValue).sum());
        StringBuilder table = new StringBuilder();
        for (Stage stage : Stage.values()) {
            double spent = stages.getOrDefault(stage, 0.0);
            table.append(String.format(
                    Locale.ROOT,
                    "  %-12s %8.1f s %4.0f %%%s%n",
                    stage,
                    spent,
                    100 * spent / all,
                    stage == bottleneck() ? "  <- " + stage.remedy() : ""));
        }
        double rate = documents / Math.max(1e-9, seconds);
        table.append(String.format(
                Locale.ROOT,
                "  %d documents in %.1f s (%.0f a second), %d slices in %d lanes, %d requests, %d repeated%n",
                documents,
                seconds,
                rate,
                slices.size(),
                lanes,
                fetched == null ? requests : fetched.requests(),
                retries));
        if (fetched != null) {
            table.append(String.format(Locale.ROOT, "  %s fetched%n", Amounts.bytes(fetched.bytes())));
        }
        return table.toString();
    }
}
