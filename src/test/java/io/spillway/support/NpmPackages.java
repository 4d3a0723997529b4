package io.spillway.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * The npm packages for tests, in the versions and with the hashes of {@code src/test/npm/package-lock.json}, in {@code
 * target/npm}. Tests are skipped visibly if npm is missing or its registry does not answer.
 */
public final class NpmPackages {
    private static final Path LISTED = Path.of("src", "test", "npm");
    private static final Path INSTALLED = Path.of("target", "npm");
    private static final List<String> LISTS = List.of("package.json", "package-lock.json");

    private NpmPackages() {}

    /** A file of a package: {@code axe-core/axe.min.js}. Tests of other processes wait while one installs the packages. */
    public static synchronized Path file(String name) throws IOException, InterruptedException {
        Files.createDirectories(INSTALLED);
        try (FileChannel channel = FileChannel.open(
                        INSTALLED.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock held = channel.lock()) {
            assertThat(held.isValid()).isTrue();
            install();
        }
        Path file = INSTALLED.resolve("node_modules").resolve(name).toAbsolutePath();
        assertThat(file).exists();
        return file;
    }

    private static void install() throws IOException, InterruptedException {
        Path npm = Tool.require("npm", "npm");
        Path done = INSTALLED.resolve("installed.json");
        if (Files.exists(done) && Files.mismatch(done, LISTED.resolve("package-lock.json")) < 0) {
            return;
        }
        for (String list : LISTS) {
            Files.copy(LISTED.resolve(list), INSTALLED.resolve(list), StandardCopyOption.REPLACE_EXISTING);
        }
        Tool.Result result = Tool.run(
                INSTALLED,
                List.of(npm.toString(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-progress"));
        // Lists that contradict each other, and packages that differ from the list, are not temporary failures.
        assertThat(result.output()).doesNotContain("EUSAGE", "EINTEGRITY");
        Assumptions.assumeTrue(result.exitCode() == 0, "npm could not fetch the packages: " + result.output());
        Files.copy(LISTED.resolve("package-lock.json"), done, StandardCopyOption.REPLACE_EXISTING);
    }
}
