package io.spillway.daemon;

import io.spillway.daemon.DaemonOptions.Pace;
import io.spillway.daemon.RunResult.Failure;
import io.spillway.daemon.RunResult.Outcome;
import io.spillway.daemon.UnderWay.Interruption;
import io.spillway.deliver.DeliveryOutcome;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.run.ExportReport;
import io.spillway.schedule.ScheduleFile;
import io.spillway.schedule.TimesSection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One attempt, and the decisions at its end: what is stored, and which attempt comes next. A dump that exists but is
 * not everywhere is never exported again; the next attempt delivers it to the remaining destinations. For use by the
 * attempt's own thread.
 */
final class Attempt {
    private static final Logger LOG = LoggerFactory.getLogger(Attempt.class);

    /** For datasets without a schedule that are exported on request. */
    private static final int RETRIES = 5;

    private static final Duration TIME_LIMIT = Duration.ofHours(6);

    private static final Set<Fault> REFUSALS = Set.of(Fault.GATE, Fault.FIELD_POLICY);

    private final ScheduleFile schedule;
    private final String dataset;
    private final int number;
    private final Work work;
    private final Instant began;
    private final NextAttempt next;
    private final Pace pace;
    private final Clock clock;

    /** Creates an attempt that starts now. */
    Attempt(ScheduleFile schedule, int number, Work work, NextAttempt next, Pace pace, Clock clock) {
        this.schedule = schedule;
        this.dataset = schedule.dataset();
        this.number = number;
        this.work = work;
        this.began = clock.instant();
        this.next = next;
        this.pace = pace;
        this.clock = clock;
    }

    ScheduleFile schedule() {
        return schedule;
    }

    Work work() {
        return work;
    }

    Instant began() {
        return began;
    }

    /** Maximum number of retries after the first attempt. */
    int retries() {
        TimesSection times = schedule.schedule();
        return times == null ? RETRIES : times.retries();
    }

    /** Maximum duration. */
    Duration timeLimit() {
        TimesSection times = schedule.schedule();
        return times == null ? TIME_LIMIT : times.timeLimit();
    }

    /**
     * Call if a dump was made, or delivered.
     *
     * @param interruption why the attempt was interrupted, or null
     * @param report       the dump that was made, or null if none was to be made
     */
    RunResult made(@Nullable Interruption interruption, @Nullable ExportReport report, DeliveryOutcome delivery) {
        SpillwayException shortfall = delivery.shortfall().orElse(null);
        if (shortfall == null) {
            return published(report, delivery);
        } else if (interruption == Interruption.END) {
            return stopped(Work.RESUME, report, delivery);
        }
        // Deliveries are counted separately: failed exports must not use up their retries.
        int tries = work == Work.RESUME ? number : 1;
        Instant time = clock.instant().plus(pace.after(tries));
        boolean retried = interruption == null
                && tries <= retries()
                && delivery.mayPass()
                && stored(time, tries + 1, Work.RESUME);
        Failure failure = interruption == Interruption.TIME_LIMIT
                ? new Failure(Fault.CANCELLED.name(), overdue() + "; " + shortfall.getMessage(), shortfall.hint())
                : failure(shortfall);
        log(
                retried ? time : null,
                shortfall.fault(),
                failure,
                delivery.nowhere() ? "no dump is public" : "a dump is public");
        Outcome outcome = !delivery.nowhere() ? Outcome.PARTIAL : retried ? Outcome.RETRIES : Outcome.FAILED;
        return result(outcome, failure, report, delivery, retried ? time : null);
    }

    private RunResult published(@Nullable ExportReport report, DeliveryOutcome delivery) {
        try {
            next.drop();
        } catch (SpillwayException e) {
            // The superfluous attempt will find nothing to do, or make one more dump.
            LOG.warn("cannot remove a superfluous attempt dataset={} cause=\"{}\"", dataset, e.getMessage());
        }
        if (report == null) {
            LOG.info(
                    "all destinations have the dumps dataset={} attempt={} brought={}",
                    dataset,
                    number,
                    delivery.deliveries().size());
        } else if (report.isNothingNew()) {
            LOG.info(
                    "nothing new dataset={} dump={} attempt={}",
                    dataset,
                    report.manifest().dump(),
                    number);
        } else {
            LOG.info(
                    "export published dataset={} dump={} documents={} bytes={} attempt={}",
                    dataset,
                    report.manifest().dump(),
                    report.manifest().documents(),
                    report.manifest().bytes(),
                    number);
        }
        boolean nothingNew = report != null && report.isNothingNew();
        return result(nothingNew ? Outcome.NOTHING_NEW : Outcome.PUBLISHED, null, report, delivery, null);
    }

    /** Call if no dump was made, or none could be delivered. */
    RunResult thrown(@Nullable Interruption interruption, Throwable thrown) {
        if (interruption == Interruption.END) {
            return stopped(work, null, null);
        } else if (interruption == Interruption.TIME_LIMIT) {
            Failure failure = new Failure(
                    Fault.CANCELLED.name(),
                    overdue(),
                    "raise schedule.time-limit, or check the log for what it waited for");
            log(null, Fault.CANCELLED, failure, "no dump was made");
            return failed(Outcome.FAILED, failure);
        } else if (thrown instanceof SpillwayException e) {
            Instant time = clock.instant().plus(pace.after(number));
            boolean retried = number <= retries() && mayPass(e.fault()) && stored(time, number + 1, work);
            log(retried ? time : null, e.fault(), failure(e), "no dump was made");
            Outcome outcome =
                    retried ? Outcome.RETRIES : REFUSALS.contains(e.fault()) ? Outcome.REFUSED : Outcome.FAILED;
            return result(outcome, failure(e), null, null, retried ? time : null);
        }
        LOG.error("export failed with an internal error dataset={} attempt={}", dataset, number, thrown);
        boolean cancelled = thrown instanceof InterruptedException || thrown instanceof CancellationException;
        return failed(
                Outcome.FAILED,
                new Failure(
                        cancelled ? Fault.CANCELLED.name() : "BUG",
                        "internal error: " + thrown.getClass().getSimpleName(),
                        "please report it with the stack trace in the log"));
    }

    /**
     * The holder of the dataset's lock may be a dying daemon, and the cluster may take its next snapshot in the meantime: retry,
     * although a command would fail.
     */
    private static boolean mayPass(Fault fault) {
        return fault.retry() != Fault.Retry.NEVER || fault == Fault.ALREADY_RUNNING || fault == Fault.STALE;
    }

    /**
     * Call if the daemon stops. The attempt restarts at the next start, or on another daemon.
     *
     * @param left the work that remains
     */
    RunResult stopped(Work left, @Nullable ExportReport report, @Nullable DeliveryOutcome delivery) {
        Instant now = clock.instant();
        int again = left == work ? number : 2;
        boolean kept = stored(now, again, left);
        LOG.info("export stopped with the daemon dataset={} attempt={} begins_again={}", dataset, number, kept);
        return result(
                Outcome.STOPPED,
                new Failure(Fault.CANCELLED.name(), "stopped with the daemon", null),
                report,
                delivery,
                kept ? now : null);
    }

    /** Ends the attempt without a result and without a retry. */
    RunResult failed(Outcome outcome, Failure failure) {
        return result(outcome, failure, null, null, null);
    }

    private String overdue() {
        return "the export of \"%s\" was stopped at its time limit of %d minutes"
                .formatted(dataset, timeLimit().toMinutes());
    }

    private static Failure failure(SpillwayException e) {
        return new Failure(e.fault().name(), String.valueOf(e.getMessage()), e.hint());
    }

    private boolean stored(Instant time, int attempt, Work again) {
        try {
            next.at(time, attempt, again);
            return true;
        } catch (SpillwayException e) {
            LOG.error("cannot store the next attempt dataset={} cause=\"{}\"", dataset, e.getMessage());
            return false;
        }
    }

    private void log(@Nullable Instant again, Fault fault, Failure failure, String what) {
        LOG.atLevel(again != null ? Level.WARN : Level.ERROR)
                .log(
                        "export failed, {} dataset={} attempt={} fault={} again={} message=\"{}\" hint=\"{}\"",
                        what,
                        dataset,
                        number,
                        fault,
                        again == null ? "no" : again,
                        failure.message(),
                        failure.hint());
    }

    private RunResult result(
            Outcome outcome,
            @Nullable Failure failure,
            @Nullable ExportReport report,
            @Nullable DeliveryOutcome delivery,
            @Nullable Instant again) {
        return new RunResult(dataset, number, began, clock.instant(), outcome, failure, report, delivery, again);
    }
}
