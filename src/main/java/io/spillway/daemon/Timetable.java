package io.spillway.daemon;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.schedule.ScheduleFile;
import io.spillway.schedule.TimesSection;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.Optional;
import java.util.TimeZone;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.quartz.CronScheduleBuilder;
import org.quartz.CronTrigger;
import org.quartz.JobBuilder;
import org.quartz.JobDetail;
import org.quartz.JobKey;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.SimpleScheduleBuilder;
import org.quartz.Trigger;
import org.quartz.TriggerBuilder;
import org.quartz.TriggerKey;
import org.quartz.impl.DirectSchedulerFactory;
import org.quartz.impl.jdbcjobstore.InvalidConfigurationException;
import org.quartz.impl.jdbcjobstore.JobStoreTX;
import org.quartz.impl.matchers.GroupMatcher;
import org.quartz.simpl.SimpleThreadPool;
import org.quartz.utils.ConnectionProvider;
import org.quartz.utils.DBConnectionManager;

/**
 * The times of all exports, stored in the state database by Quartz: one job for each dataset, one trigger for its
 * schedule, and at most one each for a retry and for a requested export. Thread-safe.
 *
 * <p>Has as many threads as concurrent exports are allowed: a due export that finds none waits in the database, from
 * which another daemon may take it.
 */
final class Timetable implements AutoCloseable {
    /** How late an export may start before its time counts as missed. Documented in docs/configuration.md. */
    static final Duration MISSED = Duration.ofMinutes(10);

    private static final String SCHEDULER = "spillway";
    private static final String EXPORTS = "exports";
    private static final String TIMES = "times";
    private static final String AGAIN = "again";
    private static final String BY_HAND = "by-hand";
    private static final String ATTEMPT = "attempt";
    private static final String WORK = "work";

    /** How far a stored time may be beyond the next one. */
    private static final Duration AHEAD = Duration.ofMinutes(1);

    /** How soon a daemon notices a time that another daemon stored. */
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(5);

    private final Scheduler scheduler;
    private final StateDatabase database;
    private final Clock clock;
    private volatile boolean idle;

    private Timetable(Scheduler scheduler, StateDatabase database, Clock clock) {
        this.scheduler = scheduler;
        this.database = database;
        this.clock = clock;
    }

    /**
     * Opens the timetable of a database; no export starts before {@link #start}.
     *
     * @param node    a name unique among the daemons of a shared database
     * @param threads maximum number of concurrent exports
     * @param checkIn between two heartbeats in a shared database
     */
    static Timetable open(StateDatabase database, String node, int threads, Duration checkIn, Clock clock)
            throws SpillwayException {
        String connections = SCHEDULER + "-" + UUID.randomUUID();
        DBConnectionManager.getInstance().addConnectionProvider(connections, new Borrowed(database));
        try {
            JobStoreTX store = new JobStoreTX();
            store.setDataSource(connections);
            store.setDriverDelegateClass(database.dialect().getName());
            store.setTablePrefix(StateDatabase.TABLE_PREFIX);
            store.setUseProperties("true");
            store.setMisfireThreshold(MISSED.toMillis());
            store.setIsClustered(database.isShared());
            store.setClusterCheckinInterval(checkIn.toMillis());
            SimpleThreadPool pool = new SimpleThreadPool(threads, Thread.NORM_PRIORITY);
            pool.setThreadNamePrefix("export");
            pool.setMakeThreadsDaemons(true);
            DirectSchedulerFactory factory = DirectSchedulerFactory.getInstance();
            // For a single daemon, Quartz recovers what ran under its own name; for several, what ran under a name
            // without heartbeats.
            String name = database.isShared() ? node : "alone";
            factory.createScheduler(
                    SCHEDULER, name, pool, store, null, 0, LOOK_AGAIN.toMillis(), LOOK_AGAIN.toMillis());
            Scheduler scheduler = factory.getScheduler(SCHEDULER);
            if (scheduler == null) {
                throw new IllegalStateException("Quartz created no scheduler");
            }
            return new Timetable(scheduler, database, clock);
        } catch (SchedulerException | InvalidConfigurationException e) {
            throw failed("cannot open the timetable", e);
        }
    }

    /** Starts the timetable, first with missed times and exports whose daemon was killed. */
    void start(Runner runner) throws SpillwayException {
        try {
            scheduler.setJobFactory((bundle, unused) -> new ExportJob(runner, this));
            scheduler.start();
        } catch (SchedulerException e) {
            throw failed("cannot start the timetable", e);
        }
    }

    /**
     * Replaces all schedules. Unchanged ones are not touched, because a time that was missed while no daemon ran is
     * still pending, unless the stored next time is beyond the next one by the clock.
     */
    void apply(Map<String, ScheduleFile> schedules) throws SpillwayException {
        try {
            for (JobKey known : scheduler.getJobKeys(GroupMatcher.jobGroupEquals(EXPORTS))) {
                if (!schedules.containsKey(known.getName())) {
                    scheduler.deleteJob(known);
                }
            }
            for (ScheduleFile schedule : schedules.values()) {
                apply(schedule.dataset(), schedule.schedule());
            }
        } catch (SchedulerException e) {
            throw failed("cannot change the timetable", e);
        }
    }

    private void apply(String dataset, @Nullable TimesSection times) throws SchedulerException {
        JobDetail job = JobBuilder.newJob(ExportJob.class)
                .withIdentity(job(dataset))
                .storeDurably()
                .requestRecovery()
                .build();
        if (!scheduler.checkExists(job.getKey())) {
            scheduler.addJob(job, true);
        }
        TriggerKey key = TriggerKey.triggerKey(dataset, TIMES);
        Trigger stored = scheduler.getTrigger(key);
        if (times == null) {
            scheduler.unscheduleJob(key);
            return;
        }
        CronTrigger wanted = trigger(dataset, times, clock.instant());
        if (stored == null) {
            scheduler.scheduleJob(wanted);
        } else if (!isSame(stored, wanted) || isAhead(stored, wanted)) {
            scheduler.rescheduleJob(key, wanted);
        }
    }

    /** Whether times would be skipped: the clock was ahead when the stored time was computed. */
    private boolean isAhead(Trigger stored, CronTrigger wanted) {
        Date next = wanted.getFireTimeAfter(Date.from(clock.instant()));
        // Quartz may fire some milliseconds early, and then has advanced to the following time.
        return next != null
                && stored.getNextFireTime() != null
                && stored.getNextFireTime().toInstant().isAfter(next.toInstant().plus(AHEAD));
    }

    /** The trigger of a schedule, without times before {@code from}. */
    static CronTrigger trigger(String dataset, TimesSection times, Instant from) {
        CronScheduleBuilder cron = CronScheduleBuilder.cronSchedule(times.cron().text())
                .inTimeZone(TimeZone.getTimeZone(times.timeZone()));
        return TriggerBuilder.newTrigger()
                .withIdentity(dataset, TIMES)
                .forJob(job(dataset))
                .startAt(Date.from(from))
                .withSchedule(
                        times.missed() == TimesSection.Missed.RUN_ONCE
                                ? cron.withMisfireHandlingInstructionFireAndProceed()
                                : cron.withMisfireHandlingInstructionDoNothing())
                .build();
    }

    private static boolean isSame(Trigger stored, CronTrigger wanted) {
        return stored instanceof CronTrigger cron
                && cron.getCronExpression().equals(wanted.getCronExpression())
                && cron.getTimeZone().getID().equals(wanted.getTimeZone().getID())
                && cron.getMisfireInstruction() == wanted.getMisfireInstruction();
    }

    /** The store for the next attempt of a dataset. */
    NextAttempt nextAttempt(String dataset) {
        return new NextAttempt() {
            @Override
            public void at(Instant time, int attempt, Work work) throws SpillwayException {
                once(dataset, AGAIN, time, attempt, work);
            }

            @Override
            public void drop() throws SpillwayException {
                try {
                    scheduler.unscheduleJob(TriggerKey.triggerKey(dataset, AGAIN));
                } catch (SchedulerException e) {
                    throw failed("cannot remove the next attempt of \"" + dataset + "\" from the timetable", e);
                }
            }
        };
    }

    /** Schedules an export of a dataset now, or as soon as possible. */
    void now(String dataset) throws SpillwayException {
        once(dataset, BY_HAND, clock.instant(), 1, Work.EXPORT);
    }

    private void once(String dataset, String group, Instant time, int attempt, Work work) throws SpillwayException {
        Trigger trigger = TriggerBuilder.newTrigger()
                .withIdentity(dataset, group)
                .forJob(job(dataset))
                .usingJobData(ATTEMPT, String.valueOf(attempt))
                .usingJobData(WORK, work.name())
                .startAt(Date.from(time))
                .withSchedule(SimpleScheduleBuilder.simpleSchedule().withMisfireHandlingInstructionFireNow())
                .build();
        try {
            if (!scheduler.checkExists(trigger.getKey())
                    || scheduler.rescheduleJob(trigger.getKey(), trigger) == null) {
                scheduler.scheduleJob(trigger);
            }
        } catch (SchedulerException e) {
            throw failed("cannot add an export of \"" + dataset + "\" to the timetable", e);
        }
    }

    /** The attempt number of a trigger, from 1. */
    static int attempt(Trigger trigger) {
        String number = trigger.getJobDataMap().getString(ATTEMPT);
        return number == null ? 1 : Integer.parseInt(number);
    }

    /** The work of a trigger. */
    static Work work(Trigger trigger) {
        String name = trigger.getJobDataMap().getString(WORK);
        return name == null ? Work.EXPORT : Work.valueOf(name);
    }

    /** The time of the next export of a dataset, or empty if none is scheduled. */
    Optional<Instant> next(String dataset) throws SpillwayException {
        try {
            return scheduler.getTriggersOfJob(job(dataset)).stream()
                    .flatMap(trigger -> Stream.ofNullable(trigger.getNextFireTime()))
                    .map(Date::toInstant)
                    .min(Instant::compareTo);
        } catch (SchedulerException e) {
            throw failed("cannot read the timetable", e);
        }
    }

    /** Number of exports that are due but have not started, on all daemons of this database. */
    long waiting() throws SQLException {
        try (Connection connection = database.connections().getConnection();
                PreparedStatement count =
                        connection.prepareStatement("SELECT COUNT(*) FROM " + StateDatabase.TABLE_PREFIX
                                + "TRIGGERS WHERE NEXT_FIRE_TIME <= ? AND TRIGGER_STATE IN ('WAITING', 'BLOCKED')")) {
            count.setLong(1, clock.millis());
            try (ResultSet row = count.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /** Starts no more exports on this daemon; running ones continue. */
    void pause() throws SpillwayException {
        try {
            scheduler.standby();
        } catch (SchedulerException e) {
            throw failed("cannot stop the timetable", e);
        }
    }

    /** Call when the running exports have ended, so that closing may wait until Quartz has recorded that. */
    void ended() {
        idle = true;
    }

    /** Closes the timetable, not the database. */
    @Override
    public void close() throws SpillwayException {
        try {
            scheduler.shutdown(idle);
        } catch (SchedulerException e) {
            throw failed("cannot close the timetable", e);
        }
    }

    private static JobKey job(String dataset) {
        return JobKey.jobKey(dataset, EXPORTS);
    }

    private static SpillwayException failed(String what, Exception cause) {
        Throwable root = cause.getCause() == null ? cause : cause.getCause();
        return new SpillwayException(
                Fault.STATE_UNAVAILABLE,
                what + " (" + root.getMessage() + ")",
                "check that the state database answers and that its disk has room",
                cause);
    }

    /** Provides connections to Quartz, which must not close the pool. */
    private record Borrowed(StateDatabase database) implements ConnectionProvider {
        @Override
        public Connection getConnection() throws SQLException {
            return database.connections().getConnection();
        }

        @Override
        public void initialize() {
            // Already open.
        }

        @Override
        public void shutdown() {
            // The pool is not closed by Quartz.
        }
    }
}
