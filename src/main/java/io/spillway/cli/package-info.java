/**
 * The command line: one class per command, and {@link io.spillway.cli.Main}, which alone ends the process. Results are
 * printed to stdout, everything else to stderr. The work is done in {@code run}.
 */
@NullMarked
package io.spillway.cli;

import org.jspecify.annotations.NullMarked;
