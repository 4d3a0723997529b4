package io.spillway.daemon;

import io.spillway.config.ClearText;
import io.spillway.daemon.RunResult.Failure;
import io.spillway.fault.Fault;
import io.spillway.files.ChildEnvironment;
import io.spillway.manifest.Changes;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends alerts: an export failed permanently, reached only some destinations, was refused, or is late; a schedule file
 * is broken; a disk has too little space. Each is sent once, and once more when resolved. Sent alerts are recorded in
 * the state, so that neither a restart nor a second daemon repeats them.
 */
final class Alerts implements RunListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Alerts.class);

    private static final String LATE = "late";
    private static final String DISK = "disk";
    private static final String CHANGES = "changes";
    private static final String SCHEDULE = "schedule";
    private static final String RESOLVED = "resolved";
    private static final String DETAILS = "see the daemon's log, or /status with the token, for details";
    private static final int TRIES = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final AlertOptions options;
    private final DatasetLog log;
    private final Clock clock;
    private final Duration pause;
    private final HttpClient client =
            // An address that is a secret goes to no other host.
            HttpClient.newBuilder()
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .connectTimeout(PATIENCE)
                    .build();

    private final ScheduledExecutorService sender = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "alerts");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * An alert.
     *
     * @param type    {@code alert}
     * @param kind    {@code failed}, {@code partial}, {@code refused}, {@code late}, {@code disk}, {@code schedule} or
     *     {@code resolved}
     * @param dataset the dataset, or null for a disk or a schedule file
     * @param folder  the last name of the folder whose disk is full, or null
     * @param at      time of the alert
     * @param fault   the fault's name, or null
     * @param message for people
     * @param hint    what to do, or null
     */
    record Alert(
            String type,
            String kind,
            @Nullable String dataset,
            @Nullable String folder,
            Instant at,
            @Nullable String fault,
            String message,
            @Nullable String hint) {}

    /** @param pause between two attempts to deliver */
    Alerts(AlertOptions options, DatasetLog log, Clock clock, Duration pause) {
        this.options = options;
        this.log = log;
        this.clock = clock;
        this.pause = pause;
        if (options.webhook() != null && isReadable(options.webhook().reveal())) {
            LOG.warn("--alert-webhook is not encrypted: use https to protect alerts and the URL");
        }
    }

    private static boolean isReadable(String webhook) {
        try {
            return ClearText.isReadable(URI.create(webhook));
        } catch (IllegalArgumentException noAddress) {
            // Each alert will log that it cannot be sent.
            return false;
        }
    }

    @Override
    public void ended(RunResult result) {
        try {
            switch (result.outcome()) {
                case PUBLISHED, NOTHING_NEW -> {
                    if (result.report() != null && result.report().warning() != null) {
                        withoutChanges(result.report().manifest());
                    } else if (log.alerted(result.dataset(), null)) {
                        String message =
                                "the newest dump of \"%s\" is public at every destination".formatted(result.dataset());
                        send(alert(RESOLVED, result.dataset(), null, message, null));
                    }
                }
                case FAILED, REFUSED, PARTIAL -> {
                    String kind = result.outcome().name().toLowerCase(Locale.ROOT);
                    Failure failure = result.failure();
                    if (failure != null && result.again() == null && log.alerted(result.dataset(), kind)) {
                        send(alert(
                                kind,
                                result.dataset(),
                                failure.fault(),
                                message(result, failure.fault()),
                                hint(result)));
                    }
                }
                case RETRIES, STOPPED -> {
                    // Not final yet.
                }
            }
        } catch (SQLException e) {
            LOG.error("cannot send an alert: the state database failed dataset={}", result.dataset(), e);
        }
    }

    /** The dump is public and its changes are not: the reason in its manifest is public, the one in the log is not. */
    private void withoutChanges(Manifest manifest) throws SQLException {
        if (log.alerted(manifest.dataset(), CHANGES)) {
            Changes changes = manifest.changes();
            String message = "the newest dump of \"%s\" has no changes since the dump before: %s"
                    .formatted(manifest.dataset(), changes == null ? "" : changes.newChain());
            send(alert(CHANGES, manifest.dataset(), null, message, DETAILS));
        }
    }

    /** Alerts about schedule files that broke, and those that are valid again. */
    private void schedules(Overview now) throws SQLException {
        String host = StateFolder.host() + ":";
        for (String file : now.problems().keySet()) {
            if (log.brokenSchedule(host + file, true)) {
                String message =
                        "the schedule file %s is broken, and its dataset is not exported".formatted(name(file));
                send(new Alert("alert", SCHEDULE, null, null, clock.instant(), null, message, DETAILS));
            }
        }
        for (String noted : log.brokenSchedules()) {
            String file = noted.startsWith(host) ? noted.substring(host.length()) : "";
            if (!file.isEmpty() && !now.problems().containsKey(file) && log.brokenSchedule(noted, false)) {
                String message = "the schedule file %s is valid again".formatted(name(file));
                send(new Alert("alert", RESOLVED, null, null, clock.instant(), null, message, null));
            }
        }
    }

    /** The last name of a path: alerts go to external services. */
    private static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** Alerts about late datasets without another open alert, and about disks with too little space. */
    void look(Overview now) throws SQLException {
        schedules(now);
        for (Disks.Disk disk : now.disks()) {
            if (log.lacksRoom(StateFolder.host() + ":" + disk.folder(), disk.lacksRoom())) {
                send(disk.lacksRoom() ? full(disk.withoutPath()) : roomy(disk.withoutPath()));
            }
        }
        for (Overview.Line line : now.datasets()) {
            if (line.lateSince() != null && line.alerted() == null && log.alerted(line.dataset(), LATE)) {
                send(alert(
                        LATE,
                        line.dataset(),
                        null,
                        "the dump of \"%s\" due at %s is late".formatted(line.dataset(), line.lateSince()),
                        "see the last attempt in /status and in the log"));
            }
        }
    }

    /** Alerts go to external services, so they contain the meaning of the fault and no details of the run. */
    private static String message(RunResult result, String fault) {
        String what = switch (result.outcome()) {
            case PARTIAL -> "the newest dump of \"%s\" is not at every destination";
            case REFUSED -> "the export of \"%s\" was refused";
            default -> "the export of \"%s\" failed";
        };
        String code = Stream.of(Fault.values())
                .filter(each -> each.name().equals(fault))
                .map(each -> " (exit code " + each.exitCode() + ")")
                .findFirst()
                .orElse("");
        return what.formatted(result.dataset()) + ": " + Fault.publicReason(fault) + code;
    }

    private static String hint(RunResult result) {
        return result.outcome() == RunResult.Outcome.PARTIAL
                ? "run  spillway export --resume  once the destination works again; " + DETAILS
                : DETAILS;
    }

    private Alert full(Disks.Disk disk) {
        return new Alert(
                "alert",
                DISK,
                disk.dataset(),
                disk.folder(),
                clock.instant(),
                null,
                "%s has %d bytes free, and the next export of \"%s\" needs about %d"
                        .formatted(disk.folder(), disk.freeBytes(), disk.dataset(), disk.neededBytes()),
                "free some space there, for example by removing old dumps");
    }

    private Alert roomy(Disks.Disk disk) {
        String message =
                "%s has enough space for the next exports again: %d bytes".formatted(disk.folder(), disk.freeBytes());
        return new Alert("alert", RESOLVED, null, disk.folder(), clock.instant(), null, message, null);
    }

    private Alert alert(String kind, String dataset, @Nullable String fault, String message, @Nullable String hint) {
        return new Alert("alert", kind, dataset, null, clock.instant(), fault, message, hint);
    }

    private void send(Alert alert) {
        // An alert about a disk or a schedule file has neither a dataset nor a fault.
        String dataset = alert.dataset() == null ? "" : " dataset=" + alert.dataset();
        String fault = alert.fault() == null ? "" : " fault=" + alert.fault();
        LOG.warn("alert kind={}{}{} message=\"{}\"", alert.kind(), dataset, fault, alert.message());
        if (options.command() != null || options.webhook() != null) {
            sender.execute(() -> deliver(alert, options.command() != null, options.webhook() != null, 1));
        }
    }

    private void deliver(Alert alert, boolean byCommand, boolean byWebhook, int number) {
        byte[] json = ManifestJson.writeLine(alert);
        boolean command = byCommand && !run(json);
        boolean webhook = byWebhook && !post(json);
        if (!command && !webhook) {
            return;
        }
        if (number < TRIES) {
            var unused = sender.schedule(
                    () -> deliver(alert, command, webhook, number + 1), pause.toMillis(), TimeUnit.MILLISECONDS);
        } else {
            LOG.error("cannot deliver an alert kind={} dataset={}", alert.kind(), alert.dataset());
        }
    }

    private boolean run(byte[] json) {
        try {
            ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", String.valueOf(options.command()))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD);
            ChildEnvironment.limit(builder);
            Process process = builder.start();
            try (OutputStream in = process.getOutputStream()) {
                in.write(json);
                in.write('\n');
            } catch (IOException notRead) {
                // A command need not read its input.
            }
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                LOG.warn("the alert command timed out seconds={}", PATIENCE.toSeconds());
                return false;
            }
            if (process.exitValue() != 0) {
                LOG.warn("the alert command failed exit_code={}", process.exitValue());
            }
            return process.exitValue() == 0;
        } catch (IOException e) {
            LOG.warn("cannot start the alert command cause=\"{}\"", e.getMessage());
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private boolean post(byte[] json) {
        if (options.webhook() == null) {
            return true;
        }
        try {
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create(options.webhook().reveal()))
                    .timeout(PATIENCE)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(json))
                    .build();
            int status =
                    client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
            if (status / 100 != 2) {
                LOG.warn("the alert webhook rejected the alert status={}", status);
            }
            return status / 100 == 2;
        } catch (IOException | IllegalArgumentException e) {
            // Omits the exception's message, which may quote the URL.
            LOG.warn("the alert webhook did not answer cause={}", e.getClass().getSimpleName());
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Waits briefly for pending deliveries. */
    @Override
    public void close() {
        sender.shutdown();
        try {
            if (!sender.awaitTermination(2, TimeUnit.SECONDS)) {
                sender.shutdownNow();
            }
        } catch (InterruptedException e) {
            sender.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
