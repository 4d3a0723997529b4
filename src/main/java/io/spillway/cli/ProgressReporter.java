package io.spillway.cli;

import io.spillway.progress.Amounts;
import io.spillway.progress.Progress;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleFunction;

/**
 * Shows the progress of a run: on a terminal a line that is redrawn, elsewhere a line every ten seconds, with {@code
 * --json} an object every ten seconds. Reads counters on its own thread; closing it ends that thread and the line.
 */
final class ProgressReporter implements AutoCloseable {
    private static final Duration ON_A_TERMINAL = Duration.ofMillis(500);
    private static final Duration ELSEWHERE = Duration.ofSeconds(10);
    private static final int BAR = 24;

    private final View view;
    private final PrintWriter out;
    private final PrintWriter err;
    private final boolean json;
    private final boolean terminal;
    private final long begun = System.nanoTime();
    private final ScheduledExecutorService ticker;

    /** The numbers to show; called by one thread at a time. */
    interface View {
        /** Members of the JSON object, after its type. */
        Map<String, Object> members(double seconds);

        /**
         * One line without a line end.
         *
         * @param bar draws a fraction of 0 to 1; returns an empty string without a terminal
         */
        String line(double seconds, DoubleFunction<String> bar);
    }

    private ProgressReporter(View view, PrintWriter out, PrintWriter err, boolean json) {
        this.view = view;
        this.out = out;
        this.err = err;
        this.json = json;
        this.terminal = !json && onATerminal();
        this.ticker = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "progress");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Since JDK 22 there may be a console without a terminal, unless the older implementation is requested first. */
    @SuppressWarnings("SystemConsoleNull")
    private static boolean onATerminal() {
        System.setProperty("jdk.console", "java.base");
        return System.console() != null;
    }

    /** Shows the progress of an export. */
    static ProgressReporter start(String name, Progress progress, PrintWriter out, PrintWriter err, boolean json) {
        return start(new ReadingView(name, progress), out, err, json);
    }

    /** Shows the progress that the view reports. */
    static ProgressReporter start(View view, PrintWriter out, PrintWriter err, boolean json) {
        ProgressReporter reporter = new ProgressReporter(view, out, err, json);
        long period = (reporter.terminal ? ON_A_TERMINAL : ELSEWHERE).toMillis();
        var unused = reporter.ticker.scheduleAtFixedRate(reporter::show, period, period, TimeUnit.MILLISECONDS);
        return reporter;
    }

    @Override
    public void close() {
        ticker.shutdownNow();
        if (terminal) {
            show();
            err.println();
        }
    }

    private synchronized void show() {
        double seconds = Math.max(1e-3, (System.nanoTime() - begun) / (double) TimeUnit.SECONDS.toNanos(1));
        if (json) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("type", "progress");
            line.putAll(view.members(seconds));
            out.println(JsonText.line(line));
        } else if (terminal) {
            SafePrinter.status(err, view.line(seconds, ProgressReporter::bar));
        } else {
            err.println(view.line(seconds, share -> ""));
        }
    }

    private static String bar(double share) {
        int full = (int) (share * BAR);
        return " [" + "#".repeat(full) + ".".repeat(BAR - full) + "]";
    }

    /** Estimated remaining time at the current rate, {@code ?} before any progress. */
    static String left(long rest, double rate) {
        return rate <= 0 ? "?" : Amounts.duration(Duration.ofSeconds(Math.round((double) rest / rate)));
    }

    private record ReadingView(String name, Progress progress) implements View {
        @Override
        public Map<String, Object> members(double seconds) {
            Progress.Reading now = progress.now();
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("dataset", name);
            line.put("documents", now.documents());
            line.put("expected", now.expected() < 0 ? null : now.expected());
            line.put("documents_per_second", Math.round(now.documents() / seconds));
            line.put("retries", now.retries());
            line.put("attempt", now.attempt());
            return line;
        }

        @Override
        public String line(double seconds, DoubleFunction<String> bar) {
            Progress.Reading now = progress.now();
            double rate = now.documents() / seconds;
            if (now.expected() < 0) {
                return name + " waiting for the snapshot";
            }
            double share = now.expected() == 0 ? 1 : Math.min(1, (double) now.documents() / now.expected());
            return "%s%s %3.0f %% %s of %s documents, %s/s, %s left%s"
                    .formatted(
                            name,
                            bar.apply(share),
                            100 * share,
                            Amounts.count(now.documents()),
                            Amounts.count(now.expected()),
                            Amounts.count(Math.round(rate)),
                            left(now.expected() - now.documents(), rate),
                            now.retries() == 0 ? "" : ", " + now.retries() + " retries");
        }
    }
}
