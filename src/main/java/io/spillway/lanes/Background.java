package io.spillway.lanes;

import io.spillway.fault.SpillwayException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Runs one task at a time on a thread of its own, while its owner continues. {@link #await} makes what a task wrote visible
 * to the owner. The thread never outlives {@link #close()}, which interrupts it. For one owner, not thread-safe.
 */
public final class Background implements AutoCloseable {
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final ExecutorService executor;
    private @Nullable Future<?> running;

    /** @param name of the thread, which starts with the first task */
    public Background(String name) {
        this.executor = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, name);
            threads.add(thread);
            return thread;
        });
    }

    /**
     * Begins a task after the one before it has ended.
     *
     * @throws SpillwayException    the exception of the task before; this one was not begun
     * @throws InterruptedException if the calling thread was interrupted
     */
    public void run(Callable<?> task) throws SpillwayException, InterruptedException {
        await();
        running = executor.submit(task);
    }

    /**
     * Waits for the end of the current task, if there is one.
     *
     * @throws SpillwayException    its exception
     * @throws InterruptedException if the calling thread was interrupted; the task continues
     */
    public void await() throws SpillwayException, InterruptedException {
        Future<?> current = running;
        if (current != null) {
            try {
                current.get();
                running = null;
            } catch (ExecutionException e) {
                throw Lanes.unwrapped(e.getCause());
            }
        }
    }

    /** Interrupts the current task and waits for its end. */
    @Override
    public void close() {
        executor.shutdownNow();
        Lanes.awaitEnd(threads);
    }
}
