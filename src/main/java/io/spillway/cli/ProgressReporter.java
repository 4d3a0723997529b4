package io.spillway.cli;

import io.spillway.progress.Progress;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Shows how far a run is: a line that is drawn again on a terminal, a line every ten seconds elsewhere, an object every
 * ten seconds with {@code --json}. Reads counters on a thread of its own; closing it ends that thread and the line.
 */
final class ProgressReporter implements AutoCloseable {
    private static final Duration ON_A_TERMINAL = Duration.ofMillis(500);
    private static final Duration ELSEWHERE = Duration.ofSeconds(10);
    private static final int BAR = 24;

    private final String name;
    private final Progress progress;
    private final PrintWriter out;
    private final PrintWriter err;
    private final boolean json;
    private final boolean terminal;
    private final long begun = System.nanoTime();
    private final ScheduledExecutorService ticker;

    private ProgressReporter(String name, Progress progress, PrintWriter out, PrintWriter err, boolean json) {
        this.name = name;
        this.progress = progress;
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

    /** Since JDK 22 there is a console without a terminal too, unless the older kind is asked for first. */
    @SuppressWarnings("SystemConsoleNull")
    private static boolean onATerminal() {
        System.setProperty("jdk.console", "java.base");
        return System.console() != null;
    }

    static ProgressReporter start(String name, Progress progress, PrintWriter out, PrintWriter err, boolean json) {
        ProgressReporter reporter = new ProgressReporter(name, progress, out, err, json);
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
        Progress.Reading now = progress.now();
        double seconds = Math.max(1e-3, (System.nanoTime() - begun) / (double) TimeUnit.SECONDS.toNanos(1));
        if (json) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("type", "progress");
            line.put("dataset", name);
            line.put("documents", now.documents());
            line.put("expected", now.expected() < 0 ? null : now.expected());
            line.put("documents_per_second", Math.round(now.documents() / seconds));
            line.put("retries", now.retries());
            line.put("attempt", now.attempt());
            out.println(JsonText.line(line));
        } else if (terminal) {
            err.print("\r" + line(now, seconds) + "\u001b[K");
            err.flush();
        } else {
            err.println(line(now, seconds));
        }
    }

    private String line(Progress.Reading now, double seconds) {
        double rate = now.documents() / seconds;
        if (now.expected() < 0) {
            return name + " waiting for the snapshot";
        }
        double share = now.expected() == 0 ? 1 : Math.min(1, (double) now.documents() / now.expected());
        Duration left = Duration.ofSeconds(rate <= 0 ? 0 : Math.round((now.expected() - now.documents()) / rate));
        int full = (int) (share * BAR);
        String bar = terminal ? " [" + "#".repeat(full) + ".".repeat(BAR - full) + "]" : "";
        return "%s%s %3.0f %% %s of %s documents, %s/s, %s left%s"
                .formatted(
                        name,
                        bar,
                        100 * share,
                        Amounts.count(now.documents()),
                        Amounts.count(now.expected()),
                        Amounts.count(Math.round(rate)),
                        rate <= 0 ? "?" : Amounts.duration(left),
                        now.retries() == 0 ? "" : ", " + now.retries() + " retries");
    }
}
