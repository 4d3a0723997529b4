package io.spillway.engine;

import org.jspecify.annotations.Nullable;

/**
 * How many slices are read at once, which only the engine knows. It sets a system property before it calls Spillway, in the process
 * of the driver and in those that run tasks.
 */
final class TaskSlots {
    /** In the driver: the number of slices that all processes read at once. Unknown if it is not set. */
    static final String ENGINE = "spillway.engine.slots";
    /** In a process that runs tasks: the number of tasks that it runs at once. The number of processors if it is not set. */
    static final String PROCESS = "spillway.process.slots";

    private TaskSlots() {}

    static @Nullable Integer ofTheEngine() {
        return Integer.getInteger(ENGINE);
    }

    static int ofThisProcess() {
        return Math.max(1, Integer.getInteger(PROCESS, Runtime.getRuntime().availableProcessors()));
    }
}
