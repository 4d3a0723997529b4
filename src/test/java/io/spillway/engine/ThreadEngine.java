package io.spillway.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

/**
 * An engine of threads, each of which stands for a process. Runs a task again if it throws, four times at most, and cancels all
 * tasks when its caller is interrupted, as engines do.
 */
final class ThreadEngine implements BiConsumer<List<String>, BiConsumer<Integer, String>> {
    private static final int MOST_ATTEMPTS = 4;

    private final int threads;
    private final Worker worker;
    final List<String> tasks = new ArrayList<>();
    final ConcurrentLinkedQueue<String> results = new ConcurrentLinkedQueue<>();
    final AtomicInteger attempts = new AtomicInteger();
    final AtomicInteger calls = new AtomicInteger();

    /** Runs one attempt of a task. */
    @FunctionalInterface
    interface Worker {
        String run(String task, String attempt) throws Exception;
    }

    ThreadEngine(int threads, Worker worker) {
        this.threads = threads;
        this.worker = worker;
    }

    @Override
    public void accept(List<String> all, BiConsumer<Integer, String> receiver) {
        calls.incrementAndGet();
        tasks.addAll(all);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < all.size(); i++) {
                int task = i;
                running.add(pool.submit(() -> {
                    String result = attempt(all.get(task), task);
                    results.add(result);
                    receiver.accept(task, result);
                    return result;
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a task failed: " + e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            pool.shutdownNow();
            end(pool);
        }
    }

    private String attempt(String task, int number) throws Exception {
        for (int attempt = 1; ; attempt++) {
            attempts.incrementAndGet();
            try {
                return worker.run(task, "task %d attempt %d".formatted(number, attempt));
            } catch (IOException e) {
                if (attempt == MOST_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private static void end(ExecutorService pool) {
        boolean interrupted = Thread.interrupted();
        try {
            pool.awaitTermination(1, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
