package io.spillway.daemon;

/** Notified of the end of attempts, on the thread that made them, after the outcome is stored. Must not throw. */
@FunctionalInterface
interface RunListener {
    void ended(RunResult result);
}
