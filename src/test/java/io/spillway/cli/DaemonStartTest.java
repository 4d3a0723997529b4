package io.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.support.CommandRun;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DaemonStartTest {
    /** A signal interrupts the thread that opens the state. */
    @Test
    void aSignalDuringTheStartIsACancellationAndNoFaultOfTheState(@TempDir Path folder) throws Exception {
        Path schedules = Files.createDirectory(folder.resolve("schedules"));
        Files.writeString(schedules.resolve("a.yaml"), """
                dataset: a
                source: {elasticsearch: "http://localhost:1", index: i}
                destinations: [{directory: "%s"}]
                schedule: {cron: '0 0 0 29 2 ? 2096'}
                """.formatted(folder.resolve("dumps")));

        Thread.currentThread().interrupt();
        CommandRun run = CommandRun.of(
                "daemon",
                schedules.toString(),
                "--state",
                folder.resolve("state").toString(),
                "--listen",
                "127.0.0.1:0");
        Thread.interrupted();

        assertThat(run.exitCode()).as(run.err()).isEqualTo(130);
        assertThat(run.err()).contains("cancelled").doesNotContain("cannot be used");
    }
}
