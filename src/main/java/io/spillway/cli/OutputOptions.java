package io.spillway.cli;

import picocli.CommandLine.Option;

/** Output options, the same for all commands. */
final class OutputOptions {
    @Option(names = "--json", description = "Print results as JSON on stdout, one object per line.")
    boolean json;

    @Option(names = "--stacktrace", description = "Print the stack trace of a failure.")
    boolean stacktrace;

    @Option(names = "--verbose", description = "Log each step.")
    boolean verbose;
}
