package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands use an archive of classes, as docs/operations.md creates it, or do without it. */
class ClassArchiveIT {
    @TempDir
    static Path folder;

    private static Path jar;
    private static Path archive;

    /** The options that use an archive, as the Dockerfile and the unit have them. */
    static List<String> options(String file) {
        return List.of("-XX:SharedArchiveFile=" + file, "-Xlog:disable", "-Xlog:all=warning:stderr");
    }

    @BeforeAll
    static void createsTheArchive() throws Exception {
        Path built = Path.of(System.getProperty("spillway.jar", "target/spillway.jar"));
        Assumptions.assumeTrue(Files.isRegularFile(built), "no packaged jar at " + built + ": the build makes one");
        jar = Files.copy(built, folder.resolve("spillway.jar"));
        archive = folder.resolve("classes.jsa");
        Run run = run(List.of("-XX:ArchiveClassesAtExit=" + archive, "-Xlog:disable"), "--version");

        assertThat(run.exitCode()).isZero();
        assertThat(archive).isNotEmptyFile();
    }

    @Test
    void theJvmTakesClassesFromAnArchiveOfItsOwn() throws Exception {
        List<String> options = new ArrayList<>(options(archive.toString()));
        options.add("-Xlog:class+load:file=" + folder.resolve("loaded.txt"));
        assertHarmless(options);

        assertThat(Files.readAllLines(folder.resolve("loaded.txt")))
                .anyMatch(line -> line.contains("io.spillway.cli.Main ") && line.contains("shared objects file (top)"));
    }

    @Test
    void anArchiveOfAnotherJarDoesNoHarm() throws Exception {
        FileTime before = Files.getLastModifiedTime(jar);
        Files.setLastModifiedTime(jar, FileTime.from(Instant.EPOCH.plusSeconds(1_000_000_000)));
        try {
            assertHarmless(options(archive.toString()));
        } finally {
            Files.setLastModifiedTime(jar, before);
        }
    }

    @Test
    void anArchiveOfAnotherJvmDoesNoHarm() throws Exception {
        byte[] foreign = Files.readAllBytes(archive);
        String header = new String(foreign, 0, 4096, StandardCharsets.ISO_8859_1);
        int name = header.indexOf(" VM (");
        assertThat(name).as("the name and version of the JVM in the header").isPositive();
        foreign[name + " VM (".length()] ^= 1;

        assertHarmless(options(file("foreign.jsa", foreign)));
    }

    @Test
    void aFileThatIsNoArchiveDoesNoHarm() throws Exception {
        for (byte[] other : List.of(new byte[0], new byte[1 << 20])) {
            assertHarmless(options(file("other.jsa", other)));
        }
    }

    @Test
    void aTruncatedArchiveDoesNoHarmOnRecentJvms() throws Exception {
        Assumptions.assumeTrue(Runtime.version().feature() >= 25, "Java 17 crashes, as docs/operations.md says");
        byte[] whole = Files.readAllBytes(archive);
        for (int length : List.of(whole.length / 10, whole.length / 2)) {
            assertHarmless(options(file("truncated.jsa", Arrays.copyOf(whole, length))));
        }
    }

    @Test
    void aMissingArchiveDoesNoHarm() throws Exception {
        assertHarmless(options(folder.resolve("missing.jsa").toString()));
    }

    private static String file(String name, byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content).toString();
    }

    private static void assertHarmless(List<String> options) throws Exception {
        Run expected = run(List.of(), "--version");
        Run run = run(options, "--version");

        assertThat(run.exitCode()).isZero();
        assertThat(run.output()).isEqualTo(expected.output()).startsWith("spillway ");
    }

    /** A run to its end, and what it wrote to the standard output. */
    private record Run(int exitCode, String output) {}

    private static Run run(List<String> options, String... args) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-jar", jar.toString()));
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command)
                .redirectError(folder.resolve("errors.txt").toFile())
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), output);
    }
}
