package io.spillway.daemon;

import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.spillway.daemon.Disks.Disk;
import io.spillway.pipeline.RunStats;
import io.spillway.run.ExportReport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The daemon's metrics in Prometheus' text format. Values that must survive a restart (the last success) are read from
 * the state at each scrape; counters start at zero with the daemon, as usual.
 */
final class Metrics implements RunListener {
    /** Media type of {@link #text}. */
    static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private static final String DATASET = "dataset";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Map<String, MultiGauge> gauges = new LinkedHashMap<>();

    @Override
    public void ended(RunResult result) {
        String dataset = result.dataset();
        count(
                "spillway.exports",
                "Attempts by outcome",
                1,
                Tags.of(DATASET, dataset, "outcome", result.outcome().name().toLowerCase(Locale.ROOT)));
        if (result.failure() != null) {
            count(
                    "spillway.faults",
                    "Failed attempts by fault",
                    1,
                    Tags.of(DATASET, dataset, "fault", result.failure().fault()));
        }
        if (result.again() != null && result.outcome() != RunResult.Outcome.STOPPED) {
            count("spillway.export.retries", "Attempts followed by a retry", 1, Tags.of(DATASET, dataset));
        }
        ExportReport report = result.report();
        RunStats stats = report == null ? null : report.stats();
        if (report != null && stats != null && !report.delivery().nowhere()) {
            count("spillway.source.requests", "Requests for pages", stats.requests(), Tags.of(DATASET, dataset));
            count("spillway.source.retries", "Repeated requests for pages", stats.retries(), Tags.of(DATASET, dataset));
            count(
                    "spillway.documents",
                    "Documents published",
                    report.manifest().documents(),
                    Tags.of(DATASET, dataset));
            count("spillway.bytes", "Bytes published", report.manifest().bytes(), Tags.of(DATASET, dataset));
        }
    }

    private void count(String name, String help, long amount, Tags tags) {
        io.micrometer.core.instrument.Counter.builder(name)
                .description(help)
                .tags(tags)
                .register(registry)
                .increment((double) amount);
    }

    /** All metrics, at this moment. */
    synchronized String text(Overview now) {
        gauge("spillway.running", "Exports under way on this daemon", List.of(row(Tags.empty(), now.running())));
        gauge(
                "spillway.waiting",
                "Exports that are due but have not started",
                List.of(row(Tags.empty(), now.waiting())));
        gauge(
                "spillway.schedules.broken",
                "Broken schedule files",
                List.of(row(Tags.empty(), now.problems().size())));
        disks(
                now,
                "spillway.disk.total.bytes",
                "Size of the disk that state or dumps are written to",
                Disk::totalBytes);
        disks(now, "spillway.disk.free.bytes", "Free bytes on that disk", Disk::freeBytes);
        disks(
                now,
                "spillway.disk.needed.bytes",
                "Expected need of the largest of the next exports there",
                Disk::neededBytes);
        each(
                now,
                "spillway.last.success.timestamp.seconds",
                "Time at which the last dump became public",
                line -> line.success() == null ? null : seconds(line.success().ended()));
        each(
                now,
                "spillway.last.success.age.seconds",
                "Time since the last dump became public",
                line -> line.success() == null
                        ? null
                        : seconds(now.at()) - seconds(line.success().ended()));
        each(
                now,
                "spillway.last.success.duration.seconds",
                "Duration of the last successful export",
                line -> line.success() == null
                        ? null
                        : seconds(line.success().ended())
                                - seconds(line.success().began()));
        each(
                now,
                "spillway.last.success.documents",
                "Documents in the last dump",
                line -> line.success() == null ? null : (double) line.success().documents());
        each(
                now,
                "spillway.last.success.bytes",
                "Bytes of the last dump's parts",
                line -> line.success() == null ? null : (double) line.success().bytes());
        each(now, "spillway.failures", "Failed attempts since a dump last became public", line ->
                (double) line.failures());
        each(
                now,
                "spillway.destinations.missing",
                "Destinations that lack the newest dump, or may name an older one",
                line -> (double) line.missing());
        each(
                now,
                "spillway.late",
                "1 if a dump is overdue by more than the time limit",
                line -> line.lateSince() == null ? 0.0 : 1.0);
        each(
                now,
                "spillway.next.timestamp.seconds",
                "Time of the next scheduled export",
                line -> line.next() == null ? null : seconds(line.next()));
        return registry.scrape();
    }

    private void each(Overview now, String name, String help, Function<Overview.Line, @Nullable Double> value) {
        List<MultiGauge.Row<Number>> rows = new ArrayList<>();
        for (Overview.Line line : now.datasets()) {
            Optional.ofNullable(value.apply(line))
                    .ifPresent(number -> rows.add(row(Tags.of(DATASET, line.dataset()), number)));
        }
        gauge(name, help, rows);
    }

    private void disks(Overview now, String name, String help, ToLongFunction<Disk> value) {
        List<MultiGauge.Row<Number>> rows = new ArrayList<>();
        for (Disk disk : now.disks()) {
            rows.add(row(Tags.of("folder", disk.folder()), value.applyAsLong(disk)));
        }
        gauge(name, help, rows);
    }

    private void gauge(String name, String help, List<MultiGauge.Row<Number>> rows) {
        gauges.computeIfAbsent(
                        name,
                        unused -> MultiGauge.builder(name).description(help).register(registry))
                .register(rows, true);
    }

    private static MultiGauge.Row<Number> row(Tags tags, Number value) {
        return MultiGauge.Row.of(tags, value);
    }

    static double seconds(Instant instant) {
        return instant.toEpochMilli() / 1_000.0;
    }
}
