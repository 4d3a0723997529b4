package io.spillway.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.spillway.dataset.DumpId;
import io.spillway.deliver.DeliveryOutcome;
import io.spillway.deliver.Withdrawals;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How the commands handle dumps that wait, or are withdrawn, pruned, damaged or unreadable. */
@Timeout(120)
@Tag("slow")
class DumpStatesTest {
    @TempDir
    private Path folder;

    private PublishedWorld world;

    @BeforeEach
    void make() {
        world = new PublishedWorld(folder);
    }

    private DumpId export() throws Exception {
        return world.export().manifest().id();
    }

    private static Fault fault(DeliveryOutcome delivery) {
        return delivery.shortfall().orElseThrow().fault();
    }

    private static void rewrite(Path file, String text) throws Exception {
        Files.delete(file);
        Files.writeString(file, text);
    }

    private Path manifest(DumpId dump) {
        return world.root.resolve(dump + "/manifest.json");
    }

    @Test
    void anAddedDestinationGetsNoDumpOfAnOlderPolicy() throws Exception {
        world.toSecond = false;
        DumpId yesterday = export();
        world.toSecond = true;
        world.keys = "fields: {exclude: [title], unlisted: publish}\n";

        DeliveryOutcome delivery = world.resume();

        assertThat(fault(delivery)).isEqualTo(Fault.FIELD_POLICY);
        assertThat(delivery.shortfall().orElseThrow().hint())
                .contains("--deliver-anyway " + yesterday.stamp(), "spillway withdraw");
        assertThat(world.second.objects.keySet()).noneMatch(key -> key.contains(yesterday.stamp()));
    }

    @Test
    void theNextExportIsSentToTheAddedDestination() throws Exception {
        world.toSecond = false;
        DumpId yesterday = export();
        world.toSecond = true;
        world.keys = "fields: {exclude: [nothing.*], unlisted: publish}\n";

        DumpId today = export();

        assertThat(PublishedWorld.manifests(world.second)).containsExactly(today);
        assertThat(world.second.objects.keySet()).noneMatch(key -> key.contains(yesterday.stamp()));
    }

    @Test
    void aSpooledDumpWaitsWhileThePolicyDiffers() throws Exception {
        world.spooled = true;
        world.second.away = true;
        DumpId old = export();
        world.second.away = false;
        String before = world.keys;
        world.keys = "fields: {exclude: [nothing.*], unlisted: publish}\n";

        DeliveryOutcome delivery = world.export().delivery();

        assertThat(fault(delivery)).isEqualTo(Fault.FIELD_POLICY);
        assertThat(delivery.lacking()).isEmpty();
        assertThat(PublishedWorld.manifests(world.second)).doesNotContain(old).hasSize(1);
        world.keys = before;
        assertThat(world.resume().everywhere()).isTrue();
        assertThat(PublishedWorld.manifests(world.second)).contains(old);
    }

    @Test
    void theOperatorCanSendADumpAnyway() throws Exception {
        world.second.away = true;
        DumpId dump = export();
        world.second.away = false;
        world.keys = "fields: {exclude: [nothing.*], unlisted: publish}\n";

        assertThat(world.resume(dump).everywhere()).isTrue();

        assertThat(PublishedWorld.latest(world.second)).contains(dump);
    }

    @Test
    void aDumpOfAnUnknownConfigurationWaits() throws Exception {
        world.second.away = true;
        export();
        world.second.away = false;
        Files.delete(world.root.resolve("journals").resolve(DirectoryMemory.FILE_NAME));

        assertThat(fault(world.resume())).isEqualTo(Fault.FIELD_POLICY);
        assertThat(PublishedWorld.manifests(world.second)).isEmpty();
    }

    @Test
    void aChangedPartSizeDoesNotChangeTheConfiguration() throws Exception {
        world.second.away = true;
        DumpId dump = export();
        world.second.away = false;
        world.keys = "parts: {documents: 3}\n";

        assertThat(world.resume().everywhere()).isTrue();
        assertThat(PublishedWorld.latest(world.second)).contains(dump);
    }

    @Test
    void aWithdrawalTakesEffectWherePossibleAndIsCompletedLater() throws Exception {
        DumpId old = export();
        DumpId bad = export();
        world.second.away = true;

        Withdrawals.Outcome outcome = world.withdraw(bad, false);

        assertThat(outcome.shortfall().orElseThrow().fault()).isEqualTo(Fault.DESTINATION_UNAVAILABLE);
        assertThat(PublishedWorld.manifests(world.first)).containsExactly(old);
        assertThat(PublishedWorld.latest(world.first)).contains(old);
        world.second.away = false;
        assertThat(world.resume().everywhere()).isTrue();
        assertThat(PublishedWorld.manifests(world.second)).containsExactly(old);
        assertThat(PublishedWorld.latest(world.second)).contains(old);
    }

    @Test
    void linksThatAWithdrawalCouldNotMoveAreMovedByTheNextPrune() throws Exception {
        DumpId old = export();
        DumpId bad = export();
        world.first.refused = "manifest.json";
        assertThat(world.withdraw(bad, true).failed()).containsOnlyKeys(world.first);
        assertThat(world.first.objects.keySet()).noneMatch(key -> key.contains(bad.fileStem()));
        assertThat(PublishedWorld.latest(world.first)).contains(bad);

        world.first.refused = "";
        world.prune();

        assertThat(PublishedWorld.latest(world.first)).contains(old);
    }

    @Test
    void aWithdrawnDumpIsNotDeliveredToADestinationThatWasUnavailable() throws Exception {
        world.spooled = true;
        world.second.away = true;
        DumpId bad = export();
        world.withdraw(bad, false);
        world.second.away = false;

        assertThat(world.resume().everywhere()).isTrue();

        assertThat(world.second.objects.keySet()).noneMatch(key -> key.contains(bad.fileStem()));
        assertThat(PublishedWorld.latest(world.second)).isEmpty();
    }

    @Test
    void aDumpThatAnotherMachineWithdrewIsNotDelivered(@TempDir Path machine) throws Exception {
        world.spooled = true;
        world.second.away = true;
        DumpId bad = export();
        PublishedWorld other = new PublishedWorld(machine);
        other.spooled = true;
        other.first.objects.putAll(world.first.objects);
        other.second.away = true;
        other.withdraw(bad, true);
        world.first.objects.clear();
        world.first.objects.putAll(other.first.objects);
        world.second.away = false;

        world.resume();
        world.export();

        assertThat(PublishedWorld.manifests(world.second)).doesNotContain(bad);
        assertThat(world.second.objects.keySet()).noneMatch(key -> key.contains(bad.fileStem()));
    }

    @Test
    void aDumpWaitsWhileADestinationCannotSayWhetherItIsWithdrawn() throws Exception {
        world.second.away = true;
        DumpId dump = export();
        world.second.away = false;
        world.first.away = true;

        world.resume();

        assertThat(PublishedWorld.manifests(world.second)).doesNotContain(dump);
        world.first.away = false;
        assertThat(world.resume().everywhere()).isTrue();
        assertThat(PublishedWorld.latest(world.second)).contains(dump);
    }

    @Test
    void aWithdrawalRemovesPartsWithoutAManifest() throws Exception {
        DumpId dump = export();
        world.second.objects.remove(dump + "/manifest.json");

        world.withdraw(dump, true);

        assertThat(world.second.objects.keySet()).noneMatch(key -> key.contains(dump.fileStem()));
        assertThat(world.second.objects).containsKey(dump + "/withdrawn.json");
    }

    @Test
    void aDamagedManifestDoesNotProtectADump() throws Exception {
        DumpId dump = export();
        rewrite(manifest(dump), "{");
        world.first.objects.put(dump + "/manifest.json", new byte[0]);

        assertThat(world.withdraw(dump, true).shortfall()).isEmpty();

        assertThat(manifest(dump)).doesNotExist();
        for (var bucket : List.of(world.first, world.second)) {
            assertThat(bucket.objects.keySet()).noneMatch(key -> key.contains(dump.fileStem()));
        }
    }

    @Test
    @SuppressWarnings("try") // the lock is held, not used
    void aWithdrawalDoesNotWaitForAnExport() throws Exception {
        DumpId dump = export();
        try (Destinations places = world.places();
                Workspace.Lock running = places.workspace().lock("journals")) {
            assertThat(world.withdraw(dump, false).shortfall()).isEmpty();
        }
        assertThat(PublishedWorld.manifests(world.first)).isEmpty();
    }

    @Test
    void aDamagedDumpIsNeverAReasonToDeleteAnother() throws Exception {
        world.keys = "";
        DumpId good = export();
        DumpId damaged = export();
        rewrite(manifest(damaged), "{\"format_version\": 1,");
        world.keys = "keep: {last: 1, grace: 0s}\n";

        Upkeep.Pruned pruned = world.prune();

        assertThat(manifest(good)).exists();
        assertThat(pruned.skipped()).singleElement().asString().contains(damaged.toString(), "damaged");
        try (LocalDirectory home = world.directory()) {
            assertThat(PublishedWorld.latest(home)).contains(good);
        }
    }

    @Test
    void aForgedManifestDatedInTheFutureDeletesNothing() throws Exception {
        DumpId good = export();
        Path planted = Files.createDirectories(world.root.resolve("journals/2099-01-01T000000Z"));
        Files.writeString(planted.resolve("manifest.json"), "");
        world.first.objects.put("journals/2099-01-01T000000Z/manifest.json", new byte[0]);

        DumpId next = export();
        world.keys = "keep: {last: 1, grace: 0s}\n";
        world.prune();

        assertThat(manifest(next)).exists();
        assertThat(PublishedWorld.latest(world.first)).contains(next);
        assertThat(manifest(good)).doesNotExist();
    }

    @Test
    void anUnreadableManifestDoesNotKeepOtherDumpsFromBeingPruned() throws Exception {
        world.keys = "";
        DumpId damaged = export();
        DumpId old = export();
        DumpId newest = export();
        world.first.objects.put(damaged + "/manifest.json", "{".getBytes(StandardCharsets.UTF_8));
        world.keys = "keep: {last: 1, grace: 0s}\n";

        world.prune();

        assertThat(PublishedWorld.manifests(world.first)).containsExactlyInAnyOrder(damaged, newest);
        assertThat(PublishedWorld.manifests(world.second))
                .containsExactly(newest)
                .doesNotContain(old);
    }

    @Test
    void aSupersededDumpIsKeptForTheGracePeriod() throws Exception {
        world.keys = "keep: {last: 1, grace: 365d}\n";
        world.now = Instant.now().minus(Duration.ofHours(5));
        DumpId first = export();
        DumpId second = export();
        world.prune();
        assertThat(PublishedWorld.manifests(world.first)).contains(first, second);
    }

    @Test
    void aDumpPrunedWhileADestinationWasUnavailableDoesNotReturn() throws Exception {
        world.spooled = true;
        world.keys = "keep: {last: 1, grace: 0s}\n";
        world.second.away = true;
        DumpId pruned = export();
        DumpId newest = export();
        assertThat(PublishedWorld.manifests(world.first)).containsExactly(newest);
        world.second.away = false;

        world.resume();

        assertThat(PublishedWorld.manifests(world.second))
                .containsExactly(newest)
                .doesNotContain(pruned);
        assertThat(PublishedWorld.manifests(world.first)).containsExactly(newest);
    }

    @Test
    void linksAreUpdatedBeforeTheirTargetsAreDeleted() throws Exception {
        world.keys = "";
        DumpId named = export();
        // The process dies after the dump appeared and before the links are updated.
        byte[] latest = Files.readAllBytes(world.root.resolve("journals/latest.json"));
        byte[] links = Files.readAllBytes(world.root.resolve("links.json"));
        DumpId newest = export();
        Files.write(world.root.resolve("journals/latest.json"), latest);
        Files.write(world.root.resolve("links.json"), links);
        world.second.away = true;
        world.keys = "keep: {last: 1, grace: 0s}\n";

        assertThat(world.prune().failures()).hasSize(1);

        assertThat(manifest(named)).doesNotExist();
        try (LocalDirectory home = world.directory()) {
            assertThat(PublishedWorld.latest(home)).contains(newest);
        }
        assertThat(Files.readString(world.root.resolve("links.json"))).contains(newest.stamp());
    }

    @Test
    void theGateRefusesIfThePreviousDumpCannotBeReadAnywhere() throws Exception {
        world.toSecond = false;
        DumpId dump = export();
        rewrite(manifest(dump), "");
        world.first.refused = "manifest.json";
        Files.delete(world.root.resolve("journals").resolve(DirectoryMemory.FILE_NAME));
        world.documents = 1;

        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> world.export())
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.GATE))
                .satisfies(e -> assertThat(e.hint()).contains("--accept-shrink"));
        world.first.refused = "";
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> world.export())
                .withMessageContaining("documents fell from 20 to 1");
        assertThat(world.export(new GateOverrides(false, true, false, Set.of()))
                        .manifest()
                        .documents())
                .isEqualTo(1);
    }

    @Test
    void aDumpComparedWithNothingDoesNotFollowADumpThatTheGateHasNotSeen(@TempDir Path lost) throws Exception {
        world.spooled = true;
        DumpId full = export();
        PublishedWorld fresh = new PublishedWorld(lost);
        fresh.spooled = true;
        fresh.now = world.now;
        fresh.documents = 1;
        fresh.first.objects.putAll(world.first.objects);
        fresh.first.away = true;
        fresh.export();
        fresh.first.away = false;

        assertThat(fault(fresh.resume())).isEqualTo(Fault.GATE);

        assertThat(PublishedWorld.latest(fresh.first)).contains(full);
    }

    @Test
    void aRejectedManifestChangesNothingPublic() throws Exception {
        DumpId dump = export();
        var before = List.copyOf(world.first.objects.keySet());
        world.first.refused = "manifest.json";

        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> world.catalog())
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.DESTINATION_REFUSED));

        assertThat(world.first.objects.keySet()).containsExactlyElementsOf(before);
        assertThat(PublishedWorld.latest(world.first)).contains(dump);
    }
}
