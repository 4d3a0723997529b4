package io.spillway.daemon;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.run.Exports;
import io.spillway.schedule.ScheduleFile;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder of schedules, kept. Starts with all problems or none; runs until its thread is interrupted; ends within {@link
 * #PATIENCE}.
 *
 * <p>{@link #start}, {@link #keep} and {@link #close} are for one thread.
 */
public final class Daemon implements AutoCloseable {
    /** How long exports have at the end to take back what isn't published. */
    public static final Duration PATIENCE = Duration.ofSeconds(25);

    private static final Duration LATENESS = Duration.ofMinutes(1);

    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

    private final DaemonOptions options;
    private final Clock clock;
    private final ScheduleFolder folder;
    private final Deque<AutoCloseable> open;
    private final DatasetLog log;
    private final Timetable timetable;
    private final Runner runner;
    private final Metrics metrics = new Metrics();
    private final Alerts alerts;
    private final Disks disks;
    private final ClockWatch clockWatch;
    private @Nullable WatchServer watch;
    /**
     * Its own thread, as the caller's is interrupted at the end, and the JDK closes a file, such as the state's, when a
     * thread that reads it is interrupted.
     */
    private final ScheduledExecutorService keeper = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "keeper");
        thread.setDaemon(true);
        return thread;
    });

    private Instant alertedAt = Instant.MIN;

    /**
     * Reads the schedules, opens the state and lets the first times come. Fails with {@link Fault#CONFIG} where no schedule
     * can be read, or where the state can't be used; with {@link Fault#ALREADY_RUNNING} where another daemon uses it.
     *
     * @param exports makes the dumps; called by as many threads as {@link DaemonOptions#concurrency()} says
     */
    public static Daemon start(DaemonOptions options, Exports exports) throws SpillwayException {
        return start(options, exports, Clock.systemUTC());
    }

    static Daemon start(DaemonOptions options, Exports exports, Clock clock) throws SpillwayException {
        ScheduleFolder folder = new ScheduleFolder(options.schedules());
        folder.readAll();
        Deque<AutoCloseable> open = new ArrayDeque<>();
        boolean started = false;
        try {
            Daemon daemon = new Daemon(options, exports, clock, folder, open);
            daemon.begin(exports);
            started = true;
            return daemon;
        } catch (SQLException e) {
            throw stateFailed(e);
        } finally {
            if (!started) {
                closeAll(open);
            }
        }
    }

    private Daemon(
            DaemonOptions options, Exports exports, Clock clock, ScheduleFolder folder, Deque<AutoCloseable> opened)
            throws SpillwayException {
        this.options = options;
        this.clock = clock;
        this.folder = folder;
        this.open = opened;
        this.clockWatch = new ClockWatch(clock, System::nanoTime);
        this.disks =
                new Disks(options.state().shared() == null ? options.state().folder() : null, exports::home);
        StateDatabase database = opened(opened, options.state());
        // A daemon that starts again is another one: what the one before left running is recovered.
        String node = StateFolder.host() + "-" + ProcessHandle.current().pid() + "-" + clock.millis();
        this.log = new DatasetLog(database.connections(), node);
        this.runner = new Runner(new CurrentExports(exports, folder), this::schedule, log, options.pace(), clock);
        opened.push(runner);
        this.alerts =
                new Alerts(options.watch().alerts(), log, clock, options.pace().firstPause());
        opened.push(alerts);
        runner.tell(metrics);
        runner.tell(alerts);
        this.timetable = Timetable.open(
                database, node, options.concurrency(), options.pace().checkIn(), clock);
        opened.push(timetable);
    }

    private static StateDatabase opened(Deque<AutoCloseable> opened, DaemonOptions.State state)
            throws SpillwayException {
        StateDatabase database;
        if (state.shared() == null) {
            StateFolder folder = StateFolder.open(state.folder());
            opened.push(folder);
            database = StateDatabase.inFolder(folder.path());
        } else {
            database = StateDatabase.shared(state.shared());
        }
        opened.push(database);
        return database;
    }

    private void begin(Exports exports) throws SpillwayException, SQLException {
        SortedMap<String, ScheduleFile> schedules = folder.schedules();
        for (ScheduleFile schedule : schedules.values()) {
            try {
                exports.sweep(schedule);
            } catch (SpillwayException e) {
                // The export itself will say so again, if it is still so then.
                LOG.warn(
                        "what dead runs left was not removed dataset={} cause=\"{}\"",
                        schedule.dataset(),
                        e.getMessage());
            }
        }
        apply(schedules);
        disks.measure(schedules.values(), log.all());
        if (options.watch().listen() != null) {
            NoticeEndpoint notices = new NoticeEndpoint(() -> folder.schedules().values(), exports::home);
            watch = WatchServer.start(options.watch().listen(), options.watch(), new Answers(), notices);
            open.push(watch);
            LOG.info("daemon answers port={}", watch.port());
        }
        timetable.start(runner);
        LOG.info("daemon runs datasets={} concurrency={}", schedules.size(), options.concurrency());
    }

    /** Keeps the timetable like the folder until this thread is interrupted, which is the only way out. */
    public void keep() throws InterruptedException {
        long pause = options.pace().poll().toMillis();
        var unused = keeper.scheduleWithFixedDelay(this::lookAround, pause, pause, TimeUnit.MILLISECONDS);
        new CountDownLatch(1).await();
    }

    private void lookAround() {
        try {
            look();
            heedClock(clockWatch.jumped());
            alert();
        } catch (RuntimeException e) {
            // The next look may go well; without this line there would be none.
            LOG.error("a look at the schedules failed for a reason of ours", e);
        }
    }

    /** Times that a clock which was ahead has passed over come again once it is right. */
    void heedClock(Duration jump) {
        if (jump.isZero()) {
            return;
        }
        LOG.warn("the clock of this machine has jumped, or stood still by_seconds={}", jump.toSeconds());
        alertedAt = Instant.MIN;
        try {
            timetable.apply(folder.schedules());
        } catch (SpillwayException e) {
            LOG.error("times are not set right after the clock has jumped cause=\"{}\"", e.getMessage());
        }
    }

    /**
     * Tells of what is late and of disks that are full; looks once a minute, as a query for each poll would be too much.
     */
    void alert() {
        Instant now = clock.instant();
        if (alertedAt.plus(LATENESS).isAfter(now)) {
            return;
        }
        alertedAt = now;
        try {
            disks.measure(folder.schedules().values(), log.all());
            alerts.look(overview());
        } catch (SpillwayException | SQLException e) {
            LOG.error(
                    "whether exports are late, or disks full, is not known, the state database failed cause=\"{}\"",
                    e.getMessage());
        }
    }

    private Overview overview() throws SQLException, SpillwayException {
        return Overview.of(folder, log, timetable, runner, disks, clock);
    }

    /** The port that it answers on, or empty where it does not. */
    OptionalInt port() {
        return watch == null ? OptionalInt.empty() : OptionalInt.of(watch.port());
    }

    /** What is said over HTTP. */
    private final class Answers implements WatchServer.Source {
        @Override
        public Overview overview() throws SQLException, SpillwayException {
            return Daemon.this.overview();
        }

        @Override
        public String metrics() throws SQLException, SpillwayException {
            return metrics.text(Daemon.this.overview());
        }

        @Override
        public boolean export(String dataset) throws SpillwayException {
            boolean known = folder.schedules().containsKey(dataset);
            if (known) {
                timetable.now(dataset);
            }
            return known;
        }
    }

    /** Looks at the folder once. */
    void look() {
        Set<String> before = new HashSet<>(folder.schedules().keySet());
        if (!folder.refresh()) {
            return;
        }
        try {
            apply(folder.schedules());
            before.removeAll(folder.schedules().keySet());
            for (String gone : before) {
                log.forget(gone);
            }
            LOG.info(
                    "schedules have changed datasets={} gone={}",
                    folder.schedules().size(),
                    before);
        } catch (SpillwayException | SQLException e) {
            LOG.error("changed schedules are not in force yet cause=\"{}\"", e.getMessage());
        }
    }

    private void apply(SortedMap<String, ScheduleFile> schedules) throws SpillwayException, SQLException {
        for (ScheduleFile schedule : schedules.values()) {
            log.known(schedule.dataset(), clock.instant());
            if (schedule.schedule() == null) {
                LOG.warn(
                        "a dataset without the section schedule is exported by hand alone dataset={}",
                        schedule.dataset());
            }
        }
        timetable.apply(schedules);
    }

    private Optional<ScheduleFile> schedule(String dataset) {
        return Optional.ofNullable(folder.schedules().get(dataset));
    }

    /** Tells {@code listener} of every attempt from now on. */
    void tell(RunListener listener) {
        runner.tell(listener);
    }

    /** The times, for who asks. */
    Timetable timetable() {
        return timetable;
    }

    /** What is remembered, for who asks. */
    DatasetLog log() {
        return log;
    }

    /**
     * Lets no export begin, interrupts those under way, and closes the state. What was interrupted begins again with the
     * next start, or on another daemon.
     */
    @Override
    public void close() {
        // The thread that ends the daemon has been interrupted for it; what follows has to wait nevertheless.
        boolean interrupted = Thread.interrupted();
        try {
            keeper.shutdown();
            if (!keeper.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                LOG.error("the state database does not answer");
            }
            timetable.pause();
            if (runner.stop(PATIENCE)) {
                timetable.ended();
            } else {
                LOG.error(
                        "exports did not stop within {} s; they are recovered at the next start", PATIENCE.toSeconds());
            }
        } catch (SpillwayException e) {
            LOG.error("the timetable did not stop cause=\"{}\"", e.getMessage());
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            closeAll(open);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        LOG.info("daemon has ended");
    }

    private static void closeAll(Deque<AutoCloseable> open) {
        while (!open.isEmpty()) {
            AutoCloseable each = open.pop();
            try {
                each.close();
            } catch (Exception e) {
                LOG.warn("not closed: {} cause=\"{}\"", each, e.toString());
            }
        }
    }

    private static SpillwayException stateFailed(SQLException e) {
        return new SpillwayException(
                Fault.STATE_UNAVAILABLE,
                "the state database failed (" + e.getMessage() + ")",
                "check that the state database answers; docs/operations.md describes how the state is restored",
                e);
    }
}
