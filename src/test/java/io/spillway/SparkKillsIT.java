package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.support.CommandRun;
import io.spillway.support.Spark;
import io.spillway.support.SparkExports;
import io.spillway.support.SparkExports.Home;
import io.spillway.support.SparkExports.Source;
import io.spillway.support.SparkRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Executors and drivers on Spark that are killed at moments spread over the export. {@code -Dspillway.spark.kills=20} kills twenty of
 * each, for each source and each home; the default is two of each, one for each source and for each home. Each kill adds a line to
 * {@code target/spark-kills.txt}.
 */
// With the time to fetch Spark, once.
@Timeout(value = 12, unit = TimeUnit.MINUTES)
class SparkKillsIT {
    private static final String LOCAL_CLUSTER = "local-cluster[2,1,1024]";
    private static final int DEFAULT_KILLS = 2;
    private static final int KILLS = Integer.getInteger("spillway.spark.kills", DEFAULT_KILLS);
    private static final long SEED = Long.getLong("spillway.spark.seed", 20_261_130);
    private static final int POLL_MILLIS = 10;
    /** The time from the end of one part to that of the next. */
    private static final int PART_MILLIS = 300;

    @TempDir
    private Path root;

    /**
     * A killed process.
     *
     * @param progress    of all parts of the dump, how many were begun, in thousandths
     * @param millisLater how much later
     * @param executor    which one
     */
    record Kill(int number, Source source, Home home, int progress, int millisLater, int executor) {
        String version() {
            return number % 2 == 0 ? "4.2.0" : "3.5.6";
        }

        /** The first of two has the first source and the home that is given; the second has the others. */
        boolean isByDefault(Home first) {
            boolean isFirst = number % 2 == 0;
            return (source == Source.POINT_IN_TIME) == isFirst && (home == first) == isFirst;
        }
    }

    static Stream<Kill> executors() {
        return kills(1, Home.DIRECTORY);
    }

    static Stream<Kill> drivers() {
        return kills(2, Home.BUCKET);
    }

    /** Each source with each home, unless there are only two. The moments are spread evenly, with a random part. */
    private static Stream<Kill> kills(int seed, Home first) {
        SplittableRandom random = new SplittableRandom(SEED + seed);
        int span = 1000 / KILLS;
        return IntStream.range(0, KILLS)
                .boxed()
                .flatMap(number -> Stream.of(Source.values())
                        .flatMap(source -> Stream.of(Home.values())
                                .map(home -> new Kill(
                                        number,
                                        source,
                                        home,
                                        number * span + random.nextInt(span),
                                        random.nextInt(PART_MILLIS),
                                        random.nextInt(2)))))
                .filter(kill -> KILLS > DEFAULT_KILLS || kill.isByDefault(first));
    }

    @ParameterizedTest
    @MethodSource("executors")
    void slicesOfAKilledExecutorAreRunAgainWithTheSameBytes(Kill kill) throws Exception {
        try (SparkExports exports = new SparkExports(root, kill.source, kill.home)) {
            SparkRun run = startAndAwait(exports, kill);
            List<ProcessHandle> executors = run.executors();
            String moment = moment(exports, run);
            if (!executors.isEmpty()) {
                executors.get(kill.executor % executors.size()).destroyForcibly();
            }

            assertThat(run.exitCode()).as(run.output()).isZero();
            assertThat(exports.dumps()).hasSize(1);
            exports.assertExact();
            exports.assertNothingLeft();
            exports.assertNoContexts(0);
            run.awaitExecutors();
            // What it was writing for a bucket when it was killed; nothing of the others.
            assertThat(exports.temporary("run")).hasSizeLessThanOrEqualTo(kill.home == Home.BUCKET ? 1 : 0);
            record(
                    "executor",
                    kill,
                    moment,
                    run.output().contains("Lost executor") ? "run again" : "before its first slice");
        }
    }

    @ParameterizedTest
    @MethodSource("drivers")
    void afterADriverWasKilledTheNextExportPublishesAndRemovesWhatItLeft(Kill kill) throws Exception {
        try (SparkExports exports = new SparkExports(root, kill.source, kill.home)) {
            SparkRun run = startAndAwait(exports, kill);
            String moment = moment(exports, run);
            run.kill();
            int before = exports.dumps().size();
            exports.assertExact();
            run.awaitExecutors();
            exports.shortenLease();

            CommandRun next = exports.plain();

            assertThat(next.exitCode()).as(next.err()).isZero();
            // The same snapshot of a repository is published once.
            assertThat(exports.dumps()).hasSize(kill.source == Source.POINT_IN_TIME ? before + 1 : 1);
            exports.assertExact();
            exports.assertNothingLeft();
            exports.assertNoContexts(1);
            record("driver", kill, moment, before == 0 ? "nothing published" : "published");
            // What both executors were writing for a bucket; the next executor on the machine removes it.
            assertThat(exports.temporary("run")).hasSizeLessThanOrEqualTo(kill.home == Home.BUCKET ? 2 : 0);
        }
    }

    private static SparkRun startAndAwait(SparkExports exports, Kill kill) throws Exception {
        int parts = exports.expected().size();
        SparkRun run = exports.start(Spark.version(kill.version()), LOCAL_CLUSTER, Map.of());
        while (run.isAlive() && (run.executors().isEmpty() || exports.parts() < kill.progress * (parts + 1) / 1000)) {
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
        TimeUnit.MILLISECONDS.sleep(kill.millisLater);
        return run;
    }

    private static String moment(SparkExports exports, SparkRun run) throws IOException {
        return "%d of %d parts%s"
                .formatted(exports.parts(), exports.expected().size(), run.isAlive() ? "" : " and exited");
    }

    private static void record(String process, Kill kill, String moment, String result) throws IOException {
        Files.writeString(
                Path.of("target", "spark-kills.txt"),
                "%s, %s, %s, Spark %s: %s: %s%n"
                        .formatted(process, kill.source, kill.home, kill.version(), moment, result),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }
}
