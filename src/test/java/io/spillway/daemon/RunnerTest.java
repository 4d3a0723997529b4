package io.spillway.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.daemon.RunResult.Outcome;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.schedule.ScheduleFile;
import io.spillway.schedule.TimesSection;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
@Tag("slow")
class RunnerTest {
    private static final Instant NOW = Instant.parse("2026-11-22T03:00:00Z");

    @TempDir
    private Path folder;

    private final FakeExports exports = new FakeExports();
    private final Map<String, ScheduleFile> schedules = new ConcurrentHashMap<>();
    private final List<RunResult> results = new ArrayList<>();
    private final Next next = new Next();
    private final SetClock clock = new SetClock(NOW);
    private StateDatabase database;
    private DatasetLog log;
    private Runner runner;

    @BeforeEach
    void open() throws Exception {
        database = StateDatabase.inFolder(folder.toRealPath());
        log = new DatasetLog(database.connections(), "test");
        runner = new Runner(
                exports,
                dataset -> Optional.ofNullable(schedules.get(dataset)),
                log,
                DaemonOptions.Pace.DEFAULT,
                clock);
        runner.addListener(results::add);
        schedules.put("d", Schedules.of("d", Schedules.times(Schedules.FAR_AWAY, TimesSection.Missed.SKIP)));
    }

    @AfterEach
    void close() {
        runner.close();
        database.close();
    }

    private static SpillwayException failure(Fault fault) {
        return new SpillwayException(fault, "it failed", "do something");
    }

    /** Keeps the next times, as the timetable does. */
    private static final class Next implements NextAttempt {
        private final List<Duration> pauses = new ArrayList<>();
        private final List<Integer> attempts = new ArrayList<>();
        private final List<Work> works = new ArrayList<>();
        private int kept;
        private int dropped;

        @Override
        public void at(Instant time, int attempt, Work work) {
            pauses.add(Duration.between(NOW, time));
            attempts.add(attempt);
            works.add(work);
            kept++;
        }

        @Override
        public void drop() {
            dropped++;
        }

        /** Whether there is a time that was not taken yet. */
        private boolean comes() {
            return kept-- > 0;
        }
    }

    /** Runs until there is nothing left to retry. */
    private List<Outcome> runAll() {
        runner.run("d", 1, Work.EXPORT, false, next);
        while (next.comes()) {
            int last = next.attempts.size() - 1;
            runner.run("d", next.attempts.get(last), next.works.get(last), false, next);
        }
        return results.stream().map(RunResult::outcome).toList();
    }

    @Test
    void aPublishedDumpIsRecorded() throws Exception {
        assertThat(runAll()).containsExactly(Outcome.PUBLISHED);

        DatasetState state = log.find("d").orElseThrow();
        assertThat(state.failures()).isZero();
        assertThat(state.success().ended()).isEqualTo(NOW);
        assertThat(state.success().dump())
                .isEqualTo(Schedules.report().manifest().dump());
        assertThat(state.last().outcome()).isEqualTo("published");
    }

    @Test
    void pausesGrowAndRetriesEnd() throws Exception {
        for (int i = 0; i < 9; i++) {
            exports.failsWith(failure(Fault.SOURCE_UNAVAILABLE));
        }

        assertThat(runAll()).containsExactly(Outcome.RETRIES, Outcome.RETRIES, Outcome.RETRIES, Outcome.FAILED);
        assertThat(next.pauses).containsExactly(Duration.ofMinutes(1), Duration.ofMinutes(2), Duration.ofMinutes(4));
        assertThat(log.find("d").orElseThrow().failures()).isEqualTo(4);
    }

    @Test
    void aPauseIsNeverLongerThanTheMaximum() {
        assertThat(DaemonOptions.Pace.DEFAULT.after(7)).isEqualTo(Duration.ofHours(1));
        assertThat(DaemonOptions.Pace.DEFAULT.after(1_000)).isEqualTo(Duration.ofHours(1));
    }

    @Test
    void aSuccessAfterAFailureResetsTheCount() throws Exception {
        exports.failsWith(failure(Fault.SNAPSHOT_LOST));

        assertThat(runAll()).containsExactly(Outcome.RETRIES, Outcome.PUBLISHED);
        assertThat(log.find("d").orElseThrow().failures()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void onlyTransientFailuresAreRetried(Fault fault) {
        exports.failsWith(failure(fault));

        boolean passing = fault.retry() != Fault.Retry.NEVER || fault == Fault.ALREADY_RUNNING || fault == Fault.STALE;
        assertThat(runAll()).hasSize(passing ? 2 : 1);
    }

    @Test
    void aSnapshotThatWasPublishedBeforeIsNothingNewAndNotLate() throws Exception {
        assertThat(runAll()).containsExactly(Outcome.PUBLISHED);
        results.clear();
        exports.findNothingNew();
        clock.set(NOW.plus(Duration.ofDays(1)));

        assertThat(runAll()).containsExactly(Outcome.NOTHING_NEW);
        assertThat(results.get(0).again()).isNull();
        DatasetState state = log.find("d").orElseThrow();
        assertThat(state.success().began()).isEqualTo(NOW.plus(Duration.ofDays(1)));
        assertThat(state.success().dump()).isEqualTo("d/2026-11-22T030000Z");
        assertThat(state.failures()).isZero();
        assertThat(state.last().outcome()).isEqualTo("nothing_new");
    }

    @Test
    void aRefusalByTheGateIsARefusal() {
        exports.failsWith(failure(Fault.GATE));

        assertThat(runAll()).containsExactly(Outcome.REFUSED);
        assertThat(results.get(0).failure().fault()).isEqualTo("GATE");
    }

    @Test
    void anExportOverItsTimeLimitIsStoppedAndNotRetried() {
        TimesSection times = schedules.get("d").schedule();
        schedules.put(
                "d",
                Schedules.of(
                        "d",
                        new TimesSection(times.cron(), times.timeZone(), times.missed(), 3, Duration.ofMillis(20))));
        exports.holdsRuns();

        assertThat(runAll()).containsExactly(Outcome.FAILED);
        assertThat(exports.interrupted).hasValue(1);
        assertThat(results.get(0).failure().message()).contains("time limit");
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void anExportStoppedByItsDaemonRestartsWithTheSameNumber() throws Exception {
        exports.holdsRuns();
        CompletableFuture<Void> run = CompletableFuture.runAsync(() -> runner.run("d", 2, Work.EXPORT, false, next));
        exports.began.take();

        assertThat(runner.stop(Duration.ofSeconds(30))).isTrue();
        run.get(30, TimeUnit.SECONDS);

        assertThat(next.attempts).containsExactly(2);
        assertThat(next.works).containsExactly(Work.EXPORT);
        assertThat(results).extracting(RunResult::outcome).containsExactly(Outcome.STOPPED);
        assertThat(log.find("d").orElseThrow().failures()).isZero();
    }

    @Test
    void nothingStartsOnceTheDaemonEnds() throws Exception {
        runner.stop(Duration.ofSeconds(1));

        runner.run("d", 1, Work.EXPORT, false, next);

        assertThat(next.attempts).containsExactly(1);
        assertThat(exports.began).isEmpty();
    }

    @Test
    void anExportThatKillsItsDaemonIsNotRecoveredForever() throws Exception {
        for (int death = 1; death <= 4; death++) {
            log.began("d", death, NOW);
            runner.run("d", 1, Work.EXPORT, true, next);
            if (results.get(results.size() - 1).outcome() == Outcome.FAILED) {
                break;
            }
        }

        assertThat(results).extracting(RunResult::outcome).last().isEqualTo(Outcome.FAILED);
        assertThat(results).extracting(RunResult::attempt).containsExactly(2, 3, 4, 5);
    }

    @Test
    void aDatasetWithoutAScheduleIsNotExported() {
        runner.run("other", 1, Work.EXPORT, false, next);

        assertThat(exports.began).isEmpty();
        assertThat(results).isEmpty();
    }

    @Test
    void aDumpThatIsNotEverywhereIsDeliveredAndNotExportedAgain() throws Exception {
        exports.missesSomewhere(failure(Fault.DESTINATION_UNAVAILABLE))
                .missesSomewhere(failure(Fault.DESTINATION_UNAVAILABLE));

        assertThat(runAll()).containsExactly(Outcome.PARTIAL, Outcome.PARTIAL, Outcome.PUBLISHED);

        assertThat(exports.began).hasSize(1);
        assertThat(exports.resumed).hasSize(2);
        assertThat(next.pauses).containsExactly(Duration.ofMinutes(1), Duration.ofMinutes(2));
    }

    @Test
    void aDumpThatIsNotEverywhereIsRecordedAsPublicAndAsMissing() throws Exception {
        exports.missesSomewhere(failure(Fault.DESTINATION_REFUSED));

        assertThat(runAll()).containsExactly(Outcome.PARTIAL);

        DatasetState state = log.find("d").orElseThrow();
        assertThat(state.failures()).isZero();
        assertThat(state.missing()).isEqualTo(1);
        assertThat(state.success().dump())
                .isEqualTo(Schedules.report().manifest().dump());
        assertThat(state.last().outcome()).isEqualTo("partial");
        assertThat(state.last().fault()).isEqualTo("DESTINATION_REFUSED");
        assertThat(state.last().message()).contains("it failed").contains("public at /srv/dumps");
    }

    @Test
    void deliveringADumpDoesNotChangeItsTime() throws Exception {
        exports.missesSomewhere(failure(Fault.DESTINATION_UNAVAILABLE));
        runner.run("d", 1, Work.EXPORT, false, next);
        DatasetState.Success made = log.find("d").orElseThrow().success();
        clock.set(NOW.plus(Duration.ofHours(3)));

        runner.run("d", 2, Work.RESUME, false, next);

        DatasetState state = log.find("d").orElseThrow();
        assertThat(state.success()).isEqualTo(made);
        assertThat(state.missing()).isZero();
        assertThat(state.last().outcome()).isEqualTo("published");
    }

    @Test
    void deliveriesAreRetriedAsOftenAsExportsWhateverTheExportTook() {
        exports.failsWith(failure(Fault.SOURCE_UNAVAILABLE)).failsWith(failure(Fault.SOURCE_UNAVAILABLE));
        for (int i = 0; i < 9; i++) {
            exports.missesSomewhere(failure(Fault.DESTINATION_UNAVAILABLE));
        }

        runAll();

        assertThat(exports.began).hasSize(3);
        assertThat(exports.resumed).hasSize(3);
        assertThat(results).extracting(RunResult::outcome).endsWith(Outcome.PARTIAL);
        assertThat(results.get(results.size() - 1).again()).isNull();
    }

    @Test
    void remainingDeliveriesAreDroppedOnceADumpIsEverywhere() {
        exports.missesSomewhere(failure(Fault.DESTINATION_UNAVAILABLE));
        runner.run("d", 1, Work.EXPORT, false, next);
        assertThat(next.dropped).isZero();

        runner.run("d", 1, Work.EXPORT, false, next);

        assertThat(results).extracting(RunResult::outcome).containsExactly(Outcome.PARTIAL, Outcome.PUBLISHED);
        assertThat(next.dropped).isEqualTo(1);
    }

    @Test
    void aDeliveryInterruptedByTheDaemonsEndIsResumedAndNotExportedAgain() throws Exception {
        exports.holdsRuns();
        CompletableFuture<Void> run = CompletableFuture.runAsync(() -> runner.run("d", 3, Work.RESUME, false, next));
        exports.resumed.take();

        assertThat(runner.stop(Duration.ofSeconds(30))).isTrue();
        run.get(30, TimeUnit.SECONDS);

        assertThat(next.attempts).containsExactly(3);
        assertThat(next.works).containsExactly(Work.RESUME);
    }

    @Test
    void anExportInterruptedDuringDeliveryIsNotExportedAgain() throws Exception {
        exports.cutShortByInterrupts();
        CompletableFuture<Void> run = CompletableFuture.runAsync(() -> runner.run("d", 1, Work.EXPORT, false, next));
        exports.began.take();

        assertThat(runner.stop(Duration.ofSeconds(30))).isTrue();
        run.get(30, TimeUnit.SECONDS);

        assertThat(results).extracting(RunResult::outcome).containsExactly(Outcome.STOPPED);
        assertThat(next.works).containsExactly(Work.RESUME);
        assertThat(log.find("d").orElseThrow().success()).isNotNull();
    }

    @Test
    void aDumpThatIsPublicNowhereIsAFailureThatIsDelivered() throws Exception {
        exports.reachesNowhere(failure(Fault.DESTINATION_UNAVAILABLE));

        assertThat(runAll()).containsExactly(Outcome.RETRIES, Outcome.PUBLISHED);

        assertThat(exports.began).hasSize(1);
        assertThat(log.find("d").orElseThrow().success()).isNotNull();
    }
}
