package io.spillway.lanes;

import io.spillway.fault.SpillwayException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionService;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks on a fixed number of new threads. The first failure stops all others; no thread outlives the call, however
 * it ends.
 */
public final class Lanes {
    /**
     * Twice the usual stack, whatever {@code -Xss} is: field rules process documents recursively. Memory is used only
     * as needed.
     */
    private static final long STACK_BYTES = 2 << 20;

    private Lanes() {}

    /**
     * Runs every task and returns the results in the order of the tasks.
     *
     * @param name  prefix of the threads' names
     * @param lanes number of tasks that run in parallel, at least 1
     * @throws SpillwayException the exception of the first failed task; the others were interrupted
     * @throws InterruptedException if the calling thread was interrupted; the tasks were interrupted too
     */
    public static <T> List<T> runAll(String name, int lanes, List<? extends Callable<T>> tasks)
            throws SpillwayException, InterruptedException {
        List<Thread> threads = new CopyOnWriteArrayList<>();
        ExecutorService executor = Executors.newFixedThreadPool(lanes, named(name, threads));
        try {
            CompletionService<T> running = new ExecutorCompletionService<>(executor);
            List<Future<T>> all = new ArrayList<>();
            tasks.forEach(task -> all.add(running.submit(task)));
            for (int i = 0; i < all.size(); i++) {
                running.take().get();
            }
            List<T> results = new ArrayList<>();
            for (Future<T> each : all) {
                results.add(each.get());
            }
            return results;
        } catch (ExecutionException e) {
            throw unwrapped(e.getCause());
        } finally {
            executor.shutdownNow();
            awaitEnd(threads);
        }
    }

    static SpillwayException unwrapped(@Nullable Throwable cause) throws InterruptedException {
        if (cause instanceof SpillwayException fault) {
            return fault;
        } else if (cause instanceof InterruptedException interrupted) {
            throw interrupted;
        } else if (cause instanceof RuntimeException bug) {
            throw bug;
        } else if (cause instanceof Error error) {
            throw error;
        }
        throw new IllegalStateException("unexpected error in a lane", cause);
    }

    /** Waits until the last thread has ended, even in an interrupted thread, whose flag is preserved. */
    static void awaitEnd(List<Thread> threads) {
        boolean interrupted = false;
        // Waits for the threads, because the executor terminates while its last thread is still ending.
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static ThreadFactory named(String name, List<Thread> threads) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread =
                    new Thread(null, task, "%s-lane-%02d".formatted(name, number.incrementAndGet()), STACK_BYTES);
            threads.add(thread);
            return thread;
        };
    }
}
