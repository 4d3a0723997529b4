package io.spillway.integrations;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;

/** Express with express-rate-limit, which npm fetches once into target/, in the versions of the lock file. */
@Tag("slow")
class ExpressTest extends NoticeContract {
    private static final Path PACKAGES = Path.of("src", "test", "resources", "integrations", "express");
    private static final Path WORK =
            Path.of("target", "integrations", "express").toAbsolutePath();

    @Override
    List<String> command() throws Exception {
        Assumptions.assumeTrue(Installed.ends(List.of("node", "--version")), "no Node.js: install Debian's nodejs");
        Assumptions.assumeTrue(Installed.ends(List.of("npm", "--version")), "no npm: install Debian's npm");
        fetchPackages();
        for (String file : List.of("example.mjs", "spillway-notices.mjs")) {
            Files.copy(
                    Installed.EXAMPLES.resolve("express").resolve(file),
                    WORK.resolve(file),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        return List.of("node", WORK.resolve("example.mjs").toString());
    }

    private static void fetchPackages() throws IOException, InterruptedException {
        Path lock = PACKAGES.resolve("package-lock.json");
        Path done = WORK.resolve("package-lock.done");
        if (Files.exists(done) && Files.mismatch(lock, done) < 0) {
            return;
        }
        Files.createDirectories(WORK);
        for (String file : List.of("package.json", "package-lock.json")) {
            Files.copy(PACKAGES.resolve(file), WORK.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        try {
            Installed.run(WORK, List.of("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"));
        } catch (IOException e) {
            Assumptions.abort("npm could not fetch express: " + e.getMessage());
        }
        Files.copy(lock, done, StandardCopyOption.REPLACE_EXISTING);
    }
}
