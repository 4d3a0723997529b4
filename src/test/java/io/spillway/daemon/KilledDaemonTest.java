package io.spillway.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes, killed with SIGKILL in the middle of an export. */
@Timeout(180)
@Tag("slow")
class KilledDaemonTest {
    @TempDir
    private Path folder;

    @Test
    void anExportWhoseDaemonWasKilledRunsAgainAtTheNextStart() throws Exception {
        Schedules.folder(folder.resolve("schedules"), Schedules.FAR_AWAY, "d");
        Files.createFile(folder.resolve("now"));
        try (DaemonProcess killed = DaemonProcess.start(folder, null, "killed")) {
            assertThat(killed.nextWord()).isEqualTo("runs");
            assertThat(killed.nextWord()).isEqualTo("began");
            killed.kill();
        }
        try (DaemonProcess next = DaemonProcess.start(folder, null, "next")) {
            assertThat(next.nextWord()).isIn("runs", "began");
            assertThat(next.nextWord()).isIn("runs", "began", "published");
            assertThat(next.nextWord()).isIn("runs", "published");
            next.kill();
        }
        try (StateFolder state = StateFolder.open(folder.resolve("state"));
                StateDatabase database = StateDatabase.inFolder(state.path())) {
            DatasetState remembered =
                    new DatasetLog(database.connections(), "test").find("d").orElseThrow();
            assertThat(remembered.last().number()).isEqualTo(2);
        }
    }

    @Test
    void ofTwoDaemonsOneTakesOverTheExportOfTheKilledOne() throws Exception {
        Schedules.folder(folder.resolve("schedules"), Schedules.FAR_AWAY, "d");
        try (PostgresServer postgres = PostgresServer.start();
                DaemonProcess one = DaemonProcess.start(folder, postgres.url(), "one")) {
            assertThat(one.nextWord()).isEqualTo("runs");
            Files.createFile(folder.resolve("now"));
            try (DaemonProcess other = DaemonProcess.start(folder, postgres.url(), "other")) {
                assertThat(other.nextWord()).isEqualTo("runs");
                // The process that has it prints so. Either process picks up the trigger within five seconds.
                try (StateDatabase database =
                        StateDatabase.shared(new DaemonOptions.SharedDatabase(postgres.url(), null, null))) {
                    DatasetLog log = new DatasetLog(database.connections(), "test");
                    DaemonProcess runs = runner(one, other, log);
                    DaemonProcess idle = runs == one ? other : one;
                    assertThat(runs.nextWord()).isEqualTo("began");
                    runs.kill();

                    assertThat(idle.nextWord()).isEqualTo("began");
                    assertThat(idle.nextWord()).isEqualTo("published");
                    assertThat(log.find("d").orElseThrow().last().number()).isEqualTo(2);
                }
            }
        }
    }

    /** The process that started the run, as named in the state. */
    private static DaemonProcess runner(DaemonProcess one, DaemonProcess other, DatasetLog log) throws Exception {
        Optional<String> node = Optional.empty();
        while (node.isEmpty()) {
            node = log.find("d").map(DatasetState::last).map(DatasetState.Attempt::node);
            Thread.onSpinWait();
        }
        return node.get().contains("-" + one.pid() + "-") ? one : other;
    }
}
