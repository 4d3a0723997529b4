package io.spillway.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.daemon.DaemonOptions.Pace;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.support.SmallDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
@Tag("slow")
class DaemonTest {
    /** Retries at once, as far as Quartz is concerned. */
    private static final Pace FAST =
            new Pace(Duration.ofMillis(50), Duration.ofMillis(1), Duration.ofMillis(10), Duration.ofSeconds(1));

    @TempDir
    private Path folder;

    private DaemonOptions options(int concurrency) {
        return new DaemonOptions(
                folder.resolve("schedules"),
                new DaemonOptions.State(folder.resolve("state"), null),
                concurrency,
                FAST,
                WatchOptions.NONE);
    }

    private void schedules(String cron, String... datasets) throws Exception {
        Schedules.folder(folder.resolve("schedules"), cron, datasets);
    }

    private static Clock daysAgo(int days) {
        return Clock.offset(Clock.systemUTC(), Duration.ofDays(-days));
    }

    /** Adds schedules as a daemon did two days ago, and never fires them. */
    private void addSchedulesTwoDaysAgo() throws Exception {
        Clock then = daysAgo(2);
        ScheduleFolder read = new ScheduleFolder(folder.resolve("schedules"));
        read.readAll();
        try (StateFolder state = StateFolder.open(folder.resolve("state"));
                StateDatabase database = StateDatabase.inFolder(state.path());
                Timetable timetable = Timetable.open(database, "then", 1, Duration.ofSeconds(1), then)) {
            timetable.apply(read.schedules());
            for (String dataset : read.schedules().keySet()) {
                assertThat(timetable.next(dataset).orElseThrow())
                        .isBefore(Instant.now().minus(Duration.ofHours(46)));
            }
        }
    }

    @Test
    void aScheduledTimeFires() throws Exception {
        schedules("* * * * * ?", "a");
        FakeExports exports = new FakeExports();

        try (Daemon daemon = Daemon.start(options(1), exports)) {
            assertThat(exports.began.take()).isEqualTo("a");
            assertThat(exports.swept).containsExactly("a");
        }
    }

    @Test
    void afterTwoDaysOffMissedTimesRunOnceOrNotAtAll() throws Exception {
        schedules("0 0 * * * ?", "a-once");
        Files.writeString(
                folder.resolve("schedules/b-skip.yaml"),
                Schedules.yaml("b-skip", "0 0 * * * ?").replace("'}", "', missed: skip}"));
        schedules("0 30 * * * ?", "c-once");
        addSchedulesTwoDaysAgo();
        FakeExports exports = new FakeExports();

        try (Daemon daemon = Daemon.start(options(1), exports)) {
            assertThat(List.of(exports.began.take(), exports.began.take()))
                    .containsExactlyInAnyOrder("a-once", "c-once");
            for (String dataset : List.of("a-once", "b-skip", "c-once")) {
                assertThat(daemon.timetable().next(dataset).orElseThrow())
                        .isAfter(Instant.now().minusSeconds(1))
                        .isBefore(Instant.now().plus(Duration.ofMinutes(61)));
            }
            assertThat(daemon.log().find("b-skip").orElseThrow().last()).isNull();
        }
        assertThat(exports.began).isEmpty();
    }

    @Test
    void aTypoWhileFieldsAreTightenedStartsNoExport() throws Exception {
        schedules(Schedules.FAR_AWAY, "a");
        FakeExports exports = new FakeExports();

        try (Daemon daemon = Daemon.start(options(1), exports)) {
            BlockingQueue<RunResult> results = new LinkedBlockingQueue<>();
            daemon.addListener(results::add);
            Files.writeString(
                    folder.resolve("schedules/a.yaml"),
                    Schedules.yaml("a", Schedules.FAR_AWAY) + "fields: {exclud: [email]}\n");
            daemon.look();
            daemon.timetable().now("a");

            RunResult result = results.take();
            assertThat(result.outcome()).isEqualTo(RunResult.Outcome.FAILED);
            assertThat(java.util.Objects.requireNonNull(result.failure()).message())
                    .contains("a.yaml:", "exclud");
            assertThat(exports.began).isEmpty();
        }
    }

    @Test
    void theTimetableFiresARetry() throws Exception {
        schedules(Schedules.FAR_AWAY, "a");
        FakeExports exports = new FakeExports()
                .failsWith(new SpillwayException(Fault.SOURCE_UNAVAILABLE, "no answer", null))
                .failsWith(new SpillwayException(Fault.SNAPSHOT_LOST, "gone", null));

        try (Daemon daemon = Daemon.start(options(1), exports)) {
            CountDownLatch published = new CountDownLatch(1);
            daemon.addListener(result -> {
                if (result.outcome() == RunResult.Outcome.PUBLISHED) {
                    assertThat(result.attempt()).isEqualTo(3);
                    published.countDown();
                }
            });
            daemon.timetable().now("a");
            published.await();
        }
        assertThat(exports.began).hasSize(3);
    }

    @Test
    void noMoreExportsRunAtATimeThanAllowed() throws Exception {
        schedules(Schedules.FAR_AWAY, "a", "b", "c");
        FakeExports exports = new FakeExports();
        CountDownLatch gate = exports.holdsRuns();

        try (Daemon daemon = Daemon.start(options(2), exports)) {
            for (String dataset : List.of("a", "b", "c")) {
                daemon.timetable().now(dataset);
            }
            exports.began.take();
            exports.began.take();
            assertThat(exports.began).isEmpty();
            assertThat(daemon.timetable().waiting()).isEqualTo(1);
            gate.countDown();
            exports.began.take();
        }
    }

    @Test
    void aDatasetIsNeverExportedTwiceAtATime() throws Exception {
        schedules(Schedules.FAR_AWAY, "a", "b");
        FakeExports exports = new FakeExports();
        CountDownLatch gate = exports.holdsRuns();

        try (Daemon daemon = Daemon.start(options(3), exports)) {
            daemon.timetable().now("a");
            assertThat(exports.began.take()).isEqualTo("a");
            daemon.timetable().now("a");
            daemon.timetable().now("b");
            assertThat(exports.began.take()).isEqualTo("b");
            assertThat(exports.began).isEmpty();
            gate.countDown();
            assertThat(exports.began.take()).isEqualTo("a");
        }
    }

    @Test
    void anExportInterruptedByTheEndOfItsDaemonRunsAtTheNextStart() throws Exception {
        schedules(Schedules.FAR_AWAY, "a");
        FakeExports exports = new FakeExports();
        exports.holdsRuns();
        try (Daemon daemon = Daemon.start(options(1), exports)) {
            daemon.timetable().now("a");
            exports.began.take();
        }
        assertThat(exports.interrupted).hasValue(1);

        FakeExports later = new FakeExports();
        try (Daemon daemon = Daemon.start(options(1), later)) {
            assertThat(later.began.take()).isEqualTo("a");
        }
    }

    @Test
    void aChangedFolderTakesEffectWithoutARestart() throws Exception {
        schedules(Schedules.FAR_AWAY, "a", "b");
        FakeExports exports = new FakeExports();

        try (Daemon daemon = Daemon.start(options(1), exports)) {
            Files.delete(folder.resolve("schedules/b.yaml"));
            schedules("* * * * * ?", "c");
            daemon.look();

            assertThat(exports.began.take()).isEqualTo("c");
            assertThat(daemon.timetable().next("b")).isEmpty();
            assertThat(daemon.log().all()).containsOnlyKeys("a", "c");
        }
    }

    @Test
    void anInterruptEndsTheWait() throws Exception {
        schedules(Schedules.FAR_AWAY, "a");
        try (Daemon daemon = Daemon.start(options(1), new FakeExports())) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(daemon::keep).isInstanceOf(InterruptedException.class);
        }
    }

    @Test
    void aSecondDaemonOnTheSameStateIsRefused() throws Exception {
        schedules(Schedules.FAR_AWAY, "a");
        try (Daemon daemon = Daemon.start(options(1), new FakeExports())) {
            assertThatThrownBy(() -> Daemon.start(options(1), new FakeExports()))
                    .isInstanceOfSatisfying(SpillwayException.class, e -> {
                        assertThat(e.fault()).isEqualTo(Fault.ALREADY_RUNNING);
                        assertThat(e)
                                .hasMessageContaining(
                                        "pid=" + ProcessHandle.current().pid());
                    });
            assertThat(daemon.timetable().next("a")).isPresent();
        }
    }

    @Test
    void aStateOfANewerVersionIsRefused() throws Exception {
        schedules(Schedules.FAR_AWAY, "a");
        Daemon.start(options(1), new FakeExports()).close();
        try (StateDatabase database =
                        StateDatabase.inFolder(folder.resolve("state").toRealPath());
                Connection connection = database.connections().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE SPILLWAY_STATE SET VERSION = 9");
        }

        assertThatThrownBy(() -> Daemon.start(options(1), new FakeExports()))
                .isInstanceOf(SpillwayException.class)
                .hasMessageContaining("newer Spillway: its version is 9, this one supports 2");
    }

    @Test
    void aStateOfAnOlderVersionIsUpgradedAndKeepsItsData() throws Exception {
        schedules(Schedules.FAR_AWAY, "a");
        Daemon.start(options(1), new FakeExports()).close();
        Instant known;
        try (StateDatabase database =
                        StateDatabase.inFolder(folder.resolve("state").toRealPath());
                Connection connection = database.connections().getConnection();
                Statement statement = connection.createStatement()) {
            known = new DatasetLog(database.connections(), "test")
                    .find("a")
                    .orElseThrow()
                    .knownSince();
            statement.execute("ALTER TABLE SPILLWAY_DATASETS DROP COLUMN MISSING");
            statement.execute("DROP TABLE SPILLWAY_FULL_FOLDERS");
            statement.execute("UPDATE SPILLWAY_STATE SET VERSION = 1");
        }

        try (Daemon daemon = Daemon.start(options(1), new FakeExports())) {
            DatasetState state = daemon.log().find("a").orElseThrow();
            assertThat(state.knownSince()).isEqualTo(known);
            assertThat(state.missing()).isZero();
        }
    }

    @Test
    void theTimetableFiresADeliveryRetryAndItMakesNoDump() throws Exception {
        schedules(Schedules.FAR_AWAY, "a");
        FakeExports exports = new FakeExports()
                .missesSomewhere(new SpillwayException(Fault.DESTINATION_UNAVAILABLE, "away", null))
                .missesSomewhere(new SpillwayException(Fault.DESTINATION_UNAVAILABLE, "away", null));

        try (Daemon daemon = Daemon.start(options(1), exports)) {
            CountDownLatch published = new CountDownLatch(1);
            daemon.addListener(result -> {
                if (result.outcome() == RunResult.Outcome.PUBLISHED) {
                    published.countDown();
                }
            });
            daemon.timetable().now("a");
            published.await();
        }
        assertThat(exports.began).hasSize(1);
        assertThat(exports.resumed).hasSize(2);
    }

    @Test
    void aPendingDeliveryIsDroppedIfAnotherRunPublishesEverywhere() throws Exception {
        schedules(Schedules.FAR_AWAY, "a");
        FakeExports exports =
                new FakeExports().missesSomewhere(new SpillwayException(Fault.DESTINATION_UNAVAILABLE, "away", null));
        Pace slow = new Pace(FAST.poll(), Duration.ofHours(2), Duration.ofHours(2), FAST.checkIn());
        DaemonOptions options = new DaemonOptions(
                folder.resolve("schedules"),
                new DaemonOptions.State(folder.resolve("state"), null),
                1,
                slow,
                WatchOptions.NONE);

        try (Daemon daemon = Daemon.start(options, exports)) {
            BlockingQueue<RunResult> results = new LinkedBlockingQueue<>();
            daemon.addListener(results::add);
            daemon.timetable().now("a");
            Instant again = results.take().again();
            assertThat(daemon.timetable().next("a").orElseThrow()).isEqualTo(again.truncatedTo(ChronoUnit.MILLIS));

            daemon.timetable().now("a");
            results.take();

            assertThat(daemon.timetable().next("a").orElseThrow())
                    .as("the next time of the schedule, and no retry")
                    .isAfter(Instant.now().plus(Duration.ofDays(365)));
        }
        assertThat(exports.resumed).isEmpty();
    }

    @Test
    void timesSkippedByAClockThatWasAheadFireOnceItIsRight() throws Exception {
        schedules("0 0 * * * ?", "a");
        Clock ahead = Clock.offset(Clock.systemUTC(), Duration.ofDays(400));
        ScheduleFolder read = new ScheduleFolder(folder.resolve("schedules"));
        read.readAll();
        try (StateFolder state = StateFolder.open(folder.resolve("state"));
                StateDatabase database = StateDatabase.inFolder(state.path());
                Timetable timetable = Timetable.open(database, "ahead", 1, Duration.ofSeconds(1), ahead)) {
            timetable.apply(read.schedules());
            assertThat(timetable.next("a").orElseThrow()).isAfter(Instant.now().plus(Duration.ofDays(399)));
        }

        try (Daemon daemon = Daemon.start(options(1), new FakeExports())) {
            assertThat(daemon.timetable().next("a").orElseThrow())
                    .isBefore(Instant.now().plus(Duration.ofMinutes(61)));
        }
    }

    @Test
    void aClockSetBackWhileTheDaemonRunsDelaysNoTime() throws Exception {
        schedules("0 0 0 1 * ?", "a");
        SetClock clock = new SetClock(Instant.now().plus(Duration.ofDays(400)));
        try (Daemon daemon = Daemon.start(options(1), new FakeExports(), clock)) {
            assertThat(daemon.timetable().next("a").orElseThrow())
                    .isAfter(Instant.now().plus(Duration.ofDays(390)));
            clock.set(Instant.now());

            daemon.clockJumped(Duration.ofDays(-400));

            assertThat(daemon.timetable().next("a").orElseThrow())
                    .isBefore(Instant.now().plus(Duration.ofDays(32)));
        }
    }

    @Test
    void aClockChangeIsDetectedAndNormalPassageOfTimeIsNot() {
        SetClock clock = new SetClock(Instant.parse("2026-11-22T03:00:00Z"));
        long[] nanos = {17};
        ClockWatch watch = new ClockWatch(clock, () -> nanos[0]);
        clock.set(clock.instant().plusSeconds(3_605));
        nanos[0] += Duration.ofHours(1).toNanos();
        assertThat(watch.jumped()).isZero();

        clock.set(clock.instant().minusSeconds(7_195));
        nanos[0] += Duration.ofSeconds(5).toNanos();
        assertThat(watch.jumped()).isEqualTo(Duration.ofHours(-2));
        assertThat(watch.jumped()).isZero();
    }

    @Test
    void theDaemonContinuesOnceAFullStateDiskHasRoom() throws Exception {
        schedules(Schedules.FAR_AWAY, "a");
        Path state = Files.createDirectory(folder.resolve("state"));
        FakeExports exports = new FakeExports();
        try (SmallDisk disk = SmallDisk.mount(state, "size=2m");
                Daemon daemon = Daemon.start(options(1), exports)) {
            Path filler = disk.root().resolve("filler");
            Files.write(
                    filler, new byte[Math.toIntExact(Files.getFileStore(state).getUsableSpace())]);
            // Data that fits into the existing file may still be written for a while.
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 10_000; i++) {
                            daemon.log().known("dataset-" + i, Instant.now());
                        }
                    })
                    .isInstanceOf(SQLException.class);
            assertThatThrownBy(() -> daemon.timetable().now("a")).isInstanceOf(SpillwayException.class);

            Files.delete(filler);

            // Each open connection reports once that it is no longer usable.
            boolean taken = false;
            while (!taken) {
                try {
                    daemon.timetable().now("a");
                    taken = true;
                } catch (SpillwayException closed) {
                    Thread.onSpinWait();
                }
            }
            assertThat(exports.began.take()).isEqualTo("a");
        }
    }

    @Test
    void aFullDiskAtTheStartIsReported() throws Exception {
        schedules(Schedules.FAR_AWAY, "a");
        Path state = Files.createDirectory(folder.resolve("state"));
        try (SmallDisk disk = SmallDisk.mount(state, "size=16k")) {
            assertThatThrownBy(() -> Daemon.start(options(1), new FakeExports()))
                    .isInstanceOfSatisfying(
                            SpillwayException.class, e -> assertThat(e.fault()).isEqualTo(Fault.STATE_UNAVAILABLE))
                    .hasMessageContaining(disk.root().toString());
        }
    }

    @Test
    void aStateThatIsNotADatabaseIsRefused() throws Exception {
        schedules(Schedules.FAR_AWAY, "a");
        Files.createDirectories(folder.resolve("state"));
        Files.writeString(folder.resolve("state/state.mv.db"), "something else\n".repeat(1_000));

        assertThatThrownBy(() -> Daemon.start(options(1), new FakeExports()))
                .isInstanceOfSatisfying(
                        SpillwayException.class, e -> assertThat(e.fault()).isEqualTo(Fault.CONFIG));
    }
}
