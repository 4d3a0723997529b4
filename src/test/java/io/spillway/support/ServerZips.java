package io.spillway.support;

import io.spillway.destination.Digests;
import io.spillway.files.Folders;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * The servers that only tests need. Maven fetches each zip to the local repository when a test first needs it, and the zip
 * has to have the checksum in the resource {@code servers.sha256}. Not part of the pom, because a server that cannot be
 * fetched then ends the build, and some repositories have no checksum files for some of them.
 */
final class ServerZips {
    private static final String UNPACK = "org.apache.maven.plugins:maven-dependency-plugin:3.11.0:unpack";
    private static final Path FOLDER =
            Path.of(System.getProperty("spillway.servers", "target/servers")).toAbsolutePath();
    private static final int FETCH_MINUTES = 10;
    /** Why a server is missing, or the empty text, by its name. */
    private static final Map<String, String> FETCHED = new ConcurrentHashMap<>();

    private ServerZips() {}

    /** The unpacked server of this name; skips the test, visibly, where it cannot be fetched. */
    static Path home(String name) {
        Path home = FOLDER.resolve(name);
        if (!Files.isDirectory(home)) {
            String missing = FETCHED.computeIfAbsent(name, ServerZips::fetch);
            Assumptions.assumeTrue(missing.isEmpty(), "cannot fetch " + name + ": " + missing);
        }
        return home;
    }

    /** Fetches and unpacks a server. Returns the empty text, or what failed. */
    private static String fetch(String name) {
        String product = name.replaceFirst("-.*", "");
        String version = name.replaceFirst("^[^-]*-", "");
        String group = (product.equals("opensearch") ? "org.opensearch" : "org.elasticsearch")
                + ".distribution.integ-test-zip";
        Path repository = Path.of(
                System.getProperty("spillway.maven.repository", System.getProperty("user.home") + "/.m2/repository"));
        Path zip = repository
                .resolve(group.replace('.', '/'))
                .resolve(product)
                .resolve(version)
                .resolve(name + ".zip");
        try {
            Path work = Files.createTempDirectory(Files.createDirectories(FOLDER), ".fetching-");
            try {
                String problem = maven(
                        work,
                        "-Dartifact=" + group + ":" + product + ":" + version + ":zip",
                        "-DoutputDirectory=" + work,
                        "-Dmaven.repo.local=" + repository);
                if (problem.isEmpty() && !checksums().contains(sha256(zip) + "  " + name + ".zip")) {
                    problem = zip + " does not have the checksum in servers.sha256";
                }
                if (problem.isEmpty()) {
                    Files.move(work.resolve(name), FOLDER.resolve(name));
                }
                return problem;
            } finally {
                Folders.remove(work);
            }
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    /** Runs Maven outside the project, whose options require a checksum file. Returns what failed, or the empty text. */
    private static String maven(Path work, String... options) throws IOException, InterruptedException {
        String home = System.getProperty("spillway.maven.home");
        List<String> command = new ArrayList<>(List.of(home == null ? "mvn" : home + "/bin/mvn", "-B", "-q", UNPACK));
        command.addAll(List.of(options));
        Path log = work.resolve("maven.log");
        Process maven = new ProcessBuilder(command)
                .directory(work.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!maven.waitFor(FETCH_MINUTES, TimeUnit.MINUTES)) {
            maven.destroyForcibly().waitFor();
            return "no end within " + FETCH_MINUTES + " minutes";
        }
        return maven.exitValue() == 0
                ? ""
                : Files.readString(log).lines().findFirst().orElse("Maven ended with " + maven.exitValue());
    }

    private static List<String> checksums() throws IOException {
        try (InputStream in = ServerZips.class.getResourceAsStream("/servers.sha256")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    private static String sha256(Path file) throws IOException {
        MessageDigest digest = Digests.sha256();
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
