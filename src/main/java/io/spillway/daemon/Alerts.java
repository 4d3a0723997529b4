package io.spillway.daemon;

import io.spillway.config.ClearText;
import io.spillway.daemon.RunResult.Failure;
import io.spillway.fault.Fault;
import io.spillway.files.ChildEnvironment;
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
 * Tells a person of an export that failed for good, did not get everywhere, was refused, or is late, and of a disk that has
 * become too small: once, until it is set right, which is told too. That it was told is in the state, so that neither a restart nor a second daemon tells it again.
 */
final class Alerts implements RunListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Alerts.class);

    private static final String LATE = "late";
    private static final String DISK = "disk";
    private static final String SCHEDULE = "schedule";
    private static final String RESOLVED = "resolved";
    private static final String DETAILS =
            "the log of the daemon has the details, and so has /status for a request with the token";
    private static final int TRIES = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final AlertOptions options;
    private final DatasetLog log;
    private final Clock clock;
    private final Duration pause;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();

    private final ScheduledExecutorService sender = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "alerts");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * What is told.
     *
     * @param type    {@code alert}
     * @param kind    {@code failed}, {@code partly}, {@code refused}, {@code late}, {@code disk}, {@code schedule} or {@code resolved}
     * @param dataset of which, or null of a disk alone
     * @param folder  the last name of the folder on whose disk, or null
     * @param at      when
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

    /** @param pause between two tries to deliver */
    Alerts(AlertOptions options, DatasetLog log, Clock clock, Duration pause) {
        this.options = options;
        this.log = log;
        this.clock = clock;
        this.pause = pause;
        if (options.webhook() != null && isReadable(options.webhook().reveal())) {
            LOG.warn("alerts and the address of the webhook can be read on the way: use https for --alert-webhook");
        }
    }

    private static boolean isReadable(String webhook) {
        try {
            return ClearText.isReadable(URI.create(webhook));
        } catch (IllegalArgumentException noAddress) {
            // Each alert will say that it cannot be sent.
            return false;
        }
    }

    @Override
    public void ended(RunResult result) {
        try {
            switch (result.outcome()) {
                case PUBLISHED -> {
                    if (log.alerted(result.dataset(), null)) {
                        String message =
                                "the newest dump of \"%s\" is public at every destination".formatted(result.dataset());
                        tell(alert(RESOLVED, result.dataset(), null, message, null));
                    }
                }
                case FAILED, REFUSED, PARTLY -> {
                    String kind = result.outcome().name().toLowerCase(Locale.ROOT);
                    Failure failure = result.failure();
                    if (failure != null && result.again() == null && log.alerted(result.dataset(), kind)) {
                        tell(alert(
                                kind,
                                result.dataset(),
                                failure.fault(),
                                message(result, failure.fault()),
                                hint(result)));
                    }
                }
                case RETRIES, STOPPED -> {
                    // Not the end yet.
                }
            }
        } catch (SQLException e) {
            LOG.error("an alert was not told, the state database failed dataset={}", result.dataset(), e);
        }
    }

    /** Tells of schedule files that are broken, and of those that are no longer. */
    private void schedules(Overview now) throws SQLException {
        String host = StateFolder.host() + ":";
        for (String file : now.problems().keySet()) {
            if (log.brokenSchedule(host + file, true)) {
                String message =
                        "the schedule file %s is broken, and its dataset is not exported".formatted(name(file));
                tell(new Alert("alert", SCHEDULE, null, null, clock.instant(), null, message, DETAILS));
            }
        }
        for (String noted : log.brokenSchedules()) {
            String file = noted.startsWith(host) ? noted.substring(host.length()) : "";
            if (!file.isEmpty() && !now.problems().containsKey(file) && log.brokenSchedule(noted, false)) {
                String message = "the schedule file %s is no longer broken".formatted(name(file));
                tell(new Alert("alert", RESOLVED, null, null, clock.instant(), null, message, null));
            }
        }
    }

    /** The last name of a path: alerts go to services of others. */
    private static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** Tells of datasets that are late, if nothing else of them was told, and of disks that have become too small. */
    void look(Overview now) throws SQLException {
        schedules(now);
        for (Disks.Disk disk : now.disks()) {
            if (log.lacksRoom(StateFolder.host() + ":" + disk.folder(), disk.lacksRoom())) {
                tell(disk.lacksRoom() ? full(disk.withoutPath()) : roomy(disk.withoutPath()));
            }
        }
        for (Overview.Line line : now.datasets()) {
            if (line.lateSince() != null && line.alerted() == null && log.alerted(line.dataset(), LATE)) {
                tell(alert(
                        LATE,
                        line.dataset(),
                        null,
                        "no dump of \"%s\" since the one that was due at %s"
                                .formatted(line.dataset(), line.lateSince()),
                        "see its last attempt in /status and in the log"));
            }
        }
    }

    /** Alerts go to services of others, so that they say what the fault means and nothing of the run. */
    private static String message(RunResult result, String fault) {
        String what = switch (result.outcome()) {
            case PARTLY -> "the newest dump of \"%s\" is not at every destination";
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
        return result.outcome() == RunResult.Outcome.PARTLY
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
                "free some space there, such as that of dumps which nobody needs any more");
    }

    private Alert roomy(Disks.Disk disk) {
        String message = "%s has room for the next exports again, %d bytes".formatted(disk.folder(), disk.freeBytes());
        return new Alert("alert", RESOLVED, null, disk.folder(), clock.instant(), null, message, null);
    }

    private Alert alert(String kind, String dataset, @Nullable String fault, String message, @Nullable String hint) {
        return new Alert("alert", kind, dataset, null, clock.instant(), fault, message, hint);
    }

    private void tell(Alert alert) {
        LOG.warn(
                "alert kind={} dataset={} fault={} message=\"{}\"",
                alert.kind(),
                alert.dataset(),
                alert.fault(),
                alert.message());
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
            LOG.error("an alert was not delivered kind={} dataset={}", alert.kind(), alert.dataset());
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
                // A command may well not read it, as one that only rings a bell.
            }
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                LOG.warn("the alert command did not end in time seconds={}", PATIENCE.toSeconds());
                return false;
            }
            if (process.exitValue() != 0) {
                LOG.warn("the alert command failed exit_code={}", process.exitValue());
            }
            return process.exitValue() == 0;
        } catch (IOException e) {
            LOG.warn("the alert command did not start cause=\"{}\"", e.getMessage());
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
                LOG.warn("the alert webhook refused status={}", status);
            }
            return status / 100 == 2;
        } catch (IOException | IllegalArgumentException e) {
            // Without its message, which may quote the address.
            LOG.warn("the alert webhook did not answer cause={}", e.getClass().getSimpleName());
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Waits for what is under way, a little. */
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
