package io.spillway.daemon;

import io.spillway.daemon.DaemonOptions.Pace;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.pipeline.ExportReport;
import io.spillway.schedule.ScheduleFile;
import io.spillway.schedule.TimesSection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out one attempt at an export, and decides what follows from its end: nothing, a retry after a pause, or a new
 * beginning after the daemon's own end. For many threads, of which none runs a dataset that another one runs.
 */
final class Runner implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Runner.class);

    /** For datasets that have no times of their own and were asked for by hand. */
    private static final int RETRIES = 5;

    private static final Duration TIME_LIMIT = Duration.ofHours(6);

    private static final Set<Fault> REFUSALS = Set.of(Fault.GATE, Fault.FIELD_POLICY);

    private final Exports exports;
    private final Function<String, Optional<ScheduleFile>> schedules;
    private final DatasetLog log;
    private final Pace pace;
    private final Clock clock;
    private final List<RunListener> listeners = new CopyOnWriteArrayList<>();
    private final Set<Running> running = new HashSet<>();
    private final ScheduledExecutorService limits;
    private boolean stopping;

    /** Why an export was interrupted. */
    private enum Interruption {
        TIME_LIMIT,
        END
    }

    /**
     * An export under way. Its thread is interrupted only while it exports: elsewhere an interrupt would meet the state
     * database, whose file the JDK closes when a thread that reads it is interrupted.
     */
    private static final class Running {
        private final Thread thread = Thread.currentThread();
        private boolean exporting;
        private @Nullable Interruption interruption;

        synchronized void interrupt(Interruption why) {
            if (interruption == null) {
                interruption = why;
                if (exporting) {
                    thread.interrupt();
                }
            }
        }

        /** Whether the export may begin. */
        synchronized boolean begin() {
            exporting = interruption == null;
            return exporting;
        }

        synchronized @Nullable Interruption finish() {
            exporting = false;
            // What is left of our own interrupt must not meet the work that follows.
            var unused = Thread.interrupted();
            return interruption;
        }
    }

    /** When an attempt has to be made again. */
    @FunctionalInterface
    interface Again {
        /** Stores the next attempt, so that it outlives this process. */
        void at(Instant time, int attempt) throws SpillwayException;
    }

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
     * @param recovered whether it repeats one whose daemon was killed; then its number is what that one had, and one more
     * @param again     takes the next attempt where there has to be one
     */
    void run(String dataset, int attempt, boolean recovered, Again again) {
        Optional<ScheduleFile> schedule = schedules.apply(dataset);
        if (schedule.isEmpty()) {
            LOG.warn("a dataset without a schedule is not exported dataset={}", dataset);
            return;
        }
        Running self = new Running();
        boolean begins = begin(self);
        try {
            int number = recovered ? afterDeath(dataset) : attempt;
            int retries = retries(schedule.get());
            if (number > retries + 1) {
                // Else an export that takes its daemon along would do so with each restart.
                Instant now = clock.instant();
                ended(failure(
                        dataset,
                        number,
                        now,
                        RunResult.Outcome.FAILED,
                        Fault.CANCELLED.name(),
                        "the export of \"%s\" was cut off by its daemon's death %d times"
                                .formatted(dataset, number - 1),
                        "look in the system's log for what killed it, such as too little memory",
                        null));
                return;
            }
            if (!begins) {
                var unused = stopped(dataset, number, clock.instant(), again);
                return;
            }
            log.began(dataset, number, clock.instant());
            LOG.info("export begins dataset={} attempt={} recovered={}", dataset, number, recovered);
            ended(attempt(schedule.get(), number, retries, self, again));
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

    private RunResult attempt(ScheduleFile schedule, int attempt, int retries, Running self, Again again) {
        String dataset = schedule.dataset();
        Instant began = clock.instant();
        if (!self.begin()) {
            return stopped(dataset, attempt, began, again);
        }
        ScheduledFuture<?> limit = null;
        try {
            long millis = timeLimit(schedule).toMillis();
            limit = limits.schedule(() -> self.interrupt(Interruption.TIME_LIMIT), millis, TimeUnit.MILLISECONDS);
            ExportReport report = exports.run(schedule);
            // An interrupt that came too late is of no consequence: the dump is public.
            var unused = self.finish();
            LOG.info(
                    "export published dataset={} dump={} documents={} bytes={} attempt={}",
                    dataset,
                    report.manifest().dump(),
                    report.manifest().documents(),
                    report.manifest().bytes(),
                    attempt);
            return new RunResult(
                    dataset,
                    attempt,
                    began,
                    clock.instant(),
                    RunResult.Outcome.PUBLISHED,
                    null,
                    null,
                    null,
                    report,
                    null);
        } catch (SpillwayException | InterruptedException | RuntimeException | Error e) {
            Interruption interruption = self.finish();
            if (interruption == Interruption.END) {
                return stopped(dataset, attempt, began, again);
            } else if (interruption == Interruption.TIME_LIMIT) {
                return overdue(schedule, attempt, began);
            }
            return failed(dataset, attempt, retries, began, e, again);
        } finally {
            if (limit != null) {
                limit.cancel(false);
            }
        }
    }

    private boolean begin(Running self) {
        synchronized (running) {
            return !stopping && running.add(self);
        }
    }

    /** Only once its end is stored: the daemon's end waits for nothing else. */
    private void remove(Running self) {
        synchronized (running) {
            running.remove(self);
            running.notifyAll();
        }
    }

    private RunResult failed(String dataset, int attempt, int retries, Instant began, Throwable failure, Again again) {
        if (!(failure instanceof SpillwayException e)) {
            boolean cancelled = failure instanceof InterruptedException || failure instanceof CancellationException;
            LOG.error("export failed for a reason of ours dataset={} attempt={}", dataset, attempt, failure);
            return failure(
                    dataset,
                    attempt,
                    began,
                    RunResult.Outcome.FAILED,
                    cancelled ? Fault.CANCELLED.name() : "BUG",
                    "a bug of ours: " + failure.getClass().getSimpleName(),
                    "please report it with the stack trace in the log",
                    null);
        }
        Instant next = clock.instant().plus(pace.after(attempt));
        boolean retried = attempt <= retries && mayPass(e.fault()) && stored(dataset, next, attempt + 1, again);
        RunResult.Outcome outcome = retried
                ? RunResult.Outcome.RETRIES
                : REFUSALS.contains(e.fault()) ? RunResult.Outcome.REFUSED : RunResult.Outcome.FAILED;
        LOG.atLevel(retried ? org.slf4j.event.Level.WARN : org.slf4j.event.Level.ERROR)
                .log(
                        "export failed dataset={} attempt={} fault={} again={} message=\"{}\" hint=\"{}\"",
                        dataset,
                        attempt,
                        e.fault(),
                        retried ? next : "no",
                        e.getMessage(),
                        e.hint());
        return failure(
                dataset, attempt, began, outcome, e.fault().name(), e.getMessage(), e.hint(), retried ? next : null);
    }

    /** Who holds the dataset's lock may be a daemon that is dying: waited for, where a command would give up. */
    private static boolean mayPass(Fault fault) {
        return fault.retry() != Fault.Retry.NEVER || fault == Fault.ALREADY_RUNNING;
    }

    private RunResult overdue(ScheduleFile schedule, int attempt, Instant began) {
        String message = "the export of \"%s\" was stopped after its time limit of %d minutes"
                .formatted(schedule.dataset(), timeLimit(schedule).toMinutes());
        LOG.error("export failed dataset={} attempt={} message=\"{}\"", schedule.dataset(), attempt, message);
        return failure(
                schedule.dataset(),
                attempt,
                began,
                RunResult.Outcome.FAILED,
                Fault.CANCELLED.name(),
                message,
                "raise schedule.time-limit, or see in the log what it waited for",
                null);
    }

    private RunResult stopped(String dataset, int attempt, Instant began, Again again) {
        Instant now = clock.instant();
        boolean kept = stored(dataset, now, attempt, again);
        LOG.info("export stopped, as the daemon ends dataset={} attempt={} begins_again={}", dataset, attempt, kept);
        return failure(
                dataset,
                attempt,
                began,
                RunResult.Outcome.STOPPED,
                Fault.CANCELLED.name(),
                "stopped with its daemon",
                null,
                kept ? now : null);
    }

    private static boolean stored(String dataset, Instant time, int attempt, Again again) {
        try {
            again.at(time, attempt);
            return true;
        } catch (SpillwayException e) {
            LOG.error("the next attempt could not be stored dataset={} cause=\"{}\"", dataset, e.getMessage());
            return false;
        }
    }

    private RunResult failure(
            String dataset,
            int attempt,
            Instant began,
            RunResult.Outcome outcome,
            String fault,
            @Nullable String message,
            @Nullable String hint,
            @Nullable Instant again) {
        return new RunResult(dataset, attempt, began, clock.instant(), outcome, fault, message, hint, null, again);
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
            running.forEach(each -> each.interrupt(Interruption.END));
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

    private static int retries(ScheduleFile schedule) {
        TimesSection times = schedule.schedule();
        return times == null ? RETRIES : times.retries();
    }

    private static Duration timeLimit(ScheduleFile schedule) {
        TimesSection times = schedule.schedule();
        return times == null ? TIME_LIMIT : times.timeLimit();
    }
}
