package io.spillway.cli;

import picocli.CommandLine.Option;

/** How a command speaks; the same for all of them. */
final class OutputOptions {
    @Option(names = "--json", description = "Print results as JSON on stdout, one object a line.")
    boolean json;

    @Option(names = "--stacktrace", description = "Print the stack trace of a failure.")
    boolean stacktrace;

    @Option(names = "--verbose", description = "Log what happens on the way.")
    boolean verbose;
}
