package io.spillway.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ChildEnvironmentTest {
    private final ProcessBuilder program = new ProcessBuilder("true");

    @Test
    void aProgramGetsTheUsualEnvironmentAndNoSecret() {
        program.environment()
                .putAll(Map.of(
                        "ELASTICSEARCH_API_KEY", "secret",
                        "AWS_SECRET_ACCESS_KEY", "secret",
                        "JAVA_TOOL_OPTIONS", "-Dpassword=secret",
                        "LC_ALL", "C.UTF-8",
                        "TZ", "UTC"));
        ChildEnvironment.limit(program);
        assertThat(program.environment())
                .containsEntry("LC_ALL", "C.UTF-8")
                .containsEntry("TZ", "UTC")
                .containsKey("PATH")
                .doesNotContainValue("secret")
                .doesNotContainKeys("ELASTICSEARCH_API_KEY", "AWS_SECRET_ACCESS_KEY", "JAVA_TOOL_OPTIONS");
    }

    @Test
    void theOperatorNamesAdditionalVariables() {
        program.environment()
                .putAll(Map.of(
                        ChildEnvironment.PASSED,
                        "KUBECONFIG, CHAT_ROOM",
                        "KUBECONFIG",
                        "k",
                        "CHAT_ROOM",
                        "r",
                        "OTHER",
                        "o"));
        ChildEnvironment.limit(program);
        assertThat(program.environment())
                .containsEntry("KUBECONFIG", "k")
                .containsEntry("CHAT_ROOM", "r")
                .doesNotContainKeys("OTHER", ChildEnvironment.PASSED);
    }
}
