package io.spillway.daemon;

import io.spillway.deliver.DeliveryOutcome;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.run.ExportReport;
import io.spillway.run.Exports;
import io.spillway.schedule.ScheduleFile;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Exports nothing: records what began, and ends each attempt as the test says. */
final class FakeExports implements Exports {
    /** The datasets of started runs, in order. */
    final BlockingQueue<String> began = new LinkedBlockingQueue<>();

    /** Runs that were interrupted. */
    final AtomicInteger interrupted = new AtomicInteger();

    /** The datasets whose deliveries were resumed, in order. They are not among the started runs. */
    final BlockingQueue<String> resumed = new LinkedBlockingQueue<>();

    final Queue<String> swept = new ConcurrentLinkedQueue<>();

    private final Queue<SpillwayException> failures = new ArrayDeque<>();
    private final Queue<SpillwayException> shortfalls = new ArrayDeque<>();
    private volatile boolean nowhere;
    private volatile boolean cutShort;
    private volatile boolean nothingNew;
    private volatile boolean withoutChanges;
    private volatile Path home = Path.of("dumps");
    private volatile CountDownLatch gate = new CountDownLatch(0);

    /** Makes the next run fail with this. Several calls set up several runs. */
    synchronized FakeExports failsWith(SpillwayException failure) {
        failures.add(failure);
        return this;
    }

    /**
     * Makes the next dump, or the next attempt to deliver it, miss a destination for this reason. Several calls set up
     * several.
     */
    synchronized FakeExports missesSomewhere(SpillwayException shortfall) {
        shortfalls.add(shortfall);
        return this;
    }

    /** Runs find that the newest snapshot was published before. */
    void findNothingNew() {
        nothingNew = true;
    }

    /** From now on dumps have no changes although they should have, or have them again. */
    void leaveOutChanges(boolean missing) {
        withoutChanges = missing;
    }

    /** Makes the next dump public nowhere, for this reason. */
    synchronized FakeExports reachesNowhere(SpillwayException shortfall) {
        shortfalls.add(shortfall);
        nowhere = true;
        return this;
    }

    /** Runs wait until they are interrupted, and then have a dump that is not everywhere. */
    void cutShortByInterrupts() {
        holdsRuns();
        cutShort = true;
    }

    /** States that dumps are written there. */
    FakeExports writesTo(Path folder) {
        home = folder;
        return this;
    }

    /** Runs start, and end when the latch opens or they are interrupted. */
    CountDownLatch holdsRuns() {
        gate = new CountDownLatch(1);
        return gate;
    }

    @Override
    public ExportReport run(ScheduleFile schedule) throws SpillwayException, InterruptedException {
        began.add(schedule.dataset());
        awaitGate();
        SpillwayException failure = next(failures);
        if (failure != null) {
            throw failure;
        }
        ExportReport report = Schedules.report();
        if (withoutChanges) {
            return new ExportReport(report.manifest(), report.stats(), null, delivery(), "a detail");
        }
        return nothingNew
                ? new ExportReport(report.manifest(), null, null, report.delivery())
                : report.with(delivery());
    }

    @Override
    public DeliveryOutcome resume(ScheduleFile schedule) throws InterruptedException {
        resumed.add(schedule.dataset());
        awaitGate();
        return delivery();
    }

    private DeliveryOutcome delivery() {
        SpillwayException shortfall = next(shortfalls);
        if (shortfall == null) {
            return Schedules.report().delivery();
        }
        DeliveryOutcome partial = Schedules.partial(shortfall);
        return nowhere ? new DeliveryOutcome(partial.newest(), List.of(), List.of(), shortfall) : partial;
    }

    private void awaitGate() throws InterruptedException {
        try {
            gate.await();
        } catch (InterruptedException e) {
            interrupted.incrementAndGet();
            if (!cutShort) {
                throw e;
            }
            Thread.currentThread().interrupt();
            missesSomewhere(new SpillwayException(Fault.CANCELLED, "cancelled", null));
        }
    }

    private synchronized SpillwayException next(Queue<SpillwayException> queue) {
        return queue.poll();
    }

    @Override
    public Path home(ScheduleFile schedule) {
        return home;
    }

    @Override
    public void sweep(ScheduleFile schedule) {
        swept.add(schedule.dataset());
    }
}
