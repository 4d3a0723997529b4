package io.spillway.page;

import io.spillway.catalog.DumpSummary;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.LongFunction;
import java.util.function.ToLongFunction;

/**
 * A bar chart with one number per dump, the oldest left. Bars start at zero, so that heights are comparable.
 *
 * @param title   what is counted
 * @param summary the first and the last number as text, for readers who cannot see the bars
 * @param width   of the image
 * @param height  of the image
 * @param bars    one per dump
 */
public record Chart(String title, String summary, int width, int height, List<Bar> bars) {
    /** As many as are distinguishable on a narrow screen. */
    static final int MAX_BARS = 60;

    private static final int HEIGHT = 100;
    private static final int STEP = 10;
    private static final int GAP = 2;

    /** A bar, in units of the image. */
    public record Bar(int x, int y, int width, int height, String label) {}

    /** For at least one dump, the newest first. */
    static Chart of(
            Texts texts,
            String title,
            List<DumpSummary> newestFirst,
            ToLongFunction<DumpSummary> number,
            LongFunction<String> words) {
        List<DumpSummary> shown = new ArrayList<>(newestFirst.subList(0, Math.min(MAX_BARS, newestFirst.size())));
        Collections.reverse(shown);
        long most = Math.max(1, shown.stream().mapToLong(number).max().orElse(1));
        List<Bar> bars = new ArrayList<>();
        for (int i = 0; i < shown.size(); i++) {
            DumpSummary dump = shown.get(i);
            long value = number.applyAsLong(dump);
            int height = value == 0 ? 0 : Math.max(1, (int) Math.round((double) value / most * HEIGHT));
            bars.add(new Bar(
                    i * STEP,
                    HEIGHT - height,
                    STEP - GAP,
                    height,
                    texts.get("chart.bar", texts.date(dump.takenAt()), words.apply(value))));
        }
        DumpSummary oldest = shown.get(0);
        DumpSummary newest = shown.get(shown.size() - 1);
        String summary = texts.get(
                "chart.summary",
                words.apply(number.applyAsLong(oldest)),
                texts.date(oldest.takenAt()),
                words.apply(number.applyAsLong(newest)),
                texts.date(newest.takenAt()));
        return new Chart(title, summary, shown.size() * STEP - GAP, HEIGHT, bars);
    }
}
