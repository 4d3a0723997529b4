package io.spillway.support;

import io.spillway.cli.Main;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A command that ran in this JVM, and its output. */
public record CommandRun(int exitCode, String out, String err) {

    /** Runs a command to its end. */
    public static CommandRun of(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Main.run(new PrintWriter(out), new PrintWriter(err), args);
        return new CommandRun(exitCode, out.toString(), err.toString());
    }

    /** Runs {@code export} with these options and the fixed ones. */
    public static CommandRun export(URI cluster, String index, DatasetFolder into, String... more) {
        return of(exportArguments(cluster, index, into, more).toArray(new String[0]));
    }

    /** The arguments of that {@code export}. */
    public static List<String> exportArguments(URI cluster, String index, DatasetFolder into, String... more) {
        List<String> args = new ArrayList<>(List.of("export"));
        args.addAll(List.of("--elasticsearch", cluster.toString(), "--index", index));
        args.addAll(List.of("--to", into.root().toString(), "--dataset", into.dataset()));
        args.addAll(List.of(more));
        return args;
    }

    /** Runs {@code verify} on a dump's folder. */
    public static CommandRun verify(Path dump) {
        return of("verify", dump.toString());
    }
}
