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
 * When which dataset is exported, kept in the state database by Quartz: one job for each dataset, one trigger for its
 * times, and at most one each for a retry and for an export that was asked for by hand. For any thread.
 *
 * <p>As many threads as there may be exports: what is due and finds none waits in the database, where another daemon may
 * take it.
 */
final class Timetable implements AutoCloseable {
    /** How late an export may begin before its time counts as missed. Stands in docs/configuration.md. */
    static final Duration MISSED = Duration.ofMinutes(10);

    private static final String SCHEDULER = "spillway";
    private static final String EXPORTS = "exports";
    private static final String TIMES = "times";
    private static final String AGAIN = "again";
    private static final String BY_HAND = "by-hand";
    private static final String ATTEMPT = "attempt";
    private static final String WORK = "work";

    /** By how much a stored time may be beyond the next one. */
    private static final Duration AHEAD = Duration.ofMinutes(1);

    /** How soon a daemon hears of a time that another one has put in. */
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
     * Opens what a database holds; nothing is fired before {@link #start}.
     *
     * @param node    a name that no other daemon has, on a shared database
     * @param threads exports at the same time
     * @param checkIn between two signs of life in a shared database
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
            // Alone, Quartz recovers what ran under its own name; shared, what ran under a name that gives no sign of
            // life.
            String name = database.isShared() ? node : "alone";
            factory.createScheduler(
                    SCHEDULER, name, pool, store, null, 0, LOOK_AGAIN.toMillis(), LOOK_AGAIN.toMillis());
            Scheduler scheduler = factory.getScheduler(SCHEDULER);
            if (scheduler == null) {
                throw new IllegalStateException("Quartz has made no scheduler");
            }
            return new Timetable(scheduler, database, clock);
        } catch (SchedulerException | InvalidConfigurationException e) {
            throw failed("the timetable could not be opened", e);
        }
    }

    /** Lets times come: first of all those that were missed, and exports whose daemon was killed. */
    void start(Runner runner) throws SpillwayException {
        try {
            scheduler.setJobFactory((bundle, unused) -> new ExportJob(runner, this));
            scheduler.start();
        } catch (SchedulerException e) {
            throw failed("the timetable could not be started", e);
        }
    }

    /**
     * Puts these schedules in and takes all others out. What has not changed is left alone, as a time that was missed while
     * no daemon ran is still to come, unless its next time is beyond the one that is next by the clock.
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
            throw failed("the timetable could not be changed", e);
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

    /** Whether times would be passed over: the clock was ahead when the stored one was last looked at. */
    private boolean isAhead(Trigger stored, CronTrigger wanted) {
        Date next = wanted.getFireTimeAfter(Date.from(clock.instant()));
        // Quartz may fire some milliseconds early, and has gone on to the time after then.
        return next != null
                && stored.getNextFireTime() != null
                && stored.getNextFireTime().toInstant().isAfter(next.toInstant().plus(AHEAD));
    }

    /** The trigger of a schedule's times, none of which is before {@code from}. */
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

    /** Where the next attempt of a dataset is kept. */
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
                    throw failed("the next attempt at \"" + dataset + "\" could not be taken out of the timetable", e);
                }
            }
        };
    }

    /** Lets a dataset be exported now, or as soon as it may be. */
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
            throw failed("an export of \"" + dataset + "\" could not be put into the timetable", e);
        }
    }

    /** Which attempt a trigger stands for, from 1. */
    static int attempt(Trigger trigger) {
        String number = trigger.getJobDataMap().getString(ATTEMPT);
        return number == null ? 1 : Integer.parseInt(number);
    }

    /** What a trigger stands for. */
    static Work work(Trigger trigger) {
        String name = trigger.getJobDataMap().getString(WORK);
        return name == null ? Work.EXPORT : Work.valueOf(name);
    }

    /** When a dataset is exported next, or empty where nothing is planned. */
    Optional<Instant> next(String dataset) throws SpillwayException {
        try {
            return scheduler.getTriggersOfJob(job(dataset)).stream()
                    .flatMap(trigger -> Stream.ofNullable(trigger.getNextFireTime()))
                    .map(Date::toInstant)
                    .min(Instant::compareTo);
        } catch (SchedulerException e) {
            throw failed("the timetable could not be read", e);
        }
    }

    /** How many exports are due and wait, on all daemons of this database. */
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

    /** Lets no further time come on this daemon; what is running goes on. */
    void pause() throws SpillwayException {
        try {
            scheduler.standby();
        } catch (SchedulerException e) {
            throw failed("the timetable could not be stopped", e);
        }
    }

    /** Whether its exports have ended, so that closing may wait until Quartz has noted that. */
    void ended() {
        idle = true;
    }

    /** Closes the timetable, not the database. */
    @Override
    public void close() throws SpillwayException {
        try {
            scheduler.shutdown(idle);
        } catch (SchedulerException e) {
            throw failed("the timetable could not be closed", e);
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

    /** Quartz's way to connections that are not its own to close. */
    private record Borrowed(StateDatabase database) implements ConnectionProvider {
        @Override
        public Connection getConnection() throws SQLException {
            return database.connections().getConnection();
        }

        @Override
        public void initialize() {
            // Open already.
        }

        @Override
        public void shutdown() {
            // Not Quartz's to close.
        }
    }
}
