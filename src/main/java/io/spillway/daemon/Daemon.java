package io.spillway.daemon;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.lanes.Interrupts;
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
 * Runs a folder of schedules. Starts completely or reports all problems; runs until its thread is interrupted; stops
 * within {@link #PATIENCE}.
 *
 * <p>{@link #start}, {@link #keep} and {@link #close} are for use by one thread.
 */
public final class Daemon implements AutoCloseable {
    /** Time for exports to remove unpublished files when the daemon stops. */
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
     * A separate thread, because the caller's is interrupted at the end, and the JDK closes a file, such as the
     * state's, when a thread that reads it is interrupted.
     */
    private final ScheduledExecutorService keeper = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "keeper");
        thread.setDaemon(true);
        return thread;
    });

    private Instant alertedAt = Instant.MIN;

    /**
     * Reads the schedules, opens the state and starts the timetable. Fails with {@link Fault#CONFIG} if no schedule can
     * be read or the state cannot be used, and with {@link Fault#ALREADY_RUNNING} if another daemon uses the state.
     *
     * @param exports makes the dumps; called by up to {@link DaemonOptions#concurrency()} threads
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
        // A restarted daemon has a new node name, so that exports of its predecessor are recovered.
        String node = StateFolder.host() + "-" + ProcessHandle.current().pid() + "-" + clock.millis();
        this.log = new DatasetLog(database.connections(), node);
        this.runner = new Runner(new CurrentExports(exports, folder), this::schedule, log, options.pace(), clock);
        opened.push(runner);
        this.alerts =
                new Alerts(options.watch().alerts(), log, clock, options.pace().firstPause());
        opened.push(alerts);
        runner.addListener(metrics);
        runner.addListener(alerts);
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
                // The export itself will fail if the problem persists.
                LOG.warn(
                        "cannot remove the files of killed runs dataset={} cause=\"{}\"",
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
            LOG.info("listening for HTTP port={}", watch.port());
        }
        timetable.start(runner);
        LOG.info("daemon started datasets={} concurrency={}", schedules.size(), options.concurrency());
    }

    /** Applies changes of the folder to the timetable until this thread is interrupted, which is the only way out. */
    public void keep() throws InterruptedException {
        long pause = options.pace().poll().toMillis();
        var unused = keeper.scheduleWithFixedDelay(this::checkOnce, pause, pause, TimeUnit.MILLISECONDS);
        new CountDownLatch(1).await();
    }

    private void checkOnce() {
        try {
            look();
            clockJumped(clockWatch.jumped());
            alert();
        } catch (RuntimeException e) {
            // The next check may succeed; an uncaught exception would end all checks.
            LOG.error("reading the schedules failed with an internal error", e);
        }
    }

    /** Times that were skipped while the clock was ahead are scheduled again once it is correct. */
    void clockJumped(Duration jump) {
        if (jump.isZero()) {
            return;
        }
        LOG.warn("the clock of this machine has jumped, or was suspended by_seconds={}", jump.toSeconds());
        alertedAt = Instant.MIN;
        try {
            timetable.apply(folder.schedules());
        } catch (SpillwayException e) {
            LOG.error("cannot reschedule after the clock jump cause=\"{}\"", e.getMessage());
        }
    }

    /**
     * Alerts about late datasets and full disks. Checks once a minute, because a query for each poll would be too
     * frequent.
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
                    "cannot check for late exports and full disks: the state database failed cause=\"{}\"",
                    e.getMessage());
        }
    }

    private Overview overview() throws SQLException, SpillwayException {
        return Overview.of(folder, log, timetable, runner, disks, clock);
    }

    /** The port of the HTTP server, or empty if there is none. */
    OptionalInt port() {
        return watch == null ? OptionalInt.empty() : OptionalInt.of(watch.port());
    }

    /** The content of HTTP answers. */
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

    /** Reads the folder once. */
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
            LOG.error("cannot apply changed schedules cause=\"{}\"", e.getMessage());
        }
    }

    private void apply(SortedMap<String, ScheduleFile> schedules) throws SpillwayException, SQLException {
        for (ScheduleFile schedule : schedules.values()) {
            log.known(schedule.dataset(), clock.instant());
            if (schedule.schedule() == null) {
                LOG.warn(
                        "dataset without a schedule section; it is exported only on request dataset={}",
                        schedule.dataset());
            }
        }
        timetable.apply(schedules);
    }

    private Optional<ScheduleFile> schedule(String dataset) {
        return Optional.ofNullable(folder.schedules().get(dataset));
    }

    /** Notifies {@code listener} of every attempt from now on. */
    void addListener(RunListener listener) {
        runner.addListener(listener);
    }

    /** For tests. */
    Timetable timetable() {
        return timetable;
    }

    /** For tests. */
    DatasetLog log() {
        return log;
    }

    /**
     * Starts no more exports, interrupts those under way, and closes the state. Interrupted exports restart at the next
     * start, or on another daemon.
     */
    @Override
    public void close() {
        // The calling thread was interrupted to stop the daemon, but the following steps have to wait.
        Interrupts.shielded(this::stop);
        LOG.info("daemon stopped");
    }

    private void stop() throws InterruptedException {
        try {
            keeper.shutdown();
            if (!keeper.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                LOG.error("the state database does not answer");
            }
            timetable.pause();
            if (runner.stop(PATIENCE)) {
                timetable.ended();
            } else {
                LOG.error("exports did not stop within {} s; the next start recovers them", PATIENCE.toSeconds());
            }
        } catch (SpillwayException e) {
            LOG.error("cannot stop the timetable cause=\"{}\"", e.getMessage());
        } finally {
            closeAll(open);
        }
    }

    private static void closeAll(Deque<AutoCloseable> open) {
        while (!open.isEmpty()) {
            AutoCloseable each = open.pop();
            try {
                each.close();
            } catch (Exception e) {
                LOG.warn("cannot close {} cause=\"{}\"", each, e.toString());
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
