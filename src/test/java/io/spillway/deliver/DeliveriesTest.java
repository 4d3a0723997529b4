package io.spillway.deliver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.deliver.Deliveries.Delivery;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.run.ExportReport;
import io.spillway.run.SyntheticExport;
import io.spillway.support.FileByFile;
import io.spillway.support.SteppedDestination;
import io.spillway.support.SyntheticSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DeliveriesTest {
    @TempDir
    private Path folder;

    private Path root;
    private FileByFile one;
    private FileByFile other;

    @BeforeEach
    void open() throws Exception {
        root = folder.resolve("home");
        one = new FileByFile("one", LocalDirectory.open(folder.resolve("one")));
        other = new FileByFile("other", LocalDirectory.open(folder.resolve("other")));
    }

    @Test
    void aDumpIsDeliveredWholeToEveryDestination() throws Exception {
        ExportReport report = export(1).deliveredTo(one, other).run();

        assertThat(report.deliveries()).extracting(Delivery::destination).containsExactly("one", "other");
        assertThat(report.deliveries()).allMatch(Delivery::arrived);
        String dump = report.manifest().dump();
        for (String place : List.of("home", "one", "other")) {
            assertThat(SyntheticExport.verify(folder.resolve(place), dump)).isEqualTo(report.manifest());
        }
    }

    @Test
    void theManifestIsSentAfterAllOtherFiles() throws Exception {
        export(1).deliveredTo(one).run();
        assertThat(one.sent.get(one.sent.size() - 1).name()).isEqualTo(Manifest.FILE_NAME);
    }

    @Test
    void aFailingDestinationDoesNotDelayTheOthers() throws Exception {
        one.failAfter(2);
        ExportReport report = export(1).deliveredTo(one, other).run();

        assertThat(report.deliveries()).extracting(Delivery::arrived).containsExactly(false, true);
        assertThat(report.deliveries().get(0).failure()).hasMessageContaining("one is away");
        SyntheticExport.verify(folder.resolve("other"), report.manifest().dump());
        assertThat(one.find(manifest(report))).isEmpty();
    }

    @Test
    void theOutcomeStatesWhereADumpIsPublicAndWhereItIsMissing() throws Exception {
        one.failAfter(2);
        DeliveryOutcome delivery = export(1).deliveredTo(one, other).run().delivery();

        assertThat(delivery.everywhere()).isFalse();
        assertThat(delivery.nowhere()).isFalse();
        assertThat(delivery.missing()).isEqualTo(1);
        assertThat(delivery.publicAt()).containsExactly(root.toString(), "other");
        assertThat(delivery.lacking()).containsOnlyKeys(one);
        assertThat(delivery.mayPass()).isTrue();
        SpillwayException shortfall = delivery.shortfall().orElseThrow();
        assertThat(shortfall.fault()).isEqualTo(Fault.DESTINATION_UNAVAILABLE);
        assertThat(shortfall)
                .hasMessageContaining("one lacks dump journals/")
                .hasMessageEndingWith("is complete and public at " + root + ", other");
        assertThat(shortfall.hint()).contains("spillway export --resume");
    }

    @Test
    void aDumpThatIsEverywhereIsMissingNowhere() throws Exception {
        DeliveryOutcome delivery = export(1).deliveredTo(one, other).run().delivery();

        assertThat(delivery.everywhere()).isTrue();
        assertThat(delivery.missing()).isZero();
        assertThat(delivery.shortfall()).isEmpty();
        assertThat(delivery.publicAt()).hasSize(3);
    }

    @Test
    void aSpooledDumpWithoutAnyDeliveryIsPublicNowhere() throws Exception {
        export(1).run();
        Deliveries spooled = deliveries(true, one.failAfter(2));
        List<Delivery> done = spooled.resume("journals");

        DeliveryOutcome delivery = spooled.outcome(done.get(0).manifest(), done);

        assertThat(delivery.nowhere()).isTrue();
        assertThat(delivery.shortfall().orElseThrow()).hasMessageEndingWith("is complete but not public anywhere yet");
    }

    @Test
    void outdatedLinksAreAlsoMissing() throws Exception {
        DeliveryOutcome delivery = export(1)
                .deliveredTo(one)
                .run()
                .delivery()
                .withPointers(new SpillwayException(Fault.DESTINATION_REFUSED, "old links at one", "a hint"));

        assertThat(delivery.everywhere()).isFalse();
        assertThat(delivery.missing()).isEqualTo(1);
        assertThat(delivery.mayPass()).isFalse();
        assertThat(delivery.shortfall().orElseThrow()).hasMessageStartingWith("old links at one; journals/");
    }

    @Test
    void anInterruptedDeliveryIsCompletedWithoutSendingAnythingTwice() throws Exception {
        ExportReport report = export(1).deliveredTo(one.failAfter(3)).run();
        assertThat(one.sent).hasSize(3);

        List<Delivery> resumed =
                deliveries(false, one.failAfter(Integer.MAX_VALUE)).resume("journals");

        assertThat(resumed).singleElement().matches(Delivery::arrived);
        assertThat(one.sent).doesNotHaveDuplicates().hasSize(fileCount(report));
        SyntheticExport.verify(folder.resolve("one"), report.manifest().dump());
    }

    @Test
    void theNextExportCompletesTheDeliveriesOfThePreviousOne() throws Exception {
        ExportReport first = export(1).deliveredTo(one.failAfter(3)).run();
        ExportReport second =
                export(2).deliveredTo(one.failAfter(Integer.MAX_VALUE)).run();

        SyntheticExport.verify(folder.resolve("one"), first.manifest().dump());
        SyntheticExport.verify(folder.resolve("one"), second.manifest().dump());
    }

    @Test
    void nothingRemainsIfEveryDestinationHasTheNewestDump() throws Exception {
        export(1).deliveredTo(one).run();
        one.sent.clear();

        assertThat(deliveries(false, one).resume("journals")).isEmpty();
        assertThat(one.sent).isEmpty();
    }

    @Test
    void fromADirectoryOnlyTheNewestDumpIsSentAgain() throws Exception {
        export(1).run();
        ExportReport newest = export(2).run();

        assertThat(deliveries(false, one).resume("journals"))
                .extracting(Delivery::dump)
                .containsExactly(newest.manifest().dump());
    }

    @Test
    void aSpoolKeepsADumpUntilEveryDestinationHasItAndThenOnlyTheManifest() throws Exception {
        ExportReport report = export(1).run();
        try (LocalDirectory home = LocalDirectory.open(root)) {
            deliveries(true, one.failAfter(3), other).resume("journals");
            assertThat(names(home)).hasSize(fileCount(report));

            deliveries(true, one.failAfter(Integer.MAX_VALUE), other).resume("journals");
            assertThat(names(home)).containsExactly(Manifest.FILE_NAME);

            assertThat(deliveries(true, one, other).resume("journals")).isEmpty();
        }
        SyntheticExport.verify(folder.resolve("one"), report.manifest().dump());
        SyntheticExport.verify(folder.resolve("other"), report.manifest().dump());
    }

    @Test
    void fromASpoolEveryDumpIsSentTheOldestFirst() throws Exception {
        ExportReport first = export(1).run();
        ExportReport second = export(2).run();

        assertThat(deliveries(true, one).resume("journals"))
                .extracting(Delivery::dump)
                .containsExactly(first.manifest().dump(), second.manifest().dump());
    }

    @Test
    @Timeout(60)
    void bytesOfPartsAreSentBeforeTheDumpIsPublishedAndNoReaderSeesThem() throws Exception {
        List<StoredObject> seen = new ArrayList<>();
        ExportReport report = export(1)
                .deliveredTo(one)
                .destination(home -> new SteppedDestination(home, (step, placed) -> {
                    if (step.equals("before place")) {
                        awaitFirst();
                        seen.addAll(listed(one));
                    }
                }))
                .run();

        assertThat(one.prepared.get(0).name()).endsWith(".00001.jsonl.gz");
        assertThat(seen).isEmpty();
        assertThat(one.sent).doesNotHaveDuplicates().hasSize(fileCount(report));
    }

    @Test
    @Timeout(60)
    void aFailedExportAbandonsItsUploads() throws Exception {
        SyntheticExport export = export(1)
                .deliveredTo(one)
                .destination(home -> new SteppedDestination(home, (step, placed) -> {
                    if (step.equals("before place")) {
                        awaitFirst();
                        throw new IllegalStateException("killed");
                    }
                }));

        assertThatIllegalStateException().isThrownBy(export::run).withMessage("killed");

        assertThat(one.prepared).isEmpty();
        assertThat(one.list("")).isEmpty();
    }

    @Test
    void theNextRunRemovesPartsSentByADeadRun() throws Exception {
        Path part = Files.writeString(folder.resolve("part"), "{}");
        ObjectKey dead = new ObjectKey("journals/2026-11-01T030000Z/journals-2026-11-01T030000Z.00001.jsonl.gz");
        ObjectKey notOurs = new ObjectKey("journals/2026-11-02T030000Z/notes.txt");
        one.store(part, dead);
        one.store(part, notOurs);

        export(1).deliveredTo(one).run();

        assertThat(one.find(dead)).isEmpty();
        assertThat(one.find(notOurs)).isPresent();
    }

    @Test
    void partsRemovedDuringADeliveryAreDetectedAndTheManifestIsUnpublished() throws Exception {
        ExportReport report = export(1).run();
        String part = report.manifest().parts().get(0).name();
        FileByFile swept = new FileByFile("swept", LocalDirectory.open(folder.resolve("swept"))) {
            @Override
            public void place(Path from, ObjectKey prefix, String last) throws SpillwayException {
                super.place(from, prefix, last);
                delete(prefix.child(part));
            }
        };

        assertThat(deliveries(false, swept).deliver(report.manifest()))
                .singleElement()
                .extracting(Delivery::failure)
                .satisfies(e -> assertThat(e).hasMessageContainingAll("swept", part));

        assertThat(swept.find(manifest(report))).isEmpty();
        assertThat(deliveries(false, one).deliver(report.manifest())).allMatch(Delivery::arrived);
    }

    @Test
    void aDumpThatAppearsWhileItsPartsAreRemovedAsOrphansIsUnpublished() throws Exception {
        Path part = Files.writeString(folder.resolve("part"), "{}");
        ObjectKey dump = new ObjectKey("journals/2026-11-01T030000Z");
        FileByFile late = new FileByFile("late", LocalDirectory.open(folder.resolve("late"))) {
            @Override
            public void delete(ObjectKey key) throws SpillwayException {
                super.delete(key);
                if (key.name().endsWith(".gz")) {
                    store(part, dump.child(Manifest.FILE_NAME));
                }
            }
        };
        ObjectKey first = dump.child("journals-2026-11-01T030000Z.00001.jsonl.gz");
        ObjectKey second = dump.child("journals-2026-11-01T030000Z.00002.jsonl.gz");
        late.store(part, first);
        late.store(part, second);

        deliveries(false, late).removeOrphans("journals");

        assertThat(late.find(dump.child(Manifest.FILE_NAME))).isEmpty();
        assertThat(late.find(second)).isPresent();
    }

    private static List<StoredObject> listed(Destination place) {
        try {
            return place.list("");
        } catch (SpillwayException e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitFirst() {
        awaitOpen(one.first);
    }

    private static void awaitOpen(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aBugInOneDestinationDoesNotDelayTheOthers() throws Exception {
        Destination buggy = new SteppedDestination(LocalDirectory.open(folder.resolve("one")), (step, at) -> {
            throw new IllegalArgumentException("a bug");
        });
        ExportReport report = export(1).run();

        assertThatThrownBy(() -> deliveries(false, buggy, other).deliver(report.manifest()))
                .hasRootCauseMessage("a bug");

        SyntheticExport.verify(folder.resolve("other"), report.manifest().dump());
    }

    @Test
    void aDumpHasArrivedEvenIfOrphansCannotBeRemoved() throws Exception {
        ExportReport report = export(1).run();
        FileByFile unswept = new FileByFile("unswept", LocalDirectory.open(folder.resolve("unswept"))) {
            @Override
            public int sweep(ObjectKey dataset) throws SpillwayException {
                throw new SpillwayException(Fault.DESTINATION_REFUSED, "no right to list uploads", null);
            }
        };

        assertThat(deliveries(false, unswept).deliver(report.manifest())).allMatch(Delivery::arrived);
    }

    @Test
    void anInterruptEndsADeliveryAsCancelledAndItStaysPending() throws Exception {
        ExportReport report = export(1).run();
        Thread caller = Thread.currentThread();
        Destination slow =
                new SteppedDestination(LocalDirectory.open(folder.resolve("one")), (step, at) -> {
                    if (step.equals("before place")) {
                        caller.interrupt();
                        LockSupport.park();
                        throw new IllegalStateException(
                                new SpillwayException(Fault.CANCELLED, "told to stop: " + Thread.interrupted(), null));
                    }
                }) {
                    @Override
                    public void place(Path from, ObjectKey prefix, String last) throws SpillwayException {
                        try {
                            super.place(from, prefix, last);
                        } catch (IllegalStateException e) {
                            throw (SpillwayException) e.getCause();
                        }
                    }
                };

        List<Delivery> done = deliveries(false, slow).deliver(report.manifest());

        assertThat(Thread.interrupted()).isTrue();
        assertThat(done).singleElement().satisfies(delivery -> {
            assertThat(delivery.failure().fault()).isEqualTo(Fault.CANCELLED);
            assertThat(delivery.failure()).hasMessage("told to stop: true");
        });
    }

    @Test
    void aDamagedOldManifestDoesNotPreventADelivery() throws Exception {
        ExportReport first = export(1).run();
        ExportReport second = export(2).run();
        Path manifest = root.resolve(first.manifest().dump()).resolve(Manifest.FILE_NAME);
        Files.setPosixFilePermissions(manifest, PosixFilePermissions.fromString("rw-r--r--"));
        Files.writeString(manifest, "{");

        assertThat(deliveries(true, one).resume("journals"))
                .extracting(Delivery::dump)
                .containsExactly(second.manifest().dump());
    }

    @Test
    void filesThatAKilledRunLeftInTheSpoolOfADeliveredDumpAreRemoved() throws Exception {
        ExportReport report = export(1).run();
        deliveries(false, one).deliver(report.manifest());
        try (LocalDirectory home = LocalDirectory.open(root)) {
            home.delete(new ObjectKey(report.manifest().dump()).child("README.md"));

            assertThat(deliveries(true, one).resume("journals")).isEmpty();

            assertThat(names(home)).containsExactly(Manifest.FILE_NAME);
        }
    }

    @Test
    void aDumpWithAMissingFileIsNotDelivered() throws Exception {
        ExportReport report = export(1).run();
        try (LocalDirectory home = LocalDirectory.open(root)) {
            home.delete(new ObjectKey(report.manifest().dump()).child("README.md"));
        }
        assertThat(deliveries(true, one).resume("journals")).isEmpty();
        assertThat(one.sent).isEmpty();
    }

    private SyntheticExport export(int day) {
        return new SyntheticExport(
                root,
                SyntheticSource.seeded(7, 60)
                        .takenAt(Instant.parse("2026-11-2%dT03:00:00Z".formatted(day)))
                        .slices(2)
                        .pageSize(8));
    }

    private Deliveries deliveries(boolean spooled, Destination... others) throws Exception {
        LocalDirectory home = LocalDirectory.open(root);
        return new Deliveries(home, home::folder, spooled, List.of(others), SyntheticExport.terms(home));
    }

    private static ObjectKey manifest(ExportReport report) {
        return new ObjectKey(report.manifest().dump()).child(Manifest.FILE_NAME);
    }

    private static int fileCount(ExportReport report) {
        return report.manifest().parts().size() + report.manifest().files().size() + 1;
    }

    private static List<String> names(LocalDirectory home) throws Exception {
        List<String> names = new ArrayList<>();
        for (StoredObject object : home.list("journals/")) {
            names.add(object.key().name());
        }
        return names;
    }
}
