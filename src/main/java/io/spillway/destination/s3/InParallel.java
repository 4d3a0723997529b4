package io.spillway.destination.s3;

import io.spillway.fault.Fault;
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
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks on threads of their own. The first failure interrupts all others; no thread outlives the call, so that what
 * follows it, such as the end of an upload, meets no request that is still under way.
 */
final class InParallel {
    private InParallel() {}

    /**
     * Runs every task and returns their results in the order of the tasks.
     *
     * @param name    what the threads are called
     * @param threads how many tasks run at the same time, at least 1
     * @throws SpillwayException the first task that failed failed with this, or {@code CANCELLED}: the calling thread was
     *     interrupted, and still is
     */
    static <T> List<T> runAll(String name, int threads, List<? extends Callable<T>> tasks) throws SpillwayException {
        List<Thread> started = new CopyOnWriteArrayList<>();
        ExecutorService executor = Executors.newFixedThreadPool(Math.max(1, Math.min(threads, tasks.size())), task -> {
            Thread thread = new Thread(task, name);
            started.add(thread);
            return thread;
        });
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
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SpillwayException(Fault.CANCELLED, "cancelled during " + name, null, e);
        } finally {
            executor.shutdownNow();
            awaitEnd(started);
        }
    }

    private static SpillwayException unwrapped(@Nullable Throwable cause) {
        if (cause instanceof SpillwayException fault) {
            return fault;
        } else if (cause instanceof RuntimeException failure) {
            throw failure;
        } else if (cause instanceof Error error) {
            throw error;
        }
        throw new IllegalStateException("a task failed in a way that it does not declare", cause);
    }

    /** Waits until the last thread has ended, also in a thread that was interrupted, whose flag stays as it was. */
    private static void awaitEnd(List<Thread> threads) {
        boolean interrupted = false;
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
}
