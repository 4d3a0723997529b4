package io.spillway.cli;

import io.spillway.fault.Fault;
import io.spillway.run.SliceRunner;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code spillway COMMAND}: the entry point, and the only class that exits the process. */
@Command(
        name = "spillway",
        description = "Publishes whole Elasticsearch indices as verified bulk data dumps.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionText.class,
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading =
                "%nExit codes (other than 0: nothing new was published, or not everywhere; see the message):%n")
public final class Main implements Runnable {
    /** After a signal, a run has this many seconds to stop its lanes, close its point in time and remove its files. */
    private static final long STOP_SECONDS = 30;

    /** In the order of the help. */
    private static final List<Class<?>> COMMANDS = List.of(
            DemoCommand.class,
            ExportCommand.class,
            PlanCommand.class,
            CheckCommand.class,
            VerifyCommand.class,
            ApplyCommand.class,
            ListCommand.class,
            ShowCommand.class,
            CatalogCommand.class,
            NoticesCommand.class,
            SentencesCommand.class,
            FreshCommand.class,
            PruneCommand.class,
            WithdrawCommand.class,
            DaemonCommand.class,
            AutoComplete.GenerateCompletion.class);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private Main() {}

    /** Runs one command and exits the process with its exit code. A signal cancels the command and exits with 130. */
    public static void main(String[] args) {
        Cancellation cancellation = new Cancellation(Thread.currentThread(), () -> {});
        Runtime.getRuntime().addShutdownHook(cancellation);
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int exitCode = run(out, err, args);
        cancellation.finished(exitCode);
        System.exit(exitCode);
    }

    /**
     * Runs one command without exiting the process.
     *
     * @param out receives results
     * @param err receives messages for people
     * @return the exit code
     */
    public static int run(PrintWriter out, PrintWriter err, String... args) {
        return run(out, err, commands(args), args);
    }

    /**
     * Runs {@code export} in a process that also hosts an engine, and prints to the streams of the process. A signal cancels the
     * export and ends the process with 130.
     *
     * @param slices    makes what runs the slices
     * @param signalled is called when a signal arrives, before the calling thread is interrupted
     * @param arguments those after the word {@code export}
     * @return the exit code
     */
    public static int export(SliceRunner.Factory slices, Runnable signalled, String... arguments) {
        Cancellation cancellation = new Cancellation(Thread.currentThread(), signalled);
        Runtime.getRuntime().addShutdownHook(cancellation);
        String[] args = Stream.concat(Stream.of("export"), Stream.of(arguments)).toArray(String[]::new);
        int exitCode = run(
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                List.of(new ExportCommand(slices)),
                args);
        cancellation.finished(exitCode);
        try {
            Runtime.getRuntime().removeShutdownHook(cancellation);
        } catch (IllegalStateException ending) {
            // The process ends already, and the hook with it.
            return exitCode;
        }
        return exitCode;
    }

    private static int run(PrintWriter out, PrintWriter err, List<?> subcommands, String... args) {
        boolean daemon = args.length > 0 && args[0].equals("daemon");
        if (daemon || Arrays.asList(args).contains("--verbose")) {
            // Must happen before the first logger is created, which reads it.
            System.setProperty("spillway.log.level", "INFO");
        }
        if (String.join(" ", args).matches("daemon .*--log[ =](?i:json)\\b.*")) {
            System.setProperty("spillway.log.format", "json");
        }
        CommandLine commands = commandLine(subcommands);
        PrintWriter results = new SafePrinter(out);
        PrintWriter messages = new SafePrinter(err);
        commands.setExecutionStrategy(parsed -> {
            // Help has colours on a terminal, but does not colour text from elsewhere.
            Integer help = HelpText.print(commands, parsed, out, err);
            commands.setOut(results).setErr(messages);
            return help != null ? help : new CommandLine.RunLast().execute(parsed);
        });
        return commands.setOut(results).setErr(messages).execute(args);
    }

    /** The commands that these arguments need: creating all of them takes longer than the rest of a short run. */
    private static List<Class<?>> commands(String... args) {
        if (args.length == 1 && (args[0].equals("--version") || args[0].equals("-V"))) {
            return List.of();
        }
        return COMMANDS.stream()
                .filter(each -> each != AutoComplete.GenerateCompletion.class)
                .filter(each -> args.length > 0
                        && args[0].equals(each.getAnnotation(Command.class).name()))
                .findFirst()
                .<List<Class<?>>>map(List::of)
                .orElse(COMMANDS);
    }

    /** The command line with all commands. */
    static CommandLine commandLine() {
        return commandLine(COMMANDS);
    }

    private static CommandLine commandLine(List<?> subcommands) {
        CommandLine commands = new CommandLine(new Main());
        subcommands.forEach(commands::addSubcommand);
        commands.getCommandSpec().usageMessage().exitCodeList(exitCodes());
        commands.setCaseInsensitiveEnumValuesAllowed(true);
        commands.setParameterExceptionHandler(ErrorReport::usage);
        commands.setExecutionExceptionHandler(ErrorReport::failure);
        return commands;
    }

    /** All exit codes with their meaning, in order. Docs and help are generated from here. */
    static Map<String, String> exitCodes() {
        Map<Integer, String> codes = new TreeMap<>();
        codes.put(0, "done");
        codes.put(1, "internal error: please report it with the stack trace");
        codes.put(2, "usage: an option or argument is missing, unknown or invalid");
        for (Fault fault : Fault.values()) {
            codes.put(fault.exitCode(), fault.meaning());
        }
        Map<String, String> texts = new LinkedHashMap<>();
        codes.forEach((code, meaning) -> texts.put(String.valueOf(code), meaning));
        return texts;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "missing command");
    }

    /** Turns SIGINT and SIGTERM into an interrupt of the main thread, and gives it time to clean up. */
    private static final class Cancellation extends Thread {
        private final Thread main;
        private final Runnable signalled;
        private final CountDownLatch done = new CountDownLatch(1);
        private volatile int exitCode = Fault.CANCELLED.exitCode();

        Cancellation(Thread main, Runnable signalled) {
            super("cancellation");
            this.main = main;
            this.signalled = signalled;
        }

        void finished(int code) {
            exitCode = code;
            done.countDown();
        }

        @Override
        public void run() {
            if (done.getCount() == 0) {
                return;
            }
            signalled.run();
            main.interrupt();
            try {
                if (!done.await(STOP_SECONDS, TimeUnit.SECONDS)) {
                    System.err.println("error: did not stop within " + STOP_SECONDS
                            + " s; nothing was published, and the next run removes leftover files");
                }
            } catch (InterruptedException e) {
                // This thread is not expected to be interrupted; if it is, the process exits now.
            }
            Runtime.getRuntime().halt(exitCode);
        }
    }
}
