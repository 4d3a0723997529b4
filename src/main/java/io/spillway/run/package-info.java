/**
 * The application: one dataset from its schedule to its links. The command line, the daemon and the demo call it; it is the
 * only package that opens sources and destinations. Begin with {@link io.spillway.run.Exporter}.
 */
@NullMarked
package io.spillway.run;

import org.jspecify.annotations.NullMarked;
