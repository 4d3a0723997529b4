package io.spillway.destination.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The folder of a dump, and an archive that it is sent to. */
@Timeout(120)
abstract class PlacementCase {
    static final String STEM = "journals-2026-11-21T030000Z.";
    static final List<String> ORDER = List.of(
            "README.md", STEM + "00001.jsonl.gz", STEM + "00002.jsonl.gz", "SHA256SUMS", "urls.txt", "manifest.json");

    @TempDir
    Path temporary;

    ArchiveFixture archive;
    Path folder;

    @BeforeEach
    void start() throws IOException {
        archive = new ArchiveFixture(temporary);
        folder = Files.createDirectory(temporary.resolve("dump"));
        for (String name : ORDER) {
            Files.writeString(folder.resolve(name), (name + "\n").repeat(2_000));
        }
    }

    @AfterEach
    void stop() {
        archive.close();
    }

    final void place() throws SpillwayException {
        archive.open().place(folder, ArchiveFixture.DUMP, "manifest.json");
    }

    final SpillwayException failure(Fault fault) {
        List<SpillwayException> failures = new ArrayList<>();
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(this::place)
                .satisfies(failures::add);
        assertThat(failures.get(0).fault()).isEqualTo(fault);
        return failures.get(0);
    }

    /** The files that the archive has received, in order. */
    final List<String> names() {
        Predicate<String> ofItem = name -> name.startsWith(ArchiveFixture.ITEM + "/");
        return archive.stub.stored().stream()
                .filter(ofItem)
                .map(name -> name.substring(ArchiveFixture.ITEM.length() + 1))
                .collect(Collectors.toList());
    }

    static Duration total(List<Duration> pauses) {
        return pauses.stream().reduce(Duration.ZERO, Duration::plus);
    }
}
