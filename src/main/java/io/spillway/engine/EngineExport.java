package io.spillway.engine;

import io.spillway.cli.Main;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;

/** An export whose slices an engine runs in other processes. */
public final class EngineExport {
    private EngineExport() {}

    /**
     * Exports as {@code spillway export} does, and prints the same to the streams of the process. Locks, freezes, applies the
     * policy of fields and the gate's first rules, has the slices run, proves the counts, commits and delivers. SIGTERM and SIGINT
     * end the process with 130 within 30 seconds.
     *
     * <p>The engine is called on the calling thread, once for each snapshot, of which two may be lost. It gets one text for each
     * slice and a receiver for the number of a task, from 0, and the text that {@link SliceTask#run} returned. It blocks until each
     * task has had a result. The first result of a task counts; later ones are ignored. The receiver may be called by any thread. If
     * the calling thread is interrupted, which Spillway does when a result says that the run cannot succeed, the engine cancels its
     * tasks, restores the interrupt flag, and returns or throws. Any other exception means that the engine itself failed: exit code
     * 50 with its message.
     *
     * @param arguments those after the word {@code export} of the command line
     * @param engine    runs the tasks
     * @return the exit code
     */
    public static int export(String[] arguments, BiConsumer<List<String>, BiConsumer<Integer, String>> engine) {
        AtomicBoolean signalled = new AtomicBoolean();
        return Main.export(
                (text, name, schedule) -> new EngineRunner(engine, text, name, schedule, signalled::get),
                () -> signalled.set(true),
                arguments);
    }
}
