package io.spillway.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class StateDatabaseTest {
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
}
