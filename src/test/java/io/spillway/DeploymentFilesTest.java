package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.spillway.support.NpmPackages;
import io.spillway.support.Tool;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples for systemd and Kubernetes work as they are. */
class DeploymentFilesTest {
    private static final Path DEPLOY = Path.of("docs", "deploy");
    private static final Path VERIFIER = Path.of("/usr/bin/systemd-analyze");

    private static List<JsonNode> documents(String file) throws Exception {
        YAMLMapper yaml = new YAMLMapper();
        try (var values = yaml.readerFor(JsonNode.class)
                .<JsonNode>readValues(DEPLOY.resolve(file).toFile())) {
            return new ArrayList<>(values.readAll());
        }
    }

    private static JsonNode last(String file) throws Exception {
        List<JsonNode> all = documents(file);
        return all.get(all.size() - 1);
    }

    private static JsonNode pod(String file) throws Exception {
        JsonNode spec = last(file).path("spec");
        return (spec.has("jobTemplate") ? spec.at("/jobTemplate/spec") : spec).at("/template/spec");
    }

    @Test
    void theUnitPassesTheVerifierOfSystemd(@TempDir Path folder) throws Exception {
        assumeTrue(Files.isExecutable(VERIFIER));
        Path unit = folder.resolve("spillway.service");
        // The verifier checks that the program exists.
        Files.writeString(
                unit, Files.readString(DEPLOY.resolve("spillway.service")).replace("/usr/bin/java", "/bin/true"));
        Process process = new ProcessBuilder(VERIFIER.toString(), "verify", "--man=no", unit.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        assertThat(said.lines().filter(line -> line.contains("spillway.service")))
                .isEmpty();
    }

    @Test
    void theDockerfileNamesCompleteVersions() throws Exception {
        List<String> images = Files.readAllLines(Path.of("Dockerfile")).stream()
                .filter(line -> line.startsWith("FROM "))
                .map(line -> line.split(" ", -1)[1])
                .toList();

        assertThat(images).hasSize(2);
        assertThat(images.get(0)).matches("maven:\\d+\\.\\d+\\.\\d+-eclipse-temurin-\\d+.*");
        assertThat(images.get(1)).matches("eclipse-temurin:\\d+\\.\\d+\\.\\d+_\\d+-jre.*");
    }

    @Test
    void theDocumentedCommandsPinTheImagesByDigest(@TempDir Path folder) throws Exception {
        String page = Files.readString(Path.of("docs", "security.md"));
        int start = page.indexOf("cp Dockerfile Dockerfile.pinned");
        String commands = page.substring(start, page.indexOf("```", start));
        Files.copy(Path.of("Dockerfile"), folder.resolve("Dockerfile"));
        Path docker = folder.resolve("docker");
        Files.writeString(docker, """
                #!/bin/sh
                case "$1 $2" in
                  "image inspect") echo "${5%%:*}@sha256:$(printf %s "$5" | sha256sum | cut -c 1-64)";;
                  "build "*) echo "build $*";;
                esac
                """);
        assertThat(docker.toFile().setExecutable(true)).isTrue();
        ProcessBuilder bash = new ProcessBuilder("bash", "-eu", "-c", commands)
                .directory(folder.toFile())
                .redirectErrorStream(true);
        bash.environment().merge("PATH", folder.toString(), (path, own) -> own + ":" + path);
        Process process = bash.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(output).isZero();
        List<String> before = Files.readAllLines(Path.of("Dockerfile"));
        List<String> after = Files.readAllLines(folder.resolve("Dockerfile.pinned"));
        assertThat(after).hasSameSizeAs(before);
        for (int i = 0; i < before.size(); i++) {
            assertThat(after.get(i).replaceFirst("@sha256:[0-9a-f]{64}", "")).isEqualTo(before.get(i));
            assertThat(after.get(i).contains("@sha256:"))
                    .isEqualTo(before.get(i).startsWith("FROM "));
        }
        assertThat(output).contains("build -f Dockerfile.pinned");
    }

    @Test
    void everyFileThatTheUnitNeedsIsCreatedByAnEarlierStep() throws Exception {
        String steps = Files.readString(Path.of("docs", "operations.md"));
        String unit = Files.readString(DEPLOY.resolve("spillway.service"));
        int enabled = steps.indexOf("systemctl enable --now spillway");
        assertThat(enabled).isPositive();
        for (String path : List.of(
                "/etc/spillway/secrets/elasticsearch-api-key",
                "/etc/spillway/environment",
                "/etc/spillway/schedules",
                "/opt/spillway/spillway.jar",
                "/opt/spillway/classes.jsa",
                "/srv/dumps")) {
            assertThat(unit).contains(path);
            assertThat(steps.substring(0, enabled)).contains(path);
        }
    }

    /** {@link ClassArchiveIT} proves that these options are harmless. */
    @Test
    void imageAndUnitUseTheArchiveOfClassesThatTheirInstallationCreates() throws Exception {
        String unit = Files.readString(DEPLOY.resolve("spillway.service")).replaceAll("\\\\\n *", "");
        String image = Files.readString(Path.of("Dockerfile"));
        for (String file : List.of(unit, image)) {
            assertThat(file).contains(String.join(" ", ClassArchiveIT.options("/opt/spillway/classes.jsa")));
        }
        String creates = "java -XX:ArchiveClassesAtExit=/opt/spillway/classes.jsa -Xlog:disable"
                + " -jar /opt/spillway/spillway.jar check /";
        assertThat(Files.readString(Path.of("docs", "operations.md"))).contains(creates);
        // Before the user that the container runs as: it must not be able to change the archive.
        assertThat(image.substring(0, image.indexOf("USER 10001"))).contains(creates);
    }

    @Test
    void theUnitDoesNotRestartAfterAFaultThatNeedsAPerson() throws Exception {
        assertThat(Files.readString(DEPLOY.resolve("spillway.service"))).contains("RestartPreventExitStatus=2 3 40\n");
    }

    @Test
    void onlyOneReplicaUsesTheClaims() throws Exception {
        JsonNode spec = last("deployment.yaml").path("spec");
        assertThat(spec.path("replicas").intValue()).isEqualTo(1);
        assertThat(spec.at("/strategy/type").textValue()).isEqualTo("Recreate");
    }

    @Test
    void everyClaimOfTheDeploymentIsDefinedInItsFile() throws Exception {
        List<String> made = documents("deployment.yaml").stream()
                .filter(each -> each.path("kind").textValue().equals("PersistentVolumeClaim"))
                .map(each -> each.at("/metadata/name").textValue())
                .toList();
        assertThat(pod("deployment.yaml").path("volumes").findValuesAsText("claimName"))
                .isNotEmpty()
                .isSubsetOf(made);
    }

    /** The objects are checked as {@code kubectl apply} does: a field that the schema does not have is wrong. */
    private static Tool.Result kubernetes(Path folder, List<JsonNode> objects) throws Exception {
        Path node = Tool.require("node", "nodejs");
        Path packages = NpmPackages.file("kubernetes-models/package.json")
                .getParent()
                .getParent()
                .getParent();
        Path file = folder.resolve("objects.json");
        new JsonMapper().writeValue(file.toFile(), objects);
        String script =
                Path.of("src", "test", "npm", "kubernetes.cjs").toAbsolutePath().toString();
        return Tool.run(folder, List.of(node.toString(), script, packages.toString(), file.toString()));
    }

    @Tag("slow")
    @ParameterizedTest
    @ValueSource(strings = {"deployment.yaml", "cronjob.yaml"})
    void theObjectsFollowTheSchemasOfKubernetes(String file, @TempDir Path folder) throws Exception {
        List<JsonNode> objects = documents(file);
        Tool.Result result = kubernetes(folder, objects);
        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(result.output()).contains(objects.size() + " objects, 0 problems");
    }

    @Tag("slow")
    @ParameterizedTest
    @CsvSource({
        "replicas, replica, additional properties",
        "containerPort, port, required property 'containerPort'",
        "100Gi, 100 GB, format",
        "Recreate, Restart, allowed values",
        "periodSeconds: 30, periodSeconds: often, must be integer",
    })
    void anObjectThatKubernetesRejectsIsFound(String from, String to, String problem, @TempDir Path folder)
            throws Exception {
        String text = Files.readString(DEPLOY.resolve("deployment.yaml")).replace(from, to);
        List<JsonNode> objects;
        try (var values = new YAMLMapper().readerFor(JsonNode.class).<JsonNode>readValues(text)) {
            objects = values.readAll();
        }
        Tool.Result result = kubernetes(folder, objects);
        assertThat(result.exitCode()).isNotZero();
        assertThat(result.output()).contains(problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"deployment.yaml", "cronjob.yaml"})
    void aReadOnlyRootHasAWritableStateAndEveryMountHasAVolume(String file) throws Exception {
        JsonNode container = pod(file).at("/containers/0");
        assertThat(container.at("/securityContext/readOnlyRootFilesystem").booleanValue())
                .isTrue();
        List<String> mounts = container.path("volumeMounts").findValuesAsText("mountPath");
        assertThat(mounts).contains("/var/lib/spillway", "/tmp", "/srv/dumps");
        List<String> volumes = new ArrayList<>();
        pod(file)
                .path("volumes")
                .forEach(volume -> volumes.add(volume.path("name").textValue()));
        assertThat(container.path("volumeMounts").findValuesAsText("name")).isSubsetOf(volumes);
        assertThat(container.path("env").toString())
                .contains("{\"name\":\"SPILLWAY_STATE\",\"value\":\"/var/lib/spillway\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"deployment.yaml", "cronjob.yaml"})
    void theImageNamesARegistryAndAVersion(String file) throws Exception {
        assertThat(pod(file).at("/containers/0/image").textValue()).matches("[a-z.]+\\.[a-z]+/spillway:[0-9.]+");
        assertThat(Files.readString(DEPLOY.resolve(file))).contains("Replace before use: the image");
    }
}
