package io.spillway.source.elasticsearch;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Counts input, so that a result reads as megabytes (of 1,000,000 bytes) a second beside its operations a second. */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.OPERATIONS)
public class Volume {
    public double megabytes;

    @Setup(Level.Iteration)
    public void begin() {
        megabytes = 0;
    }

    public void add(long bytes) {
        megabytes += bytes / 1e6;
    }
}
