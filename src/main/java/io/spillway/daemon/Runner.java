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
 * Runs attempts within their time limit until the daemon stops; {@link Attempt} decides what follows from their end.
 * Thread-safe; no two threads may run the same dataset concurrently.
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

    /** @param schedules returns the schedule in force for a dataset */
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

    /** Notifies {@code listener} of every attempt from now on. */
    void addListener(RunListener listener) {
        listeners.add(listener);
    }

    /**
     * Makes one attempt, on this thread.
     *
     * @param attempt   from 1
     * @param work      the work to do
     * @param recovered whether it repeats one whose daemon was killed; its number is then that attempt's plus one
     * @param next      stores the next attempt, if one is needed
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
                // Otherwise an export that kills its daemon would do so after every restart.
                ended(now.failed(
                        RunResult.Outcome.FAILED,
                        new Failure(
                                Fault.CANCELLED.name(),
                                "the daemon was killed %d times during the export of \"%s\""
                                        .formatted(number - 1, dataset),
                                "check the system log for what killed it, such as the out-of-memory killer")));
                return;
            }
            if (!begins) {
                var unused = now.stopped(work, null, null);
                return;
            }
            log.began(dataset, number, now.began());
            LOG.info(
                    "export started dataset={} attempt={} resumes={} recovered={}",
                    dataset,
                    number,
                    work == Work.RESUME,
                    recovered);
            ended(make(now, self));
        } catch (SQLException e) {
            LOG.error("cannot store the result of an export: the state database failed dataset={}", dataset, e);
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
            DeliveryOutcome delivery = report == null ? exports.resume(attempt.schedule()) : report.delivery();
            // A late interrupt has no effect: the dump is public.
            return attempt.made(self.finish(), report, delivery);
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

    /** Call only after the result is stored: the daemon's shutdown waits for nothing else. */
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

    /** Starts no more exports, interrupts those under way, and waits for them; returns whether all have ended. */
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

    /** Number of running exports. */
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
