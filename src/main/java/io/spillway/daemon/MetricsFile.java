package io.spillway.daemon;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.spillway.run.ExportReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metrics of single exports for node_exporter's textfile collector: a file for each dataset, whose name ends in
 * {@code .prom}. It appears whole, and a failed export keeps what it says of the last success.
 */
public final class MetricsFile {
    private static final Logger LOG = LoggerFactory.getLogger(MetricsFile.class);
    private static final String SUCCESS = "spillway_last_success_";
    private static final String MISSING = "spillway_destinations_missing";

    private final Path file;
    private final String dataset;

    /** @param dataset becomes a label */
    public MetricsFile(Path file, String dataset) {
        this.file = file;
        this.dataset = dataset;
    }

    /**
     * Says how an export ended. Never throws: the export's own end is what matters.
     *
     * @param report   the dump that was made, wherever it is public, or null
     * @param exitCode the command's
     */
    public void write(Instant began, Instant ended, @Nullable ExportReport report, int exitCode) {
        try {
            boolean isPublic = report != null && !report.reach().nowhere();
            Map<String, Double> values = isPublic ? new TreeMap<>() : before();
            values.put("spillway_last_attempt_timestamp_seconds", Metrics.seconds(ended));
            values.put("spillway_last_attempt_exit_code", (double) exitCode);
            if (report != null) {
                values.put(MISSING, (double) report.reach().missing());
            }
            if (report != null && isPublic) {
                values.put(SUCCESS + "timestamp_seconds", Metrics.seconds(ended));
                values.put(
                        SUCCESS + "duration_seconds",
                        Duration.between(began, ended).toMillis() / 1_000.0);
                values.put(SUCCESS + "documents", (double) report.manifest().documents());
                values.put(SUCCESS + "bytes", (double) report.manifest().bytes());
            }
            replace(text(values));
        } catch (IOException | RuntimeException e) {
            LOG.warn("the metrics were not written file={} cause=\"{}\"", file, e.toString());
        }
    }

    /** What the file says of the last success. */
    private Map<String, Double> before() throws IOException {
        Map<String, Double> values = new TreeMap<>();
        try {
            for (String line : Files.readAllLines(file)) {
                int labels = line.indexOf('{');
                int value = line.lastIndexOf(' ');
                if ((line.startsWith(SUCCESS) || line.startsWith(MISSING))
                        && labels > 0
                        && line.contains("dataset=\"" + dataset + "\"")) {
                    values.put(line.substring(0, labels), Double.parseDouble(line.substring(value + 1)));
                }
            }
        } catch (NoSuchFileException none) {
            // The first export that is asked for a file.
        }
        return values;
    }

    private String text(Map<String, Double> values) {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        values.forEach((name, value) -> Gauge.builder(name, () -> value)
                .tags(Tags.of("dataset", dataset))
                .register(registry));
        return registry.scrape();
    }

    private void replace(String text) throws IOException {
        Path absolute = file.toAbsolutePath();
        // Not .prom: the collector would read half of it.
        Path half = Files.createTempFile(absolute.getParent(), "." + absolute.getFileName(), ".incomplete");
        try {
            Files.writeString(half, text);
            if (Files.getFileStore(half).supportsFileAttributeView("posix")) {
                // A temporary file is its owner's alone; the collector is somebody else.
                Files.setPosixFilePermissions(half, PosixFilePermissions.fromString("rw-r--r--"));
            }
            Files.move(half, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(half);
        }
    }
}
