package io.spillway.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.spillway.config.ConfigFile;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Part;
import io.spillway.run.ExportReport;
import io.spillway.run.ScheduledExport;
import io.spillway.run.SliceRunner;
import io.spillway.run.SyntheticExport;
import io.spillway.schedule.ScheduleFile;
import io.spillway.source.DocumentSource;
import io.spillway.support.FaultySource;
import io.spillway.support.SyntheticSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Exports whose slices run apart, with threads in place of processes: what they publish, and what they leave. */
@Timeout(60)
@Tag("slow")
class EngineExportTest {
    private static final String DUMP = "journals/2026-11-21T030000Z";
    private static final Instant LATER = Instant.parse("2026-11-22T03:00:00Z");

    @TempDir
    private Path temporary;

    private Path root;
    private Path secret;

    @BeforeEach
    void makeTheSecret() throws Exception {
        root = temporary.toRealPath().resolve("dumps");
        secret = Files.writeString(temporary.resolve("key"), "canary-0123456789abcdef");
    }

    private String schedule(Path into, String... more) {
        return """
                dataset: journals
                source:
                  elasticsearch: http://127.0.0.1:1
                  index: synthetic
                  api-key: ${file:%s}
                destinations: [{directory: %s}]
                parts: {documents: 7}
                %s
                """.formatted(secret, into, String.join("\n", more));
    }

    private static ScheduleFile read(String text) throws SpillwayException {
        return ConfigFile.readText(text, "journals.yaml", ScheduleFile.class);
    }

    private static ThreadEngine engine(DocumentSource source) {
        return new ThreadEngine(3, (task, attempt) -> SliceTask.run(task, attempt, schedule -> source));
    }

    private static ExportReport export(
            String text, DocumentSource source, BiConsumer<List<String>, BiConsumer<Integer, String>> engine)
            throws SpillwayException, InterruptedException {
        ScheduleFile schedule = read(text);
        return ScheduledExport.run(
                schedule, new EngineRunner(engine, text, "journals.yaml", schedule, () -> false), source);
    }

    private ExportReport export(DocumentSource source, BiConsumer<List<String>, BiConsumer<Integer, String>> engine)
            throws SpillwayException, InterruptedException {
        return export(schedule(root), source, engine);
    }

    private static SyntheticSource source(int documents) {
        return SyntheticSource.seeded(5, documents).slices(4).pageSize(5);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void resultsThroughTextGiveTheManifestOfAPlainExport(int seed) throws Exception {
        Random random = new Random(seed);
        SyntheticSource source = SyntheticSource.ofBytes(documents(random))
                .slices(1 + random.nextInt(6))
                .pageSize(1 + random.nextInt(20));
        String[] more = {
            "formats: [{jsonl: {}}, {jsonl: {compression: none}}, {csv: {columns: [id, text]}}, {parquet: {}}, {tar: {}}]",
            "fields:",
            "  unlisted: " + (random.nextBoolean() ? "withhold" : "publish"),
            "  include: [id, text, 'odd*']",
            "  exclude: ['hidden*']",
            "  blur: [{field: 'number*', by: hash}]",
            "  hash-key: ${file:" + secret + "}",
            "  examples: true"
        };
        Path other = temporary.toRealPath().resolve("plain");
        Manifest plain = ScheduledExport.run(read(schedule(other, more)), SliceRunner.inLanes(), source)
                .manifest();
        Manifest apart = export(schedule(root, more), source, engine(source)).manifest();

        assertThat(apart.source()).isEqualTo(plain.source());
        assertThat(apart.formats()).isEqualTo(plain.formats());
        assertThat(apart.documents()).isEqualTo(plain.documents());
        assertThat(apart.repaired()).isEqualTo(plain.repaired());
        assertThat(unnamed(apart)).isEqualTo(unnamed(plain));
        for (String file : List.of("schema.json", "sample.jsonl")) {
            assertThat(root.resolve(DUMP).resolve(file))
                    .hasSameBinaryContentAs(other.resolve(DUMP).resolve(file));
        }
        assertThat(SyntheticExport.verify(root, DUMP).parts()).isEqualTo(apart.parts());
    }

    /** Documents with fields that some slices lack, names beyond ASCII, bytes that are not UTF-8, and values to withhold. */
    private static List<byte[]> documents(Random random) {
        List<byte[]> documents = new ArrayList<>();
        int count = 1 + random.nextInt(120);
        for (int i = 0; i < count; i++) {
            StringBuilder text = new StringBuilder("{\"id\":").append(i);
            text.append(random.nextInt(3) == 0 ? ",\"text\":\"\u2028 \ud83d\ude00 \\ud800 " + i + "\"" : "");
            text.append(random.nextInt(9) == 0 ? ",\"odd\":[1," + random.nextDouble() + "]" : "");
            text.append(random.nextInt(5) == 0 ? ",\"number\":" + random.nextInt() : "");
            text.append(random.nextInt(5) == 0 ? ",\"number\":{\"a\":1}" : "");
            text.append(random.nextInt(4) == 0 ? ",\"hidden\":\"canary\"" : "");
            text.append(random.nextInt(7) == 0 ? ",\"new\u00e9" + random.nextInt(4) + "\":null" : "");
            documents.add(text.append('}').toString().getBytes(StandardCharsets.UTF_8));
        }
        return documents;
    }

    private static List<Part> unnamed(Manifest manifest) {
        return manifest.parts().stream()
                .sorted((a, b) ->
                        (a.format() + a.compression() + a.name()).compareTo(b.format() + b.compression() + b.name()))
                .map(part -> part.named("part"))
                .toList();
    }

    @Test
    void partsAreNamedBySliceInTheOrderOfThePlainExport() throws Exception {
        SyntheticSource source = source(40);
        Manifest manifest = export(source, engine(source)).manifest();
        assertThat(manifest.parts())
                .allSatisfy(part ->
                        assertThat(part.name()).matches("journals-2026-11-21T030000Z\\.000[0-3]-0000\\d\\.jsonl\\.gz"));
        assertThat(SyntheticExport.lines(root, manifest, "gzip")).isEqualTo(source.lines());
    }

    @Test
    void onlyTheDumpExistsAfterwards() throws Exception {
        SyntheticSource source = source(40);
        export(source, engine(source));
        assertThat(SyntheticExport.tree(root)).noneMatch(name -> name.contains("incomplete"));
        assertThat(SyntheticExport.tree(root.resolve("journals")).stream().filter(name -> !name.contains("/")))
                .contains("2026-11-21T030000Z", ".spillway.lock");
        assertNothingIsOpen(source);
    }

    @Test
    void anEmptyDumpHasAnEmptyPart() throws Exception {
        SyntheticSource source = source(0);
        Manifest manifest = export(schedule(root, "gate: {empty: publish}"), source, engine(source))
                .manifest();
        assertThat(manifest.parts())
                .extracting(Part::name)
                .containsExactly("journals-2026-11-21T030000Z.0000-00001.jsonl.gz");
        assertThat(SyntheticExport.verify(root, DUMP)).isEqualTo(manifest);
    }

    @Test
    void ofTwoAttemptsOneCountsAndTheOtherLeavesNothing() throws Exception {
        SyntheticSource source = source(40);
        ThreadEngine engine = new ThreadEngine(3, (task, attempt) -> {
            SliceTask.run(task, attempt + " a", schedule -> source);
            return SliceTask.run(task, attempt + " b", schedule -> source);
        });
        Manifest manifest = export(source, engine).manifest();
        assertThat(SyntheticExport.lines(root, manifest, "gzip")).isEqualTo(source.lines());
        assertThat(SyntheticExport.tree(root)).noneMatch(name -> name.contains("incomplete"));
    }

    @Test
    void aSecondResultOfATaskIsIgnored() throws Exception {
        SyntheticSource source = source(40);
        ThreadEngine engine = engine(source);
        Manifest manifest = export(
                        source,
                        (tasks, receiver) -> engine.accept(tasks, (task, result) -> {
                            receiver.accept(task, result);
                            receiver.accept(task, "a result that arrives late");
                        }))
                .manifest();
        assertThat(manifest.documents()).isEqualTo(40);
    }

    @Test
    void anAttemptThatDiesInTheMiddleIsRunAgain() throws Exception {
        SyntheticSource source = source(200);
        AtomicInteger pages = new AtomicInteger();
        FaultySource faulty = new FaultySource(source).atPage(3, () -> {
            if (pages.incrementAndGet() == 1) {
                throw new SpillwayException(Fault.SOURCE_UNAVAILABLE, "the cluster went away", "wait");
            }
        });
        ThreadEngine engine = engine(faulty);
        Manifest manifest = export(faulty, engine).manifest();
        assertThat(engine.attempts.get()).isEqualTo(5);
        assertThat(SyntheticExport.lines(root, manifest, "gzip")).isEqualTo(source.lines());
    }

    @Test
    void whatADeadProcessLeavesIsNotPublished() throws Exception {
        SyntheticSource source = source(60);
        ThreadEngine engine = new ThreadEngine(2, (task, attempt) -> {
            Path folder = Path.of(TaskText.of(task).folder());
            Files.writeString(
                    Files.createDirectory(folder.resolve(attempt.replace(' ', '-')))
                            .resolve("half"),
                    "a part");
            return SliceTask.run(task, attempt, schedule -> source);
        });
        Manifest manifest = export(source, engine).manifest();
        assertThat(SyntheticExport.verify(root, DUMP)).isEqualTo(manifest);
        assertThat(SyntheticExport.tree(root)).noneMatch(name -> name.contains("half") || name.contains("incomplete"));
    }

    @Test
    void anAttemptThatContinuesAfterTheEndCannotWriteAnything() throws Exception {
        SyntheticSource source = source(40);
        ThreadEngine engine = engine(source);
        export(source, engine);
        List<String> before = SyntheticExport.tree(root);
        for (String task : engine.tasks) {
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> SliceTask.run(task, "late", schedule -> source));
        }
        assertThat(SyntheticExport.tree(root)).isEqualTo(before);
    }

    @Test
    void aRefusalOfTheGateLeavesNothing() throws Exception {
        SyntheticSource first = SyntheticSource.of("{\"id\":1,\"text\":\"a\"}", "{\"id\":2,\"text\":\"b\"}")
                .slices(2);
        String gate = "gate: {schema: stop}";
        export(schedule(root, gate), first, engine(first));
        List<String> before = visible();
        SyntheticSource second =
                SyntheticSource.of("{\"id\":1}", "{\"id\":2}").slices(2).takenAt(LATER);
        assertFault(Fault.GATE, () -> export(schedule(root, gate), second, engine(second)));
        assertThat(visible()).isEqualTo(before);
        assertNothingIsOpen(second);
    }

    /** Without the files that report the state of the dataset and of its site. */
    private List<String> visible() throws IOException {
        return SyntheticExport.tree(root).stream()
                .filter(name -> name.startsWith("journals/2026") || name.contains("incomplete"))
                .toList();
    }

    @ParameterizedTest
    @EnumSource(names = {"CONFIG", "FIELD_POLICY", "SOURCE_REFUSED", "INTEGRITY", "DESTINATION_REFUSED"})
    void aFailureThatNoAttemptCuresEndsTheExportAfterOne(Fault fault) throws Exception {
        SyntheticSource source = source(60);
        FaultySource faulty = new FaultySource(source).atPage(1, () -> {
            throw new SpillwayException(fault, "it failed", "do that");
        });
        ThreadEngine engine = new ThreadEngine(1, (task, attempt) -> SliceTask.run(task, attempt, schedule -> faulty));
        SpillwayException e = assertFault(fault, () -> export(faulty, engine));
        assertThat(e).hasMessage("it failed");
        assertThat(e.hint()).isEqualTo("do that");
        assertThat(engine.calls.get()).isEqualTo(1);
        assertThat(visible()).isEmpty();
        assertNothingIsOpen(source);
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void aSnapshotThatIsLostTwiceIsTakenAgain() throws Exception {
        SyntheticSource source = source(100);
        FaultySource faulty = new FaultySource(source).losingSnapshots(2);
        ThreadEngine engine = engine(faulty);
        ExportReport report = export(faulty, engine);
        assertThat(source.frozen()).isEqualTo(3);
        assertThat(engine.calls.get()).isEqualTo(3);
        assertThat(report.stats().attempts()).isEqualTo(3);
        assertThat(report.stats().documents()).isEqualTo(100);
        assertThat(SyntheticExport.lines(root, report.manifest(), "gzip")).isEqualTo(source.lines());
        assertThat(SyntheticExport.tree(root)).noneMatch(name -> name.contains("incomplete"));
        assertNothingIsOpen(source);
    }

    @Test
    void aSnapshotThatIsLostThreeTimesFailsTheExport() throws Exception {
        SyntheticSource source = source(100);
        FaultySource faulty = new FaultySource(source).losingSnapshots(3);
        assertFault(Fault.SNAPSHOT_LOST, () -> export(faulty, engine(faulty)));
        assertThat(source.frozen()).isEqualTo(3);
        assertThat(visible()).isEmpty();
    }

    @Test
    void anEngineThatFailsIsReportedWithItsMessage() throws Exception {
        SyntheticSource source = source(40);
        SpillwayException e = assertFault(
                Fault.STATE_UNAVAILABLE,
                () -> export(source, (tasks, receiver) -> {
                    throw new IllegalStateException("no executors");
                }));
        assertThat(e).hasMessage("the engine failed: no executors");
        assertThat(visible()).isEmpty();
        assertNothingIsOpen(source);
    }

    @Test
    void anEngineThatEndsEarlyIsReported() throws Exception {
        SyntheticSource source = source(40);
        SpillwayException e = assertFault(
                Fault.STATE_UNAVAILABLE,
                () -> export(source, (tasks, receiver) -> receiver.accept(0, runQuietly(tasks.get(0), source))));
        assertThat(e).hasMessage("the engine ended without a result of 3 of 4 slices");
        assertThat(visible()).isEmpty();
    }

    private static String runQuietly(String task, DocumentSource source) {
        try {
            return SliceTask.run(task, "only", schedule -> source);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void anInterruptCancelsTheTasksAndLeavesNothing() throws Exception {
        SyntheticSource source = source(200);
        FaultySource faulty = new FaultySource(source).blockingAtPage(4);
        FutureTask<Throwable> export = new FutureTask<>(() -> catchThrowable(() -> export(faulty, engine(faulty))));
        Thread thread = new Thread(export, "export");
        thread.start();
        faulty.awaitBlocked();
        thread.interrupt();
        assertThat(export.get()).isInstanceOf(InterruptedException.class);
        assertThat(visible()).isEmpty();
        assertNothingIsOpen(source);
    }

    @Test
    void aSignalCountsMoreThanALostSnapshotAtTheSameTime() throws Exception {
        SyntheticSource source = source(100);
        FaultySource faulty = new FaultySource(source).losingSnapshots(1);
        AtomicBoolean signalled = new AtomicBoolean();
        String text = schedule(root);
        ScheduleFile schedule = read(text);
        ThreadEngine engine = engine(faulty);
        SliceRunner runner = new EngineRunner(
                (tasks, receiver) -> {
                    engine.accept(tasks, receiver);
                    signalled.set(true);
                },
                text,
                "journals.yaml",
                schedule,
                signalled::get);
        assertThat(catchThrowable(() -> ScheduledExport.run(schedule, runner, faulty)))
                .isInstanceOf(InterruptedException.class);
        assertThat(source.frozen()).isEqualTo(1);
    }

    @Test
    void theSecondOfTwoDriversIsRefused() throws Exception {
        SyntheticSource source = source(100);
        FaultySource slow = new FaultySource(source).blockingAtPage(4);
        FutureTask<ExportReport> first = new FutureTask<>(() -> export(slow, engine(slow)));
        new Thread(first, "export").start();
        slow.awaitBlocked();
        SyntheticSource other = source(40).takenAt(LATER);
        assertFault(Fault.ALREADY_RUNNING, () -> export(other, engine(other)));
        assertThat(other.frozen()).isZero();
        slow.release();
        assertThat(first.get().manifest().documents()).isEqualTo(100);
    }

    @Test
    void aSecretThatAWorkerLacksFailsOnceWithoutAnotherAttempt() throws Exception {
        SyntheticSource source = source(40);
        ThreadEngine engine = new ThreadEngine(1, (task, attempt) -> {
            Files.deleteIfExists(secret);
            return SliceTask.run(task, attempt, schedule -> source);
        });
        SpillwayException e = assertFault(Fault.CONFIG, () -> export(source, engine));
        assertThat(e).hasMessageContaining("/source/api-key").hasMessageContaining("does not exist");
        assertThat(e.fault().exitCode()).isEqualTo(3);
        assertThat(engine.calls.get()).isEqualTo(1);
        assertThat(visible()).isEmpty();
    }

    @Test
    void aWorkerWithOtherValuesIsRefused() throws Exception {
        SyntheticSource source = source(40);
        String text = schedule(
                root,
                "fields: {include: [id, text, 'more.**'], blur: [{field: text, by: hash}], hash-key: '${file:" + secret
                        + "}'}");
        ThreadEngine engine = new ThreadEngine(1, (task, attempt) -> {
            Files.writeString(secret, "another-0123456789abcdef");
            return SliceTask.run(task, attempt, schedule -> source);
        });
        assertThat(assertFault(Fault.CONFIG, () -> export(text, source, engine)))
                .hasMessageContaining("has other values in the process that runs slice");
    }

    @Test
    void noTextHasTheValueOfAReference() throws Exception {
        SyntheticSource source = source(40);
        FaultySource leaking = new FaultySource(source).atPage(2, () -> {
            throw new SpillwayException(
                    Fault.SOURCE_REFUSED, "rejected canary-0123456789abcdef", "remove canary-0123456789abcdef");
        });
        ThreadEngine engine = engine(leaking);
        SpillwayException e = assertFault(Fault.SOURCE_REFUSED, () -> export(leaking, engine));
        assertThat(e).hasMessage("rejected ${file:" + secret + "}");
        assertThat(engine.tasks)
                .hasSize(4)
                .allSatisfy(text -> assertThat(text).contains("${file:").doesNotContain("canary"));
        assertThat(engine.results).isNotEmpty().noneMatch(text -> text.contains("canary"));
        FaultySource unavailable = new FaultySource(source).atPage(1, () -> {
            throw new SpillwayException(Fault.SOURCE_UNAVAILABLE, "canary-0123456789abcdef did not answer", null);
        });
        SpillwayException failed = assertFault(Fault.STATE_UNAVAILABLE, () -> export(unavailable, engine(unavailable)));
        assertThat(failed).hasMessageContaining("did not answer");
        for (Throwable at = failed; at != null; at = at.getCause()) {
            assertThat(at.toString()).doesNotContain("canary");
        }
    }

    @Test
    void aFieldWithAVeryLongNameIsCounted() throws Exception {
        String name = "n".repeat(60_000);
        SyntheticSource source = SyntheticSource.of("{\"id\":1,\"" + name + "\":true}", "{\"id\":2}");
        Manifest manifest = export(source, engine(source)).manifest();
        assertThat(manifest.source().fields()).extracting(Manifest.Field::path).contains(name);
    }

    @Test
    void anEngineWithMoreSlotsThanLanesIsRefused() throws Exception {
        SyntheticSource source = source(40);
        String text = schedule(root).replace("  index:", "  politeness: {lanes: 3}\n  index:");
        System.setProperty(TaskSlots.ENGINE, "4");
        try {
            assertThat(assertFault(Fault.CONFIG, () -> export(text, source, engine(source))))
                    .hasMessageContaining("the engine reads 4 slices at once, and source.politeness.lanes allows 3");
            assertThat(source.frozen()).isZero();
            ScheduleFile schedule = read(text);
            assertThat(new EngineRunner(engine(source), text, "journals.yaml", schedule, () -> false).usefulSlices())
                    .isEqualTo(16);
        } finally {
            System.clearProperty(TaskSlots.ENGINE);
        }
    }

    @Test
    void aTaskHasAboutAKilobyte() throws Exception {
        SyntheticSource source = source(40);
        ThreadEngine engine = engine(source);
        export(source, engine);
        assertThat(engine.tasks.get(0).length()).isBetween(400, 2_000);
    }

    @Test
    void changesAreRefusedWithAnAlternative() throws Exception {
        SyntheticSource source = source(40);
        String text = schedule(root, "changes: {key: id}");
        SpillwayException e = assertFault(Fault.CONFIG, () -> export(text, source, engine(source)));
        assertThat(e).hasMessageContaining("changes.key=id");
        assertThat(e.hint()).contains("spillway export");
        assertThat(source.frozen()).isZero();
    }

    @Test
    void aBugInATaskIsAnInternalError() throws Exception {
        SyntheticSource source = source(40);
        FaultySource faulty = new FaultySource(source).atPage(1, () -> {
            throw new IllegalStateException("a bug");
        });
        Throwable thrown = catchThrowable(() -> export(faulty, engine(faulty)));
        assertThat(thrown)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("a bug")
                .hasMessageContaining("\tat ");
        assertThat(visible()).isEmpty();
    }

    @Test
    void aCountThatDiffersIsNotPublished() throws Exception {
        SyntheticSource source = source(40);
        FaultySource faulty = new FaultySource(source).pretending(41);
        assertFault(Fault.INTEGRITY, () -> export(faulty, engine(faulty)));
        assertThat(visible()).isEmpty();
    }

    private interface Export {
        Object run() throws Exception;
    }

    private static SpillwayException assertFault(Fault fault, Export export) {
        var thrown = assertThatExceptionOfType(SpillwayException.class).isThrownBy(export::run);
        thrown.satisfies(e -> assertThat(e.fault()).isEqualTo(fault));
        return thrown.actual();
    }

    private static void assertNothingIsOpen(SyntheticSource source) {
        assertThat(source.openSnapshots()).isZero();
        assertThat(source.openReaders()).isZero();
    }
}
