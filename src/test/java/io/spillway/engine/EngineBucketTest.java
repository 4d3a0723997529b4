package io.spillway.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.spillway.config.ConfigFile;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.destination.s3.S3Bucket;
import io.spillway.destination.s3.S3Server;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Part;
import io.spillway.run.ScheduledExport;
import io.spillway.run.SliceRunner;
import io.spillway.schedule.ScheduleFile;
import io.spillway.source.DocumentSource;
import io.spillway.support.FaultySource;
import io.spillway.support.SyntheticSource;
import io.spillway.verify.DumpCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Exports whose slices run apart, into a bucket as home on a real S3 server: workers send parts and hold no lease. */
@Timeout(120)
@Tag("slow")
class EngineBucketTest {
    private static final String DUMP = "journals/2026-11-21T030000Z";

    @TempDir
    private Path folder;

    private S3Server store;

    @BeforeEach
    void start() throws Exception {
        store = S3Server.inMemory();
    }

    @AfterEach
    void stop() throws Exception {
        store.close();
    }

    private String secret(String name, String value) throws Exception {
        Files.writeString(folder.resolve(name), value);
        return "${file:" + folder.resolve(name) + "}";
    }

    private String schedule() throws Exception {
        return """
                dataset: journals
                source: {elasticsearch: "http://127.0.0.1:1", index: synthetic}
                parts: {documents: 7}
                state: %s
                destinations:
                  - s3: {bucket: %s, prefix: public/, endpoint: "%s", path-style: true, home: true,
                         access-key: "%s", secret-key: "%s"}
                """.formatted(
                        folder.resolve("state"),
                        S3Server.BUCKET,
                        store.endpoint(),
                        secret("access", S3Server.ACCESS_KEY),
                        secret("secret", S3Server.SECRET_KEY));
    }

    private Manifest export(DocumentSource source, BiConsumer<List<String>, BiConsumer<Integer, String>> engine)
            throws Exception {
        String text = schedule();
        ScheduleFile schedule = ConfigFile.readText(text, "journals.yaml", ScheduleFile.class);
        return ScheduledExport.run(
                        schedule, new EngineRunner(engine, text, "journals.yaml", schedule, () -> false), source)
                .manifest();
    }

    private static ThreadEngine engine(DocumentSource source) {
        return new ThreadEngine(3, (task, attempt) -> SliceTask.run(task, attempt, schedule -> source));
    }

    private static SyntheticSource source(int documents) {
        return SyntheticSource.seeded(5, documents).slices(4).pageSize(5);
    }

    private List<String> keys(String prefix) throws Exception {
        try (S3Bucket bucket = S3Bucket.open(store.options())) {
            return bucket.list(prefix).stream()
                    .map(StoredObject::key)
                    .map(ObjectKey::value)
                    .toList();
        }
    }

    private Manifest verified() throws Exception {
        try (S3Bucket bucket = S3Bucket.open(store.options())) {
            return DumpCheck.check(bucket, new ObjectKey(DUMP));
        }
    }

    /** Nothing below the dump that the manifest does not have, and no unfinished upload. */
    private void assertNothingElse(Manifest manifest) throws Exception {
        assertThat(store.unfinishedUploads()).isZero();
        assertThat(keys(DUMP + "/"))
                .hasSize(manifest.parts().size() + manifest.files().size() + 1);
    }

    @Test
    void thePartsAreThoseOfAPlainExport() throws Exception {
        SyntheticSource source = source(60);
        ScheduleFile plain =
                ConfigFile.readText("""
                dataset: journals
                source: {elasticsearch: "http://127.0.0.1:1", index: synthetic}
                parts: {documents: 7}
                destinations: [{directory: %s}]
                """.formatted(folder.resolve("plain")), "journals.yaml", ScheduleFile.class);
        List<String> hashes = ScheduledExport.run(plain, SliceRunner.inLanes(), source).manifest().parts().stream()
                .map(Part::sha256)
                .toList();

        Manifest manifest = export(source, engine(source));

        assertThat(manifest.parts()).extracting(Part::sha256).isEqualTo(hashes);
        assertThat(verified()).isEqualTo(manifest);
        assertNothingElse(manifest);
    }

    @Test
    void anAttemptWhoseResultIsLostLeavesNothing() throws Exception {
        SyntheticSource source = source(60);
        ThreadEngine engine = new ThreadEngine(3, (task, attempt) -> {
            assertThat(SliceTask.run(task, attempt + " lost", schedule -> source))
                    .isNotEmpty();
            return SliceTask.run(task, attempt, schedule -> source);
        });

        Manifest manifest = export(source, engine);

        assertThat(verified()).isEqualTo(manifest);
        assertNothingElse(manifest);
    }

    @Test
    void anAttemptThatFailsEndsItsUploads() throws Exception {
        SyntheticSource source = source(200);
        AtomicInteger pages = new AtomicInteger();
        FaultySource faulty = new FaultySource(source).atPage(3, () -> {
            if (pages.incrementAndGet() == 1) {
                throw new SpillwayException(Fault.SOURCE_UNAVAILABLE, "the cluster went away", "wait");
            }
        });
        ThreadEngine engine = engine(faulty);

        Manifest manifest = export(faulty, engine);

        assertThat(engine.attempts).hasValueGreaterThan(engine.tasks.size());
        assertThat(verified()).isEqualTo(manifest);
        assertNothingElse(manifest);
    }

    @Test
    void nothingIsCompletedIfTheGateRefuses() throws Exception {
        export(source(60), engine(source(60)));
        SyntheticSource next =
                SyntheticSource.seeded(5, 20).slices(4).takenAt(SyntheticSource.TAKEN_AT.plus(Duration.ofHours(1)));

        SpillwayException refused = catchThrowableOfType(SpillwayException.class, () -> export(next, engine(next)));

        assertThat(refused.fault()).isEqualTo(Fault.GATE);
        assertThat(store.unfinishedUploads()).isZero();
        assertThat(keys("journals/2026-11-21T04")).isEmpty();
    }

    @Test
    void theUploadsOfEveryProcessEndIfTheLeaseIsLost() throws Exception {
        SyntheticSource source = source(60);
        AtomicInteger ended = new AtomicInteger();
        ThreadEngine engine = new ThreadEngine(1, (task, attempt) -> {
            String result = SliceTask.run(task, attempt, schedule -> source);
            if (ended.incrementAndGet() == 2) {
                giveLeaseToAnother();
            }
            return result;
        });

        SpillwayException lost = catchThrowableOfType(SpillwayException.class, () -> export(source, engine));

        assertThat(lost.fault()).isEqualTo(Fault.ALREADY_RUNNING);
        assertThat(store.unfinishedUploads()).isZero();
        assertThat(keys(DUMP + "/")).isEmpty();
    }

    private void giveLeaseToAnother() {
        store.edit("public/journals/.spillway.lease", "(\"token\"\\s*:\\s*\")[^\"]*", "$1another");
    }
}
