/**
 * The command line: one class per command, and {@link io.spillway.cli.Main}, which alone ends the process. Results go to
 * stdout, messages for people to stderr. The commands call {@code run}, which does the work.
 */
@NullMarked
package io.spillway.cli;

import org.jspecify.annotations.NullMarked;
