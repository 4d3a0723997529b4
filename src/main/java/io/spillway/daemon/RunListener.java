package io.spillway.daemon;

/** Hears how attempts end, on the thread that made them, once the outcome is stored. Must not throw. */
@FunctionalInterface
interface RunListener {
    void ended(RunResult result);
}
