package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code .ci/dependencies} says and how it ends, with a list of libraries that the test gives it in Maven's place. */
@Tag("slow")
class DependencyListTest {
    private static final Path SCRIPT = Path.of(".ci/dependencies").toAbsolutePath();

    @TempDir
    Path folder;

    @BeforeEach
    void lists() throws Exception {
        Assumptions.assumeTrue(
                new ProcessBuilder("sh", "-c", "command -v python3").start().waitFor() == 0, "no python3");
        maven("echo '[INFO]    org.example:parser:jar:1.10.0:compile'; echo '[INFO]    org.example:tests:jar:1:test'");
    }

    @Test
    void withoutAdvisoriesItListsVersionsAndReportsThatNothingWasChecked() throws Exception {
        Ended ended = run();

        assertThat(ended.exitCode()).isZero();
        assertThat(ended.output())
                .containsExactly(
                        "org.example:parser 1.10.0",
                        "vulnerabilities: not looked up, no advisories were given (see docs/security.md)");
    }

    @ParameterizedTest
    @CsvSource({"0,1.10.1,1", "1.9,1.10.1,1", "0,1.10.0,0", "1.11,2,0", "1.10.0-rc1,2,1"})
    void aLibraryThatAnAdvisoryNamesEndsWith1(String introduced, String fixed, int exitCode) throws Exception {
        Ended ended = run(advisories(advisory("org.example:parser", introduced, fixed)));

        assertThat(ended.exitCode()).isEqualTo(exitCode);
        assertThat(ended.output().contains("VULNERABLE org.example:parser 1.10.0: X-1 a hole"))
                .isEqualTo(exitCode == 1);
        assertThat(ended.output()).contains("vulnerabilities: " + exitCode + " known");
    }

    @Test
    void advisoriesInAFolderAreReadLikeThoseInAZipFile() throws Exception {
        Path all = Files.createDirectories(folder.resolve("all/maven"));
        Files.writeString(all.resolve("X-1.json"), advisory("org.example:parser", "0", "9"));

        assertThat(run(folder.resolve("all").toString()).exitCode()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"not JSON", "{}", "[]", "{\"id\":\"X-1\",\"affected\":[]}"})
    void unreadableAdvisoriesEndWith2(String content) throws Exception {
        Ended ended = run(advisories(content));

        assertThat(ended.exitCode()).isEqualTo(2);
        assertThat(String.join(" ", ended.output()))
                .contains("dependencies: ", "all.zip")
                .doesNotContain("Traceback");
    }

    @Test
    void missingOrInvalidAdvisoriesEndWith2() throws Exception {
        Path text = Files.writeString(folder.resolve("text"), "text");

        for (String missing : List.of(folder.resolve("none").toString(), text.toString())) {
            Ended ended = run(missing);
            assertThat(ended.exitCode()).isEqualTo(2);
            assertThat(String.join(" ", ended.output())).doesNotContain("Traceback");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"exit 1", "exit 0", "echo broken >&2; exit 1"})
    void aFailureOfMavenEndsWith2(String commands) throws Exception {
        maven(commands);

        Ended ended = run();

        assertThat(ended.exitCode()).isEqualTo(2);
        assertThat(ended.output())
                .contains("dependencies: Maven cannot list the libraries; run a build with a network once");
    }

    private record Ended(int exitCode, List<String> output) {}

    private Ended run(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("python3", SCRIPT.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().merge("PATH", folder.resolve("bin").toString(), (path, own) -> own + ":" + path);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), output.lines().toList());
    }

    private void maven(String commands) throws Exception {
        Path program = Files.createDirectories(folder.resolve("bin")).resolve("mvn");
        Files.writeString(program, "#!/bin/sh\n" + commands + "\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();
    }

    private static String advisory(String library, String introduced, String fixed) {
        return """
                {"id":"X-1","summary":"a hole","affected":[{"package":{"ecosystem":"Maven","name":"%s"},
                 "ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"%s"},{"fixed":"%s"}]}]}]}
                """.formatted(library, introduced, fixed);
    }

    private String advisories(String content) throws Exception {
        Path file = folder.resolve("all.zip");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.putNextEntry(new ZipEntry("X-1.json"));
            zip.write(content.getBytes(StandardCharsets.UTF_8));
        }
        return file.toString();
    }
}
