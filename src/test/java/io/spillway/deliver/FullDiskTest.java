package io.spillway.deliver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.spillway.catalog.Memory;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.manifest.Manifest;
import io.spillway.support.PublishedDumps;
import io.spillway.support.SmallDisk;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Removing dumps frees space, and must not need any. */
class FullDiskTest {
    private static final Instant TAKEN = Instant.parse("2026-11-21T03:00:00Z");

    @TempDir
    private Path folder;

    private SmallDisk disk;
    private LocalDirectory directory;
    private Manifest oldest;
    private Manifest newest;

    @BeforeEach
    void fill() throws Exception {
        disk = SmallDisk.mount(folder, "size=1m");
        directory = LocalDirectory.open(disk.root());
        PublishedDumps dumps = new PublishedDumps();
        oldest = dumps.publish(disk.root(), "journals", TAKEN, 1);
        newest = dumps.publish(disk.root(), "journals", TAKEN.plus(Duration.ofDays(1)), 1);
        directory.lock("journals").close();
        try (OutputStream filler = Files.newOutputStream(disk.root().resolve("filler"))) {
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> {
                while (true) {
                    filler.write(new byte[4096]);
                }
            });
        }
        assertThat(directory.usableBytes()).isZero();
    }

    @AfterEach
    void unmount() throws Exception {
        if (disk != null) {
            disk.close();
        }
    }

    private Pruner shelf() {
        return new Pruner(directory, "journals", Clock.systemUTC(), Memory.NONE);
    }

    private Pruner.Outcome prune() throws Exception {
        return shelf().prune(new Pruner.Keep(new Retention(1, 0, 0, 0, 0), Duration.ZERO), false, Pruner.Move.NONE);
    }

    private Withdrawals.Outcome withdraw(Manifest dump) throws Exception {
        return new Withdrawals(directory, false, List.of(), "journals", Clock.systemUTC())
                .withdraw(dump.id(), "wrong", true, place -> {});
    }

    @Test
    void aDumpIsPrunedOnAFullDisk() throws Exception {
        directory.lock("journals").close();
        assertThat(prune().removed()).extracting(Pruner.Removed::dump).containsExactly(oldest.dump());

        assertThat(disk.root().resolve(oldest.dump())).doesNotExist();
        assertThat(disk.root().resolve(newest.dump()).resolve("manifest.json")).exists();
        assertThat(directory.usableBytes()).isPositive();
    }

    @Test
    void aDumpIsWithdrawnWithItsFilesOnAFullDisk() throws Exception {
        assertThat(withdraw(newest).failed()).isEmpty();

        Path withdrawn = disk.root().resolve(newest.dump());
        assertThat(withdrawn.resolve("withdrawn.json")).content().contains("wrong");
        assertThat(withdrawn.toFile().list()).containsExactly("withdrawn.json");
    }

    @Test
    void aMarkThatLeadsOutOfTheFolderIsNotFollowed() throws Exception {
        Files.delete(disk.root().resolve("filler"));
        Path dump = disk.root().resolve(oldest.dump());
        Files.delete(dump.resolve("manifest.json"));
        Files.writeString(
                dump.resolve("removing.json"),
                "{\"dump\": \"%s\", \"files\": [\"../../keep\"]}".formatted(oldest.dump()));
        Path keep = Files.writeString(disk.root().resolve("keep"), "keep");

        assertThat(prune().skipped()).singleElement().asString().contains("removing.json");
        assertThat(keep).exists();
    }

    @Test
    void aNoticeThatLeadsOutOfTheFolderIsNotFollowed() throws Exception {
        Files.delete(disk.root().resolve("filler"));
        Path notice = disk.root().resolve(oldest.dump()).resolve("withdrawn.json");
        Files.writeString(
                notice,
                ("{\"dump\": \"%s\", \"reason\": \"r\", \"withdrawn_at\": \"2026-11-22T00:00:00Z\", \"documents\": 1,"
                                + " \"bytes\": 1, \"files\": [\"../../keep\"]}")
                        .formatted(oldest.dump()));

        Path keep = Files.writeString(disk.root().resolve("keep"), "keep");
        withdraw(oldest);
        assertThat(keep).exists();
    }
}
