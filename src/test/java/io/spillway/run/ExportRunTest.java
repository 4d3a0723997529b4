package io.spillway.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.dataset.Dataset;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.fields.Blur;
import io.spillway.fields.Blurs;
import io.spillway.fields.FieldPattern;
import io.spillway.fields.FieldPolicy;
import io.spillway.lanes.LanesTest;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Part;
import io.spillway.pipeline.RunStats;
import io.spillway.progress.Progress;
import io.spillway.progress.Stage;
import io.spillway.publish.Disclosure;
import io.spillway.source.Document;
import io.spillway.source.DocumentSource;
import io.spillway.support.FaultySource;
import io.spillway.support.SmallDisk;
import io.spillway.support.SteppedDestination;
import io.spillway.support.SyntheticSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** From a source to a published dump, with a real directory: what exists afterwards, and what does not. */
@Timeout(60)
class ExportRunTest {
    private static final String DUMP = "journals/2026-11-21T030000Z";

    @TempDir
    private Path temporary;

    private Path root;

    @BeforeEach
    void nameTheRoot() throws Exception {
        root = temporary.toRealPath().resolve("dumps");
    }

    @ParameterizedTest(name = "{0} documents in {1} slices, {2} lanes, pages of {3}, parts of {4}")
    @CsvSource({"1,1,1,1,1", "100,1,1,7,10", "100,7,3,10,9", "5,16,4,2,100", "1000,3,3,100,250", "64,64,8,1,1"})
    void everyDocumentIsInTheDumpOnce(int documents, int slices, int lanes, int pageSize, int part) throws Exception {
        SyntheticSource source = SyntheticSource.seeded(documents, documents)
                .slices(slices)
                .lanes(lanes)
                .pageSize(pageSize);
        ExportReport report =
                new SyntheticExport(root, source).limits(part, 1L << 40).run();
        assertThat(SyntheticExport.lines(root, report.manifest(), "gzip")).isEqualTo(source.lines());
        assertThat(SyntheticExport.verify(root, DUMP)).isEqualTo(report.manifest());
    }

    @Test
    void onlyTheDumpAndTheLockFileExistAfterwards() throws Exception {
        new SyntheticExport(root, SyntheticSource.seeded(1, 10)).run();
        assertThat(SyntheticExport.tree(root))
                .containsExactly(
                        "journals",
                        "journals/.spillway.lock",
                        "journals/.spillway.memory.json",
                        DUMP,
                        DUMP + "/CITATION.cff",
                        DUMP + "/README.md",
                        DUMP + "/SHA256SUMS",
                        DUMP + "/croissant.json",
                        DUMP + "/datapackage.json",
                        DUMP + "/index.html",
                        DUMP + "/journals-2026-11-21T030000Z.00001.jsonl.gz",
                        DUMP + "/manifest.json",
                        DUMP + "/run.json",
                        DUMP + "/sample.jsonl",
                        DUMP + "/schema.json",
                        DUMP + "/urls.txt");
    }

    @Test
    void partsAreNumberedAcrossAllSlicesInOrderWithPaddedNumbers() throws Exception {
        SyntheticSource source =
                SyntheticSource.seeded(3, 110).slices(4).lanes(4).pageSize(3);
        Manifest manifest =
                new SyntheticExport(root, source).limits(10, 1L << 40).run().manifest();
        assertThat(manifest.parts())
                .extracting(Part::name)
                .isEqualTo(IntStream.rangeClosed(1, manifest.parts().size())
                        .mapToObj("journals-2026-11-21T030000Z.%05d.jsonl.gz"::formatted)
                        .toList());
        assertThat(manifest.parts()).hasSizeGreaterThan(10);
        assertThat(manifest.parts())
                .allSatisfy(part -> assertThat(part.documents()).isBetween(1L, 10L));
        assertThat(SyntheticExport.lines(root, manifest, "gzip")).isEqualTo(source.lines());
    }

    @Test
    void theManifestDescribesTheExport() throws Exception {
        Dataset dataset = new Dataset(
                "journals", "Journals", "All of them.", "CC0-1.0", "https://example.org/journals", List.of("/api"));
        Manifest manifest = new SyntheticExport(root, SyntheticSource.seeded(1, 10))
                .dataset(dataset)
                .run()
                .manifest();
        assertThat(manifest.dataset()).isEqualTo("journals");
        assertThat(manifest.title()).isEqualTo("Journals");
        assertThat(manifest.description()).isEqualTo("All of them.");
        assertThat(manifest.license()).isEqualTo("CC0-1.0");
        assertThat(manifest.homepage()).isEqualTo("https://example.org/journals");
        assertThat(manifest.takenAt()).isEqualTo(SyntheticSource.TAKEN_AT);
        assertThat(manifest.documents()).isEqualTo(10);
        assertThat(manifest.repaired()).isNull();
        assertThat(manifest.spillway()).isEqualTo(SyntheticExport.VERSION);
        assertThat(manifest.source())
                .isEqualTo(new Manifest.Source(
                        "synthetic",
                        "1.0",
                        "synthetic",
                        List.of("synthetic-1"),
                        false,
                        null,
                        10,
                        0L,
                        List.of(
                                new Manifest.Field("id", "long", List.of("number"), 10L, null),
                                new Manifest.Field("more", null, List.of("object"), 10L, null),
                                new Manifest.Field("text", "text", List.of("string"), 10L, null))));
    }

    @Test
    void theReportNamesTheDumpAndTheTimeOfEachStage() throws Exception {
        ExportReport report = new SyntheticExport(
                        root, SyntheticSource.seeded(1, 100).slices(3).lanes(2))
                .run();
        assertThat(report.address()).isEqualTo(root + "/" + DUMP);
        RunStats stats = report.stats();
        assertThat(stats.documents()).isEqualTo(100);
        assertThat(stats.lanes()).isEqualTo(2);
        assertThat(stats.slices().stream()
                        .mapToLong(RunStats.SliceStats::documents)
                        .sum())
                .isEqualTo(100);
        assertThat(stats.stages()).containsOnlyKeys(Stage.values());
        assertThat(stats.table())
                .contains("100 documents in ", " 3 slices in 2 lanes")
                .contains("<- " + stats.bottleneck().remedy());
        assertThat(Files.readString(root.resolve(DUMP).resolve("run.json")))
                .contains("\"documents\" : 100", "\"stages\" : {", "\"reading\" : ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "none"})
    void theSameSnapshotAndOptionsGiveTheSameBytes(String compression) throws Exception {
        List<Path> roots = List.of(root, root.resolveSibling("again"));
        for (int i = 0; i < 2; i++) {
            SyntheticSource source = SyntheticSource.seeded(8, 2_000)
                    .slices(5)
                    .pageSize(10 + 90 * i)
                    .lanes(1 + 4 * i);
            new SyntheticExport(roots.get(i), source)
                    .compressions(compression)
                    .limits(300, 1L << 40)
                    .run();
        }
        List<String> files = SyntheticExport.tree(roots.get(0).resolve(DUMP)).stream()
                .filter(name -> name.contains(".jsonl") || name.equals("README.md") || name.equals("urls.txt"))
                .toList();
        assertThat(files).hasSizeGreaterThan(7);
        for (String file : files) {
            assertThat(roots.get(1).resolve(DUMP).resolve(file))
                    .hasSameBinaryContentAs(roots.get(0).resolve(DUMP).resolve(file));
        }
    }

    @Test
    void twoFormatsHoldTheSameDocuments() throws Exception {
        SyntheticSource source =
                SyntheticSource.seeded(4, 95).slices(3).lanes(2).pageSize(4);
        Manifest manifest = new SyntheticExport(root, source)
                .compressions("gzip", "none")
                .limits(20, 1L << 40)
                .run()
                .manifest();
        assertThat(SyntheticExport.lines(root, manifest, "gzip")).isEqualTo(source.lines());
        assertThat(SyntheticExport.lines(root, manifest, "none")).isEqualTo(source.lines());
        assertThat(manifest.parts()).extracting(Part::name).isSorted();
        SyntheticExport.verify(root, DUMP);
    }

    @Test
    void anEmptyIndexIsRefusedAndLeavesNothing() throws Exception {
        SyntheticSource source = SyntheticSource.seeded(1, 0).slices(3);
        assertFault(Fault.GATE, new SyntheticExport(root, source));
        assertNothingIsLeft(source);
    }

    @Test
    void aSnapshotWithFarFewerDocumentsIsRefusedBeforeADocumentIsRead() throws Exception {
        new SyntheticExport(root, SyntheticSource.seeded(1, 100)).run();
        List<String> before = SyntheticExport.tree(root);
        SyntheticSource source = SyntheticSource.seeded(1, 50).takenAt(Instant.parse("2026-11-22T03:00:00Z"));
        SyntheticExport export = new SyntheticExport(root, source);
        assertThat(assertFault(Fault.GATE, export)).hasMessageContaining("documents fell from 100 to 50");
        assertThat(export.progress().now().requests()).isZero();
        assertThat(SyntheticExport.tree(root)).isEqualTo(before);
        assertNothingIsOpen(source);
    }

    @Test
    void anEmptyDumpHasOneValidEmptyPartInEachFormat() throws Exception {
        SyntheticSource source = SyntheticSource.seeded(1, 0).slices(3);
        Manifest manifest = new SyntheticExport(root, source)
                .compressions("gzip", "none")
                .allowEmpty()
                .run()
                .manifest();
        assertThat(manifest.parts())
                .extracting(Part::name)
                .containsExactly(
                        "journals-2026-11-21T030000Z.00001.jsonl", "journals-2026-11-21T030000Z.00001.jsonl.gz");
        assertThat(manifest.parts()).extracting(Part::documents).containsOnly(0L);
        assertThat(SyntheticExport.lines(root, manifest, "gzip")).isEmpty();
        SyntheticExport.verify(root, DUMP);
    }

    @ParameterizedTest(name = "{0} claimed")
    @ValueSource(longs = {99, 101, 0})
    void aDifferentCountIsNeverPublished(long pretended) throws Exception {
        SyntheticSource source = SyntheticSource.seeded(1, 100).slices(2);
        SpillwayException e = assertFault(
                Fault.INTEGRITY,
                new SyntheticExport(root, new FaultySource(source).pretending(pretended)).allowEmpty());
        assertThat(e).hasMessageContaining("100 documents").hasMessageContaining("snapshot has " + pretended);
        assertNothingIsLeft(source);
    }

    @Test
    void aDuplicateInPlaceOfAnotherDocumentIsNeverPublished() throws Exception {
        SyntheticSource source = SyntheticSource.seeded(1, 100).slices(2);
        SpillwayException e =
                assertFault(Fault.INTEGRITY, new SyntheticExport(root, new FaultySource(source).changing(documents -> {
                            List<Document> changed = new ArrayList<>(documents);
                            changed.set(3, documents.get(4));
                            return changed;
                        })));
        assertThat(e).hasMessageContaining("twice or out of order");
        assertNothingIsLeft(source);
    }

    @Test
    void aSnapshotWithADifferentCountAfterReadingIsNeverPublished() throws Exception {
        SyntheticSource source = SyntheticSource.seeded(1, 100).slices(2);
        SpillwayException e =
                assertFault(Fault.INTEGRITY, new SyntheticExport(root, new FaultySource(source).recounting(101)));
        assertThat(e).hasMessageContaining("101 documents").hasMessageContaining("snapshot has 100");
        assertNothingIsLeft(source);
    }

    @ParameterizedTest(name = "page {0}")
    @ValueSource(ints = {1, 2, 5, 9})
    void aFailureInAnyLaneLeavesNothing(int page) throws Exception {
        SyntheticSource source =
                SyntheticSource.seeded(1, 100).slices(4).lanes(3).pageSize(10);
        FaultySource faulty = new FaultySource(source).atPage(page, () -> {
            throw new SpillwayException(Fault.SOURCE_UNAVAILABLE, "the cluster went away", null);
        });
        SpillwayException e = assertFault(Fault.SOURCE_UNAVAILABLE, new SyntheticExport(root, faulty));
        assertThat(e).hasMessage("the cluster went away");
        assertNothingIsLeft(source);
    }

    @Test
    void aBugInALaneLeavesNothing() throws Exception {
        SyntheticSource source = SyntheticSource.seeded(1, 100).slices(4).lanes(3);
        for (Throwable bug : List.of(new IllegalStateException("a bug"), new StackOverflowError("a deep bug"))) {
            FaultySource faulty = new FaultySource(source).atPage(3, () -> {
                if (bug instanceof Error error) {
                    throw error;
                }
                throw (RuntimeException) bug;
            });
            assertThat(catchThrowable(() -> new SyntheticExport(root, faulty).run()))
                    .isSameAs(bug);
            assertNothingIsLeft(source);
        }
    }

    @Test
    void anExportThatLosesItsSnapshotTwiceRestartsAndIsPublishedOnce() throws Exception {
        SyntheticSource source =
                SyntheticSource.seeded(1, 100).slices(3).lanes(2).pageSize(10);
        SyntheticExport export = new SyntheticExport(root, new FaultySource(source).losingSnapshots(2));
        ExportReport report = export.run();
        assertThat(source.frozen()).isEqualTo(3);
        assertThat(report.stats().attempts()).isEqualTo(3);
        assertThat(report.stats().documents()).isEqualTo(100);
        assertThat(export.progress().now().documents()).isEqualTo(100);
        assertThat(SyntheticExport.lines(root, report.manifest(), "gzip")).isEqualTo(source.lines());
        assertThat(SyntheticExport.tree(root.resolve("journals")))
                .filteredOn(name -> !name.contains("/"))
                .containsExactly(".spillway.lock", ".spillway.memory.json", "2026-11-21T030000Z");
        assertNothingIsOpen(source);
    }

    @Test
    void anExportThatLosesItsSnapshotThreeTimesFails() throws Exception {
        SyntheticSource source = SyntheticSource.seeded(1, 100).slices(3).lanes(2);
        assertFault(Fault.SNAPSHOT_LOST, new SyntheticExport(root, new FaultySource(source).losingSnapshots(3)));
        assertThat(source.frozen()).isEqualTo(3);
        assertNothingIsLeft(source);
    }

    @Test
    void onlyALostSnapshotRestartsAnExport() throws Exception {
        for (Fault fault : Fault.values()) {
            if (fault == Fault.SNAPSHOT_LOST) {
                continue;
            }
            SyntheticSource source = SyntheticSource.seeded(1, 10);
            FaultySource faulty = new FaultySource(source).atPage(1, () -> {
                throw new SpillwayException(fault, "once", null);
            });
            assertFault(fault, new SyntheticExport(root, faulty));
            assertThat(source.frozen()).as(fault.name()).isEqualTo(1);
        }
    }

    @Test
    void theSnapshotIsClosedBeforeTheDumpIsPublished() throws Exception {
        SyntheticSource source = SyntheticSource.seeded(1, 10);
        List<Integer> openWhenPlaced = new ArrayList<>();
        new SyntheticExport(root, source)
                .destination(directory -> new SteppedDestination(directory, (step, folder) -> {
                    if (step.equals("before place")) {
                        openWhenPlaced.add(source.openSnapshots());
                    }
                }))
                .run();
        assertThat(openWhenPlaced).containsExactly(0);
        assertNothingIsOpen(source);
    }

    @Test
    void anInterruptInTheMiddleEndsTheExportAndLeavesNothing() throws Exception {
        SyntheticSource source =
                SyntheticSource.seeded(1, 100).slices(4).lanes(3).pageSize(5);
        FaultySource faulty = new FaultySource(source).blockingAtPage(6);
        FutureTask<Throwable> export =
                new FutureTask<>(() -> catchThrowable(() -> new SyntheticExport(root, faulty).run()));
        Thread thread = new Thread(export, "export");
        thread.start();
        faulty.awaitBlocked();
        thread.interrupt();

        assertThat(export.get()).isInstanceOf(InterruptedException.class);
        assertNothingIsLeft(source);
    }

    @Test
    void anInterruptAfterTheLastPageIsNotReportedAsADiskFault() throws Exception {
        SyntheticSource source = SyntheticSource.seeded(1, 100);
        Throwable thrown = interruptedAfterTheLastPage(source, new SyntheticExport(root, afterTheLastPage(source)));
        assertThat(thrown).isInstanceOf(InterruptedException.class);
        assertNothingIsLeft(source);
    }

    @Test
    void anInterruptBeforeTheEmptyPartIsNotReportedAsADiskFault() throws Exception {
        SyntheticSource source = SyntheticSource.seeded(1, 0);
        Throwable thrown =
                interruptedAfterTheLastPage(source, new SyntheticExport(root, afterTheLastPage(source)).allowEmpty());
        assertThat(thrown).isInstanceOf(InterruptedException.class);
        assertNothingIsLeft(source);
    }

    private static DocumentSource afterTheLastPage(SyntheticSource source) {
        return new FaultySource(source).whenClosed(() -> Thread.currentThread().interrupt());
    }

    private static Throwable interruptedAfterTheLastPage(SyntheticSource source, SyntheticExport export)
            throws Exception {
        FutureTask<Throwable> run = new FutureTask<>(() -> catchThrowable(export::run));
        new Thread(run, "export").start();
        Throwable thrown = run.get();
        assertThat(source.openSnapshots()).isZero();
        return thrown;
    }

    @Test
    void aSecondConcurrentExportIsRefusedAndHarmsNothing() throws Exception {
        SyntheticSource source = SyntheticSource.seeded(1, 100).pageSize(5);
        FaultySource slow = new FaultySource(source).blockingAtPage(6);
        FutureTask<ExportReport> first = new FutureTask<>(() -> new SyntheticExport(root, slow).run());
        new Thread(first, "export").start();
        slow.awaitBlocked();

        SyntheticSource other = SyntheticSource.seeded(2, 10).takenAt(Instant.parse("2026-11-22T03:00:00Z"));
        assertFault(Fault.ALREADY_RUNNING, new SyntheticExport(root, other));
        assertThat(other.frozen()).isZero();

        slow.release();
        assertThat(first.get().manifest().documents()).isEqualTo(100);
        SyntheticExport.verify(root, DUMP);
    }

    @Test
    void anotherDatasetMayBeExportedAtTheSameTime() throws Exception {
        SyntheticSource source = SyntheticSource.seeded(1, 100).pageSize(5);
        FaultySource slow = new FaultySource(source).blockingAtPage(6);
        FutureTask<ExportReport> first = new FutureTask<>(() -> new SyntheticExport(root, slow).run());
        new Thread(first, "export").start();
        slow.awaitBlocked();

        new SyntheticExport(root, SyntheticSource.seeded(2, 10))
                .dataset(Dataset.named("articles"))
                .run();
        SyntheticExport.verify(root, "articles/2026-11-21T030000Z");
        slow.release();
        first.get();
        SyntheticExport.verify(root, DUMP);
    }

    @Test
    void theNextRunRemovesTheFilesOfADeadRun() throws Exception {
        try (LocalDirectory directory = LocalDirectory.open(root)) {
            Path left = directory.newWorkFolder(new ObjectKey("journals/2026-11-20T030000Z"));
            Files.writeString(left.resolve("slice-0000-format-0-00001"), "half a part");
        }
        assertThat(SyntheticExport.tree(root)).hasSize(3);
        SyntheticSource source = SyntheticSource.seeded(1, 100);
        assertFault(Fault.INTEGRITY, new SyntheticExport(root, new FaultySource(source).pretending(1)));
        assertNothingIsLeft(source);
    }

    @Test
    void aDumpOfTheSameSecondIsRefusedAndTheFirstStays() throws Exception {
        new SyntheticExport(root, SyntheticSource.seeded(1, 100)).run();
        List<String> before = SyntheticExport.tree(root);
        SyntheticSource source = SyntheticSource.seeded(2, 150);
        assertFault(Fault.DESTINATION_REFUSED, new SyntheticExport(root, source));
        assertThat(SyntheticExport.tree(root)).isEqualTo(before);
        assertThat(SyntheticExport.verify(root, DUMP).documents()).isEqualTo(100);
        assertNothingIsOpen(source);
    }

    @Test
    void aDumpOlderThanTheNewestIsRefusedBecauseTheClockIsWrong() throws Exception {
        Instant ahead = Instant.parse("2027-11-22T03:00:00Z");
        String newest = new SyntheticExport(root, SyntheticSource.seeded(1, 10).takenAt(ahead))
                .run()
                .manifest()
                .dump();
        SyntheticSource source = SyntheticSource.seeded(1, 10).takenAt(ahead.minusSeconds(1));

        assertThatThrownBy(() -> new SyntheticExport(root, source).run())
                .isInstanceOfSatisfying(SpillwayException.class, e -> {
                    assertThat(e.fault()).isEqualTo(Fault.CONFIG);
                    assertThat(e.hint()).contains("correct this machine's clock");
                })
                .hasMessageContaining("journals/2027-11-22T025959Z")
                .hasMessageContaining(newest);
        assertNothingIsOpen(source);
    }

    @Test
    void aFullDiskFailsTheExportAndLeavesNothing() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(Files.createDirectories(root), "size=1m")) {
            SyntheticSource source =
                    SyntheticSource.seeded(1, 3_000, 1_000).slices(3).lanes(2);
            SpillwayException e = assertFault(
                    Fault.DESTINATION_UNAVAILABLE, new SyntheticExport(disk.root(), source).compressions("none"));
            assertThat(e.hint()).isNotBlank();
            assertNothingIsLeft(source);
        }
    }

    @Test
    void documentsThatAreNotUtf8AreFixedAndCounted() throws Exception {
        // The byte pattern of an unpaired surrogate cannot be written as a Java string, so it is inserted as three
        // bytes.
        SyntheticSource source = SyntheticSource.ofBytes(List.of(
                "{\"a\":1}".getBytes(StandardCharsets.UTF_8),
                new byte[] {'{', '"', 'a', '"', ':', '"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"', '}'}));
        Manifest manifest = new SyntheticExport(root, source)
                .compressions("gzip", "none")
                .run()
                .manifest();
        assertThat(manifest.repaired()).isEqualTo(1);
        assertThat(SyntheticExport.lines(root, manifest, "none"))
                .containsExactly("{\"a\":1}", "{\"a\":\"\uFFFD\uFFFD\uFFFD\"}");
    }

    @Test
    void progressKnowsTheTotalFromTheStart() throws Exception {
        List<Progress.Reading> readings = new ArrayList<>();
        SyntheticSource source = SyntheticSource.seeded(1, 100).pageSize(10);
        FaultySource watched = new FaultySource(source);
        SyntheticExport export = new SyntheticExport(root, watched);
        watched.atPage(4, () -> readings.add(export.progress().now()));
        export.run();
        assertThat(readings).hasSize(1);
        assertThat(readings.get(0).expected()).isEqualTo(100);
        assertThat(readings.get(0).documents()).isEqualTo(30);
    }

    private static SpillwayException assertFault(Fault fault, SyntheticExport export) {
        var thrown = assertThatExceptionOfType(SpillwayException.class).isThrownBy(export::run);
        thrown.satisfies(e -> assertThat(e.fault()).isEqualTo(fault));
        return thrown.actual();
    }

    private void assertNothingIsLeft(SyntheticSource source) throws Exception {
        assertThat(SyntheticExport.tree(root)).containsExactly("journals", "journals/.spillway.lock");
        assertNothingIsOpen(source);
    }

    private static void assertNothingIsOpen(SyntheticSource source) {
        assertThat(source.openSnapshots()).isZero();
        assertThat(source.openReaders()).isZero();
        assertThat(LanesTest.liveLanes("journals")).isEmpty();
    }

    @Test
    void descriptionsExamplesAndTheQueryArePublishedOnRequest() throws Exception {
        JsonNode query = new JsonMapper().readTree("{\"term\":{\"public\":true}}");
        Manifest manifest = new SyntheticExport(root, SyntheticSource.of("{\"id\":1.50,\"gone\":2}", "{\"id\":3}"))
                .fields(new FieldPolicy(
                        List.of(FieldPattern.of("id")),
                        List.of(FieldPattern.of("gone*")),
                        List.of(),
                        FieldPolicy.Unlisted.WITHHOLD))
                .disclosure(new Disclosure(Map.of("id", "Its number.", "gone", "canary"), true, query))
                .run()
                .manifest();
        assertThat(manifest.source().query()).isEqualTo(query);
        assertThat(Files.readString(root.resolve(DUMP).resolve("manifest.json")))
                .contains("\"query\" : {", "\"public\" : true");
        assertThat(Files.readString(root.resolve(DUMP).resolve("schema.json")))
                .contains("\"description\" : \"Its number.\"", "\"example\" : 1.50")
                .doesNotContain("gone", "canary");
        assertThat(SyntheticExport.verify(root, DUMP)).isEqualTo(manifest);
    }

    @Test
    void withheldIndexNamesAreInNoFileOfADump() throws Exception {
        SyntheticExport export = new SyntheticExport(root, SyntheticSource.seeded(1, 10));
        Manifest named = export.run().manifest();
        assertThat(named.source().indices()).isNotEmpty();
        Path hidden = Files.createDirectory(root.resolve("hidden"));
        Manifest manifest = new SyntheticExport(hidden, SyntheticSource.seeded(1, 10))
                .disclosure(new Disclosure(Map.of(), false, null, null, false))
                .run()
                .manifest();
        assertThat(manifest.source().name()).isEqualTo(manifest.dataset());
        assertThat(manifest.source().indices()).isEmpty();
        assertThat(SyntheticExport.verify(hidden, DUMP)).isEqualTo(manifest);
    }

    @Test
    void byDefaultTheQueryAndExamplesAreNotPublished() throws Exception {
        new SyntheticExport(root, SyntheticSource.seeded(1, 10)).run();
        assertThat(Files.readString(root.resolve(DUMP).resolve("manifest.json")))
                .doesNotContain("\"query\"");
        assertThat(Files.readString(root.resolve(DUMP).resolve("schema.json"))).doesNotContain("\"example\"");
    }

    @Test
    void lanesShareAPolicyAndNothingElse() throws Exception {
        SyntheticSource source =
                SyntheticSource.seeded(7, 4_000).slices(16).lanes(4).pageSize(7);
        FieldPolicy policy = new FieldPolicy(
                List.of(FieldPattern.of("**")),
                List.of(FieldPattern.of("more.*")),
                List.of(new FieldPolicy.BlurRule(FieldPattern.of("text"), Blurs.hash("0123456789abcdef"))),
                FieldPolicy.Unlisted.STOP);
        Manifest manifest =
                new SyntheticExport(root, source).fields(policy).run().manifest();

        Blur hash = Blurs.hash("0123456789abcdef");
        List<String> expected = new ArrayList<>();
        for (String line : source.lines()) {
            JsonNode document = new JsonMapper().readTree(line);
            expected.add("{\"id\":%s,\"text\":\"%s\"}"
                    .formatted(
                            document.path("id"),
                            hash.blur(document.path("text").textValue()).orElseThrow()));
        }
        assertThat(SyntheticExport.lines(root, manifest, "gzip")).isEqualTo(expected);
        assertThat(manifest.source().fields())
                .extracting(Manifest.Field::path, Manifest.Field::documents, Manifest.Field::blurred)
                .containsExactly(tuple("id", 4_000L, null), tuple("text", 4_000L, "hash"));
    }
}
