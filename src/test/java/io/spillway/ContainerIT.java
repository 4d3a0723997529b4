package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The image of the Dockerfile, built and run as {@code .ci/container} says, by whatever this machine has for that. */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class ContainerIT {
    /** How the script says that it has nothing to build or run an image with. */
    private static final int SKIPPED = 77;

    @Test
    void theImageRunsTheDaemonAsNobodyOnAReadOnlyRootAndEndsInTime() throws Exception {
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
