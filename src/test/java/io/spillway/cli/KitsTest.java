package io.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.support.PublishedDumps;
import io.spillway.support.Spillway;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Configurations for the notices of a directory. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class KitsTest {
    private static final URI ADDRESS = URI.create("https://data.example.org/");

    @TempDir
    private Path root;

    @TempDir
    private Path state;

    private final PublishedDumps dumps = new PublishedDumps();

    @BeforeEach
    void publish() throws Exception {
        dumps.publish(root, "journals", Instant.parse("2026-11-21T03:00:00Z"), 1_000);
    }

    private String write(URI address, boolean json, String... arguments) throws Exception {
        StringWriter out = new StringWriter();
        try (LocalDirectory directory = LocalDirectory.open(root, address)) {
            KitArguments parsed = CommandLine.populateCommand(new KitArguments(), arguments);
            Kits kits = new Kits(parsed, new PrintWriter(out), json);
            kits.write(directory, state, List.of("en", "de"));
            kits.finish();
        }
        return out.toString();
    }

    private String write(String... arguments) throws Exception {
        return write(ADDRESS, false, arguments);
    }

    private void assertRefused(String message, String... arguments) {
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> write(arguments))
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.CONFIG))
                .withMessageContaining(message);
    }

    private Path file(String name) {
        return state.resolve("kits/data.example.org").resolve(name);
    }

    @Test
    void withoutAServerNothingIsWritten() throws Exception {
        assertThat(write()).isEmpty();
        assertThat(root.resolve("notices")).doesNotExist();
    }

    /**
     * The expression for a covered path: segments may have parameters, slashes may be doubled, and a backslash is a slash for
     * some applications.
     */
    private static String anySpelling(String path) {
        return "[/\\x5C]+" + path.substring(1).replace("/", "(?:;[^/?]*)?[/\\x5C]+");
    }

    @Test
    void aKitContainsTheCoveredPathsAndTheUrlOfTheNotices() throws Exception {
        assertThat(write("--server", "nginx")).contains("nginx: 3 files, 3 of them new", "robots.txt: 1 files");
        assertThat(file("nginx/http.conf"))
                .content()
                .contains("\"~(?i)^" + anySpelling("/api/search/journals") + "(?:[/;\\x5C\\x00]|$)\" \"journals/\";");
        assertThat(file("nginx/server.conf"))
                .content()
                .contains("root " + root.resolve("notices").toAbsolutePath() + ";");
        assertThat(file("robots.txt")).content().contains("https://data.example.org/journals/");
    }

    @Test
    void theKitContainsTheOptions() throws Exception {
        write(
                "--server=nginx,haproxy",
                "--rate=30/m",
                "--burst=3",
                "--retry-after=90",
                "--limit=/api/",
                "--block=BadBot",
                "--page-cap=from=10000",
                "--notices-url=http://127.0.0.1:8080/n/",
                "--notices-folder=/srv/n",
                "--disallow-covers",
                "--disallow=/*+",
                "--crawl-delay=7");
        assertThat(file("nginx/http.conf"))
                .content()
                .contains(
                        "rate=30r/m",
                        "\"\" 90;",
                        "\"~(?i)^" + anySpelling("/api/") + "\"",
                        "\"~*BadBot\" blocked;",
                        "{4}");
        assertThat(file("nginx/server.conf")).content().contains("burst=3 nodelay", "root /srv/n;");
        assertThat(file("haproxy/notices.cfg")).content().contains("127.0.0.1:8080", "'/n%[");
        assertThat(file("robots.txt"))
                .content()
                .contains("Disallow: /api/search/journals/", "Disallow: /*+", "Crawl-delay: 7");
    }

    @Test
    void unchangedFilesAreNotTouched() throws Exception {
        write("--server", "nginx");
        FileTime old = FileTime.from(Instant.parse("2026-01-01T00:00:00Z"));
        Files.setLastModifiedTime(file("nginx/http.conf"), old);
        assertThat(write("--server", "nginx", "--hook", "touch " + root.resolve("ran")))
                .contains("nginx: 3 files, 0 of them new");
        assertThat(Files.getLastModifiedTime(file("nginx/http.conf"))).isEqualTo(old);
        assertThat(root.resolve("ran")).doesNotExist();
    }

    @Test
    void theHookRunsIfTheCoveredPathsHaveChanged() throws Exception {
        write("--server", "nginx");
        dumps.covers = List.of("/query/journal");
        dumps.publish(root, "journals", Instant.parse("2026-11-22T03:00:00Z"), 1_000);
        write("--server", "nginx", "--hook", "touch " + root.resolve("ran"));
        assertThat(file("nginx/http.conf"))
                .content()
                .contains(anySpelling("/query/journal"))
                .doesNotContain(anySpelling("/api/search"));
        assertThat(root.resolve("ran")).exists();
    }

    @Test
    void theCommandWritesKitsOutsideTheWebRoot() {
        Path kits = state.resolve("etc");
        var run = Spillway.run(
                "notices",
                root.toString(),
                "--public-url",
                "http://127.0.0.1:9/dumps/",
                "--server",
                "nginx",
                "--kit-to",
                kits.toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains(kits + "/nginx: 3 files, 3 of them new");
        assertThat(root.resolve("notices/429.json")).exists();
        assertThat(root.resolve("notices/nginx")).doesNotExist();
        assertThat(root.resolve("notices/robots.txt")).doesNotExist();
        assertThat(kits.resolve("nginx/http.conf")).content().contains("de .de;", "~^/+dumps(?:;[^/?]*)?/+");
    }

    @Test
    void theCommandWritesNothingIfTheServerIsUnknown() {
        var run = Spillway.run("notices", root.toString(), "--public-url", ADDRESS.toString(), "--server", "iis");
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.err()).contains("\"iis\"", "hint:", "nginx");
        assertThat(root.resolve("notices")).doesNotExist();
    }

    @Test
    void aFailingHookIsAFailure() {
        assertRefused("the hook exited with 7", "--server", "nginx", "--hook", "exit 7");
    }

    @Test
    void aCheckReportsItsResult() throws Exception {
        JsonNode line = new JsonMapper()
                .readTree(write(ADDRESS, true, "--server", "nginx", "--check")
                        .lines()
                        .findFirst()
                        .orElseThrow());
        assertThat(line.get("server").textValue()).isEqualTo("nginx");
        assertThat(line.get("check").textValue()).isIn("passed", "not installed");
    }

    @Test
    void aConfigurationThatTheServerRejectsIsNotWritten() {
        Assumptions.assumeTrue(
                Files.isExecutable(Path.of("/usr/sbin/varnishd")), "no varnishd: install Debian's varnish");
        assertRefused(
                "configuration not written: varnish rejected it",
                "--server",
                "varnish",
                "--notices-url",
                "http://nowhere.invalid/notices/",
                "--check");
        assertThat(file("varnish")).doesNotExist();
    }

    @Test
    void anUnknownServerIsRefusedWithTheListOfKnownOnes() {
        assertRefused("called \"iis\"", "--server", "nginx,iis");
    }

    @Test
    void aCheckOfNothingIsRefused() {
        assertRefused("--server is missing", "--check");
    }

    @Test
    void aServerThatReadsNoFilesNeedsTheUrlOfOneThatDoes() {
        assertRefused("haproxy does not read files", "--server", "haproxy");
    }

    @Test
    void aKitNeedsAPublicUrl() {
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> write(null, false, "--server", "nginx"))
                .withMessageContaining("public URL");
    }

    @Test
    void aMisleadingLimitIsRefused() {
        assertRefused("10 to 86400 seconds, not 5", "--server", "nginx", "--retry-after", "5");
    }

    @Test
    void aCoveredPathThatNoConfigurationCanExpressIsRefusedWithItsDataset() throws Exception {
        dumps.covers = List.of("/api/\";}");
        dumps.publish(root, "journals", Instant.parse("2026-11-22T03:00:00Z"), 1_000);
        assertRefused("dataset journals covers a path", "--server", "nginx");
    }

    @Test
    void filesOfAnEarlierVersionInPublicPointToTheNewPlaceAndContainNothingElse() throws Exception {
        Path old = Files.createDirectories(root.resolve("notices"));
        for (String name : List.of(
                "nginx/http.conf",
                "nginx/server.conf",
                "varnish/notices.vcl",
                "haproxy/notices.cfg",
                "haproxy/blocked.lst",
                "apache/notices.conf",
                "caddy/notices.caddy",
                "robots.txt")) {
            Path file = old.resolve(name);
            Files.createDirectories(file.getParent());
            String head =
                    name.equals("robots.txt") ? "# Lines for the site's robots.txt" : "# Notices for refused clients";
            Files.writeString(file, head + "\nBadBot 5r/s\n");
        }
        String out = write(
                "--server=nginx,varnish,haproxy,apache,caddy",
                "--block=BadBot",
                "--notices-url=http://127.0.0.1:8080/n/");
        assertThat(out).contains("notices/nginx: was public and has moved to " + file("nginx"));
        assertThat(old.resolve("nginx/http.conf")).content().contains("\ninclude " + file("nginx/http.conf") + ";\n");
        assertThat(old.resolve("varnish/notices.vcl")).content().contains("include \"" + file("varnish/notices.vcl"));
        assertThat(old.resolve("apache/notices.conf")).content().contains("Include " + file("apache/notices.conf"));
        assertThat(old.resolve("caddy/notices.caddy")).content().contains("import " + file("caddy/notices.caddy"));
        assertThat(old.resolve("haproxy/notices.cfg"))
                .content()
                .contains(".alert", "-f " + file("haproxy/notices.cfg"));
        try (Stream<Path> files = Files.walk(old)) {
            for (Path each : files.filter(Files::isRegularFile).toList()) {
                assertThat(each).content().doesNotContain("BadBot", "r/s");
            }
        }
        assertThat(old.resolve("nginx/intercept.conf")).doesNotExist();
        assertThat(write("--server=nginx", "--block=BadBot")).doesNotContain("was public");
    }

    @Test
    void aFileOfTheSiteUnderTheNameOfAnEarlierKitStays() throws Exception {
        Path old = Files.createDirectories(root.resolve("notices/nginx"));
        Files.writeString(old.resolve("http.conf"), "theirs");
        Files.writeString(root.resolve("notices/robots.txt"), "User-agent: *\nDisallow: /\n");

        assertThat(write("--server=nginx")).doesNotContain("was public");

        assertThat(old.resolve("http.conf")).hasContent("theirs");
        assertThat(root.resolve("notices/robots.txt")).content().contains("Disallow: /\n");
    }

    @Test
    void aPublicFolderIsRefused() {
        assertRefused(
                "is public",
                "--server",
                "nginx",
                "--kit-to",
                root.resolve("kits").toString());
    }

    @Test
    void aLinkIntoThePublicFolderIsRefused() throws Exception {
        Path link = Files.createSymbolicLink(state.resolve("link"), root);
        assertRefused("is public", "--server", "nginx", "--kit-to", link.toString());
        assertRefused(
                "is public",
                "--server",
                "nginx",
                "--kit-to",
                link.resolve("kits/new").toString());
    }

    @Test
    void twoSitesDoNotShareAFolder() throws Exception {
        KitArguments parsed = CommandLine.populateCommand(
                new KitArguments(),
                "--server",
                "nginx",
                "--kit-to",
                state.resolve("one").toString());
        Kits kits = new Kits(parsed, new PrintWriter(new StringWriter()), false);
        try (LocalDirectory one = LocalDirectory.open(root, ADDRESS);
                LocalDirectory same = LocalDirectory.open(root, ADDRESS);
                LocalDirectory other = LocalDirectory.open(root, URI.create("https://other.example.org/"))) {
            kits.write(one, state, List.of("en"));
            kits.write(same, state, List.of("en"));
            assertThatExceptionOfType(SpillwayException.class)
                    .isThrownBy(() -> kits.write(other, state, List.of("en")))
                    .withMessageContaining("would overwrite each other");
        }
    }
}
