package io.spillway.support;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A version of Spark with its libraries, and the adapter {@code spillway-spark.jar}. Maven builds the one and fetches the
 * other with {@code src/spark/pom.xml} when a test first needs them; tests are skipped, visibly, where it cannot.
 *
 * @param version of Spark
 * @param scala   the version of Scala that it was compiled with
 * @param java    the home of the JDK that runs it
 */
public record Spark(String version, String scala, Path java) {
    private static final Path FOLDER = Path.of("target", "spark").toAbsolutePath();
    private static final String COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy-dependencies";
    private static final String OLDEST = "3.5.6";
    private static final int OLDEST_JAVA = 17;
    private static final int NEWEST_JAVA_OF_OLDEST = 23;
    private static final Pattern RELEASE = Pattern.compile("(?m)^JAVA_VERSION=\"(\\d+)");
    private static final int MAVEN_MINUTES = 10;
    /** The versions that the tests run, each with Scala's, Jackson's and SLF4J's. */
    private static final Map<String, List<String>> VERSIONS =
            Map.of(OLDEST, List.of("2.12", "2.15.2", "2.0.7"), "4.2.0", List.of("2.13", "2.21.2", "2.0.17"));
    /** Why a version is missing, or the empty text. */
    private static final Map<String, String> FETCHED = new ConcurrentHashMap<>();

    /**
     * This version on the JDK of the tests, or on that in {@code -Dspillway.spark.java}; skips the test where Maven cannot
     * fetch it, or no JDK that runs it is installed.
     */
    public static Spark version(String version) {
        require(version);
        return new Spark(version, VERSIONS.get(version).get(0), java(version));
    }

    /** Hadoop's libraries in Spark 3.5 use what Java 24 has removed; another JDK runs it there. */
    private static Path java(String version) {
        Path own = Path.of(System.getProperty("spillway.spark.java", System.getProperty("java.home")));
        if (!version.equals(OLDEST) || feature(own) <= NEWEST_JAVA_OF_OLDEST) {
            return own;
        }
        try (Stream<Path> others = Files.list(Path.of("/usr/lib/jvm"))) {
            return others.filter(home -> feature(home) >= OLDEST_JAVA && feature(home) <= NEWEST_JAVA_OF_OLDEST)
                    .findFirst()
                    .orElseGet(() -> Assumptions.abort("no JDK of 17 to 23 for Spark " + version + " in /usr/lib/jvm"));
        } catch (IOException e) {
            return Assumptions.abort("no JDK of 17 to 23 for Spark " + version + ": " + e);
        }
    }

    /** The version of the JDK in a folder; 0 if there is none. */
    private static int feature(Path home) {
        try {
            Matcher version = RELEASE.matcher(Files.readString(home.resolve("release")));
            return version.find() ? Integer.parseInt(version.group(1)) : 0;
        } catch (IOException none) {
            return 0;
        }
    }

    /** A SPARK_HOME that has only the libraries. */
    public Path home() {
        return FOLDER.resolve(version);
    }

    /** The adapter, compiled with the oldest version. */
    public static Path adapter() {
        require(OLDEST);
        return FOLDER.resolveSibling("spillway-spark.jar");
    }

    /** A folder with an older version of Amazon's SDK for S3 and its libraries; skips the test where Maven cannot fetch it. */
    public static Path olderSdk() {
        Path jars = FOLDER.resolve("older-sdk");
        String missing = FETCHED.computeIfAbsent(
                "older-sdk",
                name -> maven(
                        name,
                        "-f",
                        Path.of("src/test/resources/older-sdk/pom.xml")
                                .toAbsolutePath()
                                .toString(),
                        COPY,
                        "-Dmdep.overWriteReleases=false",
                        "-DoutputDirectory=" + jars));
        Assumptions.assumeTrue(missing.isEmpty(), () -> "cannot fetch an older SDK: " + missing);
        return jars;
    }

    private static void require(String version) {
        String missing = FETCHED.computeIfAbsent(version, Spark::fetch);
        Assumptions.assumeTrue(missing.isEmpty(), () -> "cannot fetch Spark " + version + ": " + missing);
    }

    /**
     * The command of Spark's own launcher for a class: {@code org.apache.spark.deploy.SparkSubmit} and its arguments.
     *
     * @param home the SPARK_HOME, in which workers keep files: {@link #home}, or a folder that has a link to its libraries
     */
    public ProcessBuilder command(Path home, String... arguments) throws IOException, InterruptedException {
        List<String> launcher = new ArrayList<>(List.of(
                java.resolve("bin/java").toString(),
                "-cp",
                home().resolve("jars") + "/*",
                "org.apache.spark.launcher.Main"));
        launcher.addAll(List.of(arguments));
        Process process = environment(new ProcessBuilder(launcher), home)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(printed).isZero();
        // An empty line, and then the words of the command, each with a NUL behind it.
        List<String> command = Stream.of(printed.split("[\\x00\\n]"))
                .filter(word -> !word.isEmpty())
                .toList();
        return environment(new ProcessBuilder(command), home);
    }

    private ProcessBuilder environment(ProcessBuilder builder, Path home) {
        builder.environment()
                .putAll(Map.of(
                        "JAVA_HOME",
                        java.toString(),
                        "SPARK_HOME",
                        home.toString(),
                        "SPARK_SCALA_VERSION",
                        scala,
                        "SPARK_LOCAL_IP",
                        "127.0.0.1"));
        return builder;
    }

    /** Builds the adapter and copies the libraries. Returns the empty text, or what failed. */
    private static String fetch(String version) {
        List<String> parts = VERSIONS.get(version);
        List<String> arguments = new ArrayList<>(List.of(
                "-f",
                Path.of("src", "spark", "pom.xml").toAbsolutePath().toString(),
                "package",
                COPY,
                "-Dspark.version=" + version,
                "-Dscala.version=" + parts.get(0),
                "-Dspark.jackson.version=" + parts.get(1),
                "-Dspark.slf4j.version=" + parts.get(2),
                "-Dmdep.overWriteReleases=false",
                "-DoutputDirectory=" + FOLDER.resolve(version).resolve("jars")));
        if (!version.equals(OLDEST)) {
            // Proves that the sources compile with it, too.
            arguments.add("-Dspark.jar.folder=" + FOLDER.resolve("build-" + version));
        }
        return maven(version, arguments.toArray(String[]::new));
    }

    /** Runs Maven, with a log of this name. Returns the empty text, or what failed. */
    private static String maven(String name, String... arguments) {
        String maven = System.getProperty("spillway.maven.home");
        List<String> command = new ArrayList<>(List.of(maven == null ? "mvn" : maven + "/bin/mvn", "-B", "-q"));
        command.addAll(List.of(arguments));
        String repository = System.getProperty("spillway.maven.repository");
        if (repository != null) {
            command.add("-Dmaven.repo.local=" + repository);
        }
        try {
            Path log = Files.createDirectories(FOLDER).resolve("maven-" + name + ".log");
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            if (!process.waitFor(MAVEN_MINUTES, TimeUnit.MINUTES)) {
                process.destroyForcibly().waitFor();
                return "no end within " + MAVEN_MINUTES + " minutes";
            }
            String output = Files.readString(log);
            // A source that does not compile is not a library that cannot be fetched.
            assertThat(output).doesNotContain("COMPILATION ERROR");
            return process.exitValue() == 0 ? "" : output.lines().findFirst().orElse("Maven failed");
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }
}
