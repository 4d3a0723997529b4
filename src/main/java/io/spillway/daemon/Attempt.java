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
 * One attempt, and what follows from its end: what is stored of it, and which attempt comes next. A dump that is made, but
 * not everywhere, is never a reason to make another one: what follows is to bring the rest. For the attempt's own thread.
 */
final class Attempt {
    private static final Logger LOG = LoggerFactory.getLogger(Attempt.class);

    /** For datasets that have no times of their own and were asked for by hand. */
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

    /** One that begins now. */
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

    /** How often it may be tried again after the first time. */
    int retries() {
        TimesSection times = schedule.schedule();
        return times == null ? RETRIES : times.retries();
    }

    /** How long it may take. */
    Duration timeLimit() {
        TimesSection times = schedule.schedule();
        return times == null ? TIME_LIMIT : times.timeLimit();
    }

    /**
     * A dump was made, or brought on.
     *
     * @param interruption why it was interrupted on the way, or null
     * @param report       the dump that was made, or null where none was to be
     */
    RunResult made(@Nullable Interruption interruption, @Nullable ExportReport report, DeliveryOutcome reach) {
        SpillwayException shortfall = reach.shortfall().orElse(null);
        if (shortfall == null) {
            return published(report, reach);
        } else if (interruption == Interruption.END) {
            return stopped(Work.RESUME, report, reach);
        }
        // Deliveries are counted for themselves: what the source has cost before is no reason to give them up sooner.
        int tries = work == Work.RESUME ? number : 1;
        Instant time = clock.instant().plus(pace.after(tries));
        boolean retried =
                interruption == null && tries <= retries() && reach.mayPass() && stored(time, tries + 1, Work.RESUME);
        Failure failure = interruption == Interruption.TIME_LIMIT
                ? new Failure(Fault.CANCELLED.name(), overdue() + "; " + shortfall.getMessage(), shortfall.hint())
                : failure(shortfall);
        say(
                retried ? time : null,
                shortfall.fault(),
                failure,
                reach.nowhere() ? "no dump is public" : "a dump is public");
        Outcome outcome = !reach.nowhere() ? Outcome.PARTLY : retried ? Outcome.RETRIES : Outcome.FAILED;
        return result(outcome, failure, report, reach, retried ? time : null);
    }

    private RunResult published(@Nullable ExportReport report, DeliveryOutcome reach) {
        try {
            next.drop();
        } catch (SpillwayException e) {
            // It will find nothing to do, or make a dump that nobody needed.
            LOG.warn("an attempt that is not needed stays dataset={} cause=\"{}\"", dataset, e.getMessage());
        }
        if (report == null) {
            LOG.info(
                    "dumps are everywhere dataset={} attempt={} brought={}",
                    dataset,
                    number,
                    reach.deliveries().size());
        } else {
            LOG.info(
                    "export published dataset={} dump={} documents={} bytes={} attempt={}",
                    dataset,
                    report.manifest().dump(),
                    report.manifest().documents(),
                    report.manifest().bytes(),
                    number);
        }
        return result(Outcome.PUBLISHED, null, report, reach, null);
    }

    /** No dump was made, or none could be brought. */
    RunResult thrown(@Nullable Interruption interruption, Throwable thrown) {
        if (interruption == Interruption.END) {
            return stopped(work, null, null);
        } else if (interruption == Interruption.TIME_LIMIT) {
            Failure failure = new Failure(
                    Fault.CANCELLED.name(),
                    overdue(),
                    "raise schedule.time-limit, or see in the log what it waited for");
            say(null, Fault.CANCELLED, failure, "no dump was made");
            return failed(Outcome.FAILED, failure);
        } else if (thrown instanceof SpillwayException e) {
            Instant time = clock.instant().plus(pace.after(number));
            boolean retried = number <= retries() && mayPass(e.fault()) && stored(time, number + 1, work);
            say(retried ? time : null, e.fault(), failure(e), "no dump was made");
            Outcome outcome =
                    retried ? Outcome.RETRIES : REFUSALS.contains(e.fault()) ? Outcome.REFUSED : Outcome.FAILED;
            return result(outcome, failure(e), null, null, retried ? time : null);
        }
        LOG.error("export failed for a reason of ours dataset={} attempt={}", dataset, number, thrown);
        boolean cancelled = thrown instanceof InterruptedException || thrown instanceof CancellationException;
        return failed(
                Outcome.FAILED,
                new Failure(
                        cancelled ? Fault.CANCELLED.name() : "BUG",
                        "a bug of ours: " + thrown.getClass().getSimpleName(),
                        "please report it with the stack trace in the log"));
    }

    /** Who holds the dataset's lock may be a daemon that is dying: waited for, where a command would give up. */
    private static boolean mayPass(Fault fault) {
        return fault.retry() != Fault.Retry.NEVER || fault == Fault.ALREADY_RUNNING;
    }

    /**
     * Its daemon ends; it begins again with the next start, or on another daemon.
     *
     * @param left what is left to do then
     */
    RunResult stopped(Work left, @Nullable ExportReport report, @Nullable DeliveryOutcome reach) {
        Instant now = clock.instant();
        int again = left == work ? number : 2;
        boolean kept = stored(now, again, left);
        LOG.info("export stopped, as the daemon ends dataset={} attempt={} begins_again={}", dataset, number, kept);
        return result(
                Outcome.STOPPED,
                new Failure(Fault.CANCELLED.name(), "stopped with its daemon", null),
                report,
                reach,
                kept ? now : null);
    }

    /** It ends without anything to show, and without another attempt. */
    RunResult failed(Outcome outcome, Failure failure) {
        return result(outcome, failure, null, null, null);
    }

    private String overdue() {
        return "the export of \"%s\" was stopped after its time limit of %d minutes"
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
            LOG.error("the next attempt could not be stored dataset={} cause=\"{}\"", dataset, e.getMessage());
            return false;
        }
    }

    private void say(@Nullable Instant again, Fault fault, Failure failure, String what) {
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
            @Nullable DeliveryOutcome reach,
            @Nullable Instant again) {
        return new RunResult(dataset, number, began, clock.instant(), outcome, failure, report, reach, again);
    }
}
