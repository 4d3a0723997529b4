package io.spillway.cli;

import io.spillway.config.Secret;
import io.spillway.daemon.AlertOptions;
import io.spillway.daemon.Daemon;
import io.spillway.daemon.DaemonOptions;
import io.spillway.daemon.WatchOptions;
import io.spillway.fault.SpillwayException;
import io.spillway.run.ExportListener;
import io.spillway.run.Exporter;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code spillway daemon}: exports the datasets of a folder of schedules at their times, until it is stopped. */
@Command(
        name = "daemon",
        mixinStandardHelpOptions = true,
        description = {
            "Runs scheduled exports for all datasets in a folder of schedules, until SIGTERM.",
            "Changed files take effect without a restart."
        })
final class DaemonCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(DaemonCommand.class);

    private static final Pattern ADDRESS = Pattern.compile("\\[?([^\\[\\]]+)]?:([0-9]{1,5})");

    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9_-]+(?:\\.[A-Za-z0-9_-]+)*\\.?");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "SCHEDULES", description = "Folder of schedule files, *.yaml, one dataset each.")
    private Path schedules = Path.of("schedules");

    @Option(
            names = "--state",
            paramLabel = "FOLDER",
            description = "Folder for run times and outcomes (default: ${DEFAULT-VALUE}); for a single daemon.")
    private Path state = Path.of("spillway-state");

    @Option(
            names = "--database",
            paramLabel = "URL",
            description =
                    "jdbc:postgresql://HOST/DATABASE?sslmode=verify-full: shared state of several daemons, instead"
                            + " of --state.")
    private @Nullable String database;

    @Option(names = "--database-user", paramLabel = "NAME", description = "User of that database.")
    private @Nullable String databaseUser;

    @Option(
            names = "--database-password",
            paramLabel = "SECRET",
            description = "Password of that user, " + ScheduleArguments.REFERENCE)
    private @Nullable String databasePassword;

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            description = "Maximum number of concurrent exports (default: ${DEFAULT-VALUE}).")
    private int concurrency = 1;

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            description = "Address for health, metrics and status (default: ${DEFAULT-VALUE}), or none.")
    private String listen = "127.0.0.1:9482";

    @Option(
            names = "--host",
            split = ",",
            paramLabel = "NAME",
            description =
                    "Host names to accept for status and metrics besides localhost and IP addresses; others get 421.")
    private List<String> hosts = List.of();

    @Option(
            names = "--token",
            paramLabel = "SECRET",
            description = "Bearer token required for POST /datasets/NAME/export, " + ScheduleArguments.REFERENCE)
    private @Nullable String token;

    @Option(
            names = "--alert-command",
            paramLabel = "COMMAND",
            description = "Shell command to run for each alert, with the alert as JSON on stdin.")
    private @Nullable String alertCommand;

    @Option(
            names = "--alert-webhook",
            paramLabel = "SECRET",
            description = "URL to post alerts to as JSON, " + ScheduleArguments.REFERENCE)
    private @Nullable String alertWebhook;

    @SuppressWarnings("UnusedVariable") // read from the arguments before the first logger exists
    @Option(names = "--log", paramLabel = "FORMAT", description = "Log format: text (default) or json.")
    private LogFormat log = LogFormat.TEXT;

    @SuppressWarnings("UnusedVariable") // read from the arguments before any Spillway object exists
    @Mixin
    private OutputOptions output = new OutputOptions();

    /** Format of the log. */
    enum LogFormat {
        TEXT,
        JSON
    }

    @Override
    public Integer call() throws SpillwayException, InterruptedException {
        try (Daemon daemon = start()) {
            keep(daemon);
        }
        return 0;
    }

    private static void keep(Daemon daemon) {
        try {
            daemon.keep();
        } catch (InterruptedException signal) {
            LOG.info("daemon stopped; interrupted exports restart at the next start");
        }
    }

    /**
     * A signal during startup interrupts it; failures caused by that interrupt are not faults of the state or of a
     * schedule.
     */
    private Daemon start() throws SpillwayException, InterruptedException {
        try {
            return Daemon.start(options(), new Exporter(ExportListener.NONE));
        } catch (SpillwayException e) {
            if (Thread.interrupted() || isInterrupt(e)) {
                throw (InterruptedException) new InterruptedException("stopped during startup").initCause(e);
            }
            throw e;
        }
    }

    private static boolean isInterrupt(Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof InterruptedException || each instanceof ClosedByInterruptException) {
                return true;
            }
        }
        return false;
    }

    private DaemonOptions options() {
        if (concurrency < 1 || concurrency > 64) {
            throw new ParameterException(spec.commandLine(), "--concurrency must be 1 to 64, not " + concurrency);
        }
        return new DaemonOptions(
                schedules,
                new DaemonOptions.State(state, database == null ? null : shared(database)),
                concurrency,
                DaemonOptions.Pace.DEFAULT,
                new WatchOptions(
                        listen.equals("none") ? null : address(),
                        secret("--token", token),
                        new AlertOptions(alertCommand, secret("--alert-webhook", alertWebhook)),
                        hosts()));
    }

    private InetSocketAddress address() {
        Matcher address = ADDRESS.matcher(listen);
        if (!address.matches() || Integer.parseInt(address.group(2)) > 65_535) {
            throw new ParameterException(
                    spec.commandLine(), "--listen must be HOST:PORT, such as 127.0.0.1:9482, or none; not " + listen);
        }
        return new InetSocketAddress(address.group(1), Integer.parseInt(address.group(2)));
    }

    private Set<String> hosts() {
        for (String host : hosts) {
            if (!HOST.matcher(host).matches()) {
                throw new ParameterException(
                        spec.commandLine(), "--host must be a name without a port, such as spillway.example.org");
            }
        }
        return Set.copyOf(hosts);
    }

    private DaemonOptions.SharedDatabase shared(String url) {
        if (!url.startsWith("jdbc:postgresql:") || url.contains("password=") || url.contains("@")) {
            // The value is not quoted: it may contain a password.
            throw new ParameterException(
                    spec.commandLine(),
                    "--database must be jdbc:postgresql://HOST/DATABASE without a password; use --database-password");
        }
        return new DaemonOptions.SharedDatabase(url, databaseUser, secret("--database-password", databasePassword));
    }

    private @Nullable Secret secret(String option, @Nullable String reference) {
        try {
            return reference == null ? null : Secret.parse(reference);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), option + ": " + e.getMessage(), e);
        }
    }
}
