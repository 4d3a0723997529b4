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

/** {@code spillway daemon}: exports at the times of a folder of schedules, until it is told to end. */
@Command(
        name = "daemon",
        mixinStandardHelpOptions = true,
        description = {
            "Exports every dataset of a folder of schedules at its times, until SIGTERM.",
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
            description = "Where times and outcomes are kept (default: ${DEFAULT-VALUE}); for one daemon alone.")
    private Path state = Path.of("spillway-state");

    @Option(
            names = "--database",
            paramLabel = "URL",
            description =
                    "jdbc:postgresql://HOST/DATABASE?sslmode=verify-full, shared by several daemons, instead of --state.")
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
            description = "Exports at the same time (default: ${DEFAULT-VALUE}).")
    private int concurrency = 1;

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            description = "Where health, metrics and status are served (default: ${DEFAULT-VALUE}), or none.")
    private String listen = "127.0.0.1:9482";

    @Option(
            names = "--host",
            split = ",",
            paramLabel = "NAME",
            description =
                    "Names by which status and metrics are asked for, besides localhost and addresses; others get 421.")
    private List<String> hosts = List.of();

    @Option(
            names = "--token",
            paramLabel = "SECRET",
            description = "Allows POST /datasets/NAME/export to who brings it, " + ScheduleArguments.REFERENCE)
    private @Nullable String token;

    @Option(
            names = "--alert-command",
            paramLabel = "COMMAND",
            description = "Run by the shell, with the alert as JSON on its input.")
    private @Nullable String alertCommand;

    @Option(
            names = "--alert-webhook",
            paramLabel = "SECRET",
            description = "Address that alerts are posted to as JSON, " + ScheduleArguments.REFERENCE)
    private @Nullable String alertWebhook;

    @SuppressWarnings("UnusedVariable") // read from the arguments before the first logger is made
    @Option(names = "--log", paramLabel = "FORMAT", description = "Log as text (the default) or json.")
    private LogFormat log = LogFormat.TEXT;

    @SuppressWarnings("UnusedVariable") // read from the arguments before any object of ours is there
    @Mixin
    private OutputOptions output = new OutputOptions();

    /** How the log is written. */
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
            LOG.info("the daemon ends; exports that were under way begin again with the next start");
        }
    }

    /** A signal during the start interrupts it; what fails for that reason is no fault of the state or of a schedule. */
    private Daemon start() throws SpillwayException, InterruptedException {
        try {
            return Daemon.start(options(), new Exporter(ExportListener.NONE));
        } catch (SpillwayException e) {
            if (Thread.interrupted() || isInterrupt(e)) {
                throw (InterruptedException) new InterruptedException("stopped while it started").initCause(e);
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
            throw new ParameterException(spec.commandLine(), "--concurrency is 1 to 64, not " + concurrency);
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
                    spec.commandLine(), "--listen is HOST:PORT, such as 127.0.0.1:9482, or none; not " + listen);
        }
        return new InetSocketAddress(address.group(1), Integer.parseInt(address.group(2)));
    }

    private Set<String> hosts() {
        for (String host : hosts) {
            if (!HOST.matcher(host).matches()) {
                throw new ParameterException(
                        spec.commandLine(), "--host is a name without a port, such as spillway.example.org");
            }
        }
        return Set.copyOf(hosts);
    }

    private DaemonOptions.SharedDatabase shared(String url) {
        if (!url.startsWith("jdbc:postgresql:") || url.contains("password=") || url.contains("@")) {
            // Not quoted: what stands there by mistake may be a password.
            throw new ParameterException(
                    spec.commandLine(),
                    "--database is jdbc:postgresql://HOST/DATABASE without a password; that is --database-password");
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
