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
 * The metrics of single exports for node_exporter's textfile collector: one file for each dataset, with a name that
 * ends in {@code .prom}. It is replaced atomically, and a failed export keeps the values of the last success.
 */
public final class MetricsFile {
    private static final Logger LOG = LoggerFactory.getLogger(MetricsFile.class);
    private static final String SUCCESS = "spillway_last_success_";
    private static final String MISSING = "spillway_destinations_missing";

    private final Path file;
    private final String dataset;

    /** @param dataset used as a label */
    public MetricsFile(Path file, String dataset) {
        this.file = file;
        this.dataset = dataset;
    }

    /**
     * Writes the result of an export. Never throws: a failure to write must not change the result of the export.
     *
     * @param report   the dump that was made, wherever it is public, or null
     * @param exitCode the command's
     */
    public void write(Instant began, Instant ended, @Nullable ExportReport report, int exitCode) {
        try {
            boolean isPublic = report != null && !report.delivery().nowhere();
            Map<String, Double> values = isPublic ? new TreeMap<>() : before();
            values.put("spillway_last_attempt_timestamp_seconds", Metrics.seconds(ended));
            values.put("spillway_last_attempt_exit_code", (double) exitCode);
            if (report != null) {
                values.put(MISSING, (double) report.delivery().missing());
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
            LOG.warn("cannot write the metrics file={} cause=\"{}\"", file, e.toString());
        }
    }

    /** The values of the last success in the existing file. */
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
            // The first export that writes this file.
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
        // Not .prom: the collector would read the unfinished file.
        Path unfinished = Files.createTempFile(absolute.getParent(), "." + absolute.getFileName(), ".incomplete");
        try {
            Files.writeString(unfinished, text);
            if (Files.getFileStore(unfinished).supportsFileAttributeView("posix")) {
                // A temporary file is readable only by its owner; the collector runs as another user.
                Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString("rw-r--r--"));
            }
            Files.move(unfinished, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }
}
