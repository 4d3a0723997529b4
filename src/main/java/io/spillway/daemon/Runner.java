package io.spillway.daemon;

import io.spillway.daemon.DaemonOptions.Pace;
import io.spillway.daemon.RunResult.Failure;
import io.spillway.deliver.DeliveryOutcome;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.run.ExportReport;
import io.spillway.run.Exports;
import io.spillway.schedule.ScheduleFile;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out attempts, within their time limit and as long as the daemon does not end; what follows from an end is for
 * {@link Attempt} to say. For many threads, of which none runs a dataset that another one runs.
 */
final class Runner implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Runner.class);

    private final Exports exports;
    private final Function<String, Optional<ScheduleFile>> schedules;
    private final DatasetLog log;
    private final Pace pace;
    private final Clock clock;
    private final List<RunListener> listeners = new CopyOnWriteArrayList<>();
    private final Set<UnderWay> running = new HashSet<>();
    private final ScheduledExecutorService limits;
    private boolean stopping;

    /** @param schedules what is in force for a dataset */
    Runner(
            Exports exports,
            Function<String, Optional<ScheduleFile>> schedules,
            DatasetLog log,
            Pace pace,
            Clock clock) {
        this.exports = exports;
        this.schedules = schedules;
        this.log = log;
        this.pace = pace;
        this.clock = clock;
        ThreadFactory named = task -> {
            Thread thread = new Thread(task, "time-limits");
            thread.setDaemon(true);
            return thread;
        };
        this.limits = Executors.newSingleThreadScheduledExecutor(named);
    }

    /** Tells {@code listener} of every attempt from now on. */
    void tell(RunListener listener) {
        listeners.add(listener);
    }

    /**
     * Makes one attempt, on this thread.
     *
     * @param attempt   from 1
     * @param work      what it is there for
     * @param recovered whether it repeats one whose daemon was killed; then its number is what that one had, and one more
     * @param next      takes the next attempt where there has to be one
     */
    void run(String dataset, int attempt, Work work, boolean recovered, NextAttempt next) {
        Optional<ScheduleFile> schedule = schedules.apply(dataset);
        if (schedule.isEmpty()) {
            LOG.warn("a dataset without a schedule is not exported dataset={}", dataset);
            return;
        }
        UnderWay self = new UnderWay();
        boolean begins = begin(self);
        try {
            int number = recovered ? afterDeath(dataset) : attempt;
            Attempt now = new Attempt(schedule.get(), number, work, next, pace, clock);
            if (number > now.retries() + 1) {
                // Else an export that takes its daemon along would do so with each restart.
                ended(now.failed(
                        RunResult.Outcome.FAILED,
                        new Failure(
                                Fault.CANCELLED.name(),
                                "the export of \"%s\" was cut off by its daemon's death %d times"
                                        .formatted(dataset, number - 1),
                                "look in the system's log for what killed it, such as too little memory")));
                return;
            }
            if (!begins) {
                var unused = now.stopped(work, null, null);
                return;
            }
            log.began(dataset, number, now.began());
            LOG.info(
                    "export begins dataset={} attempt={} resumes={} recovered={}",
                    dataset,
                    number,
                    work == Work.RESUME,
                    recovered);
            ended(make(now, self));
        } catch (SQLException e) {
            LOG.error("the state database failed, what came of an export is not stored dataset={}", dataset, e);
        } finally {
            remove(self);
        }
    }

    private int afterDeath(String dataset) throws SQLException {
        return log.find(dataset)
                .map(DatasetState::last)
                .filter(last -> last.ended() == null)
                .map(last -> last.number() + 1)
                .orElse(1);
    }

    private RunResult make(Attempt attempt, UnderWay self) {
        if (!self.begin()) {
            return attempt.stopped(attempt.work(), null, null);
        }
        ScheduledFuture<?> limit = null;
        try {
            long millis = attempt.timeLimit().toMillis();
            limit = limits.schedule(
                    () -> self.interrupt(UnderWay.Interruption.TIME_LIMIT), millis, TimeUnit.MILLISECONDS);
            ExportReport report = attempt.work() == Work.EXPORT ? exports.run(attempt.schedule()) : null;
            DeliveryOutcome reach = report == null ? exports.resume(attempt.schedule()) : report.reach();
            // An interrupt that came too late is of no consequence: the dump is public.
            return attempt.made(self.finish(), report, reach);
        } catch (SpillwayException | InterruptedException | RuntimeException | Error e) {
            return attempt.thrown(self.finish(), e);
        } finally {
            if (limit != null) {
                limit.cancel(false);
            }
        }
    }

    private boolean begin(UnderWay self) {
        synchronized (running) {
            return !stopping && running.add(self);
        }
    }

    /** Only once its end is stored: the daemon's end waits for nothing else. */
    private void remove(UnderWay self) {
        synchronized (running) {
            running.remove(self);
            running.notifyAll();
        }
    }

    private void ended(RunResult result) throws SQLException {
        try {
            log.ended(result);
        } finally {
            listeners.forEach(listener -> listener.ended(result));
        }
    }

    /** Lets no export begin any more, interrupts those under way, and waits for their end; whether all have ended. */
    boolean stop(Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        synchronized (running) {
            stopping = true;
            running.forEach(each -> each.interrupt(UnderWay.Interruption.END));
            while (!running.isEmpty()) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    return false;
                }
                running.wait(left);
            }
            return true;
        }
    }

    /** How many exports are under way. */
    int running() {
        synchronized (running) {
            return running.size();
        }
    }

    @Override
    public void close() {
        limits.shutdownNow();
    }
}
