/**
 * The command line: one class for each command, {@link io.spillway.cli.Main}, which alone exits the process, and {@code
 * Wiring}, the only class that creates adapters. Results go to stdout, messages for people to stderr.
 */
@NullMarked
package io.spillway.cli;

import org.jspecify.annotations.NullMarked;
