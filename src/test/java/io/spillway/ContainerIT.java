package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Builds and runs the image of the Dockerfile as {@code .ci/container} does, with whatever container tool this machine
 * has.
 */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class ContainerIT {
    /** The script's exit code if it has no tool to build or run an image. */
    private static final int SKIPPED = 77;

    @Test
    void theImageRunsTheDaemonUnprivilegedOnAReadOnlyRootAndStopsInTime() throws Exception {
        Process script = new ProcessBuilder("bash", Path.of(".ci/container").toString())
                .redirectErrorStream(true)
                .start();
        script.getOutputStream().close();
        String said = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exitCode = script.waitFor();

        assumeTrue(exitCode != SKIPPED, said);
        assertThat(exitCode).as(said).isZero();
        assertThat(said).contains("healthy after", "ended by SIGTERM");
    }
}
