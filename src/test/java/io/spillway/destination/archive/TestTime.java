package io.spillway.destination.archive;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Time that passes only while a thread sleeps, and then at once. Safe for use by many threads. */
final class TestTime implements Timekeeper {
    private final AtomicLong nanos = new AtomicLong();
    private final List<Duration> pauses = new ArrayList<>();
    private volatile Runnable whileSleeping = () -> {};

    /** Runs during each sleep. */
    void whileSleeping(Runnable action) {
        whileSleeping = action;
    }

    synchronized List<Duration> pauses() {
        return List.copyOf(pauses);
    }

    @Override
    public long nanoTime() {
        return nanos.get();
    }

    @Override
    public void sleep(Duration pause) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        synchronized (this) {
            pauses.add(pause);
        }
        nanos.addAndGet(pause.toNanos());
        whileSleeping.run();
    }
}
