package io.spillway.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateDatabaseTest {
    @TempDir
    private Path folder;

    @Test
    void aDatabaseThatDoesNotAnswerIsRetried() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        SpillwayException e = catchThrowableOfType(
                SpillwayException.class,
                () -> StateDatabase.shared(new DaemonOptions.SharedDatabase(
                        "jdbc:postgresql://127.0.0.1:%d/spillway".formatted(port), "spillway", null)));
        assertThat(e.fault()).isEqualTo(Fault.STATE_UNAVAILABLE);
        assertThat(e.fault().exitCode()).isEqualTo(50);
        assertThat(e.fault().retry()).isEqualTo(Fault.Retry.BACKOFF);
    }

    @Test
    void aDamagedDatabaseNeedsAnOperator() throws Exception {
        Files.writeString(folder.resolve("state.mv.db"), "not a database".repeat(1000));
        SpillwayException e = catchThrowableOfType(SpillwayException.class, () -> StateDatabase.inFolder(folder));
        assertThat(e.fault()).isEqualTo(Fault.CONFIG);
    }
}
