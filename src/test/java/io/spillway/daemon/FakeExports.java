package io.spillway.daemon;

import io.spillway.fault.SpillwayException;
import io.spillway.pipeline.ExportReport;
import io.spillway.schedule.ScheduleFile;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Exports nothing: says what began, and ends each run as it was told to. */
final class FakeExports implements Exports {
    /** The datasets of runs that began, in their order. */
    final BlockingQueue<String> began = new LinkedBlockingQueue<>();

    /** Runs that were interrupted. */
    final AtomicInteger interrupted = new AtomicInteger();

    final Queue<String> swept = new ConcurrentLinkedQueue<>();

    private final Queue<SpillwayException> failures = new ArrayDeque<>();
    private volatile CountDownLatch gate = new CountDownLatch(0);

    /** The next run fails so; several calls, several runs. */
    synchronized FakeExports failsWith(SpillwayException failure) {
        failures.add(failure);
        return this;
    }

    /** Runs begin, and end when the latch is open or they are interrupted. */
    CountDownLatch holdsRuns() {
        gate = new CountDownLatch(1);
        return gate;
    }

    @Override
    public ExportReport run(ScheduleFile schedule) throws SpillwayException, InterruptedException {
        began.add(schedule.dataset());
        try {
            gate.await();
        } catch (InterruptedException e) {
            interrupted.incrementAndGet();
            throw e;
        }
        SpillwayException failure = next();
        if (failure != null) {
            throw failure;
        }
        return Schedules.report();
    }

    private synchronized SpillwayException next() {
        return failures.poll();
    }

    @Override
    public void sweep(ScheduleFile schedule) {
        swept.add(schedule.dataset());
    }
}
