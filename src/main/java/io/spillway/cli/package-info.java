/**
 * The command line: one class a command, {@link io.spillway.cli.Main} which alone ends the process, and {@code Wiring},
 * the only place where adapters are created. Results go to stdout, everything for people to stderr.
 */
@NullMarked
package io.spillway.cli;

import org.jspecify.annotations.NullMarked;
