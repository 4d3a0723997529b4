package io.spillway;

import static io.spillway.support.WebServer.cutAfter;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.spillway.catalog.Catalog;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.destination.s3.S3Bucket;
import io.spillway.destination.s3.S3Server;
import io.spillway.manifest.Manifest;
import io.spillway.page.Pages;
import io.spillway.run.SyntheticExport;
import io.spillway.site.SiteWriter;
import io.spillway.support.Browser;
import io.spillway.support.BrowserPage;
import io.spillway.support.DuckDb;
import io.spillway.support.SyntheticSource;
import io.spillway.support.Tool;
import io.spillway.support.WebServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The shell snippets on a dataset's page work when they are pasted: each is read from the page as a browser shows it
 * and run with the real tool against a web server on loopback. Skipped if the browser or a tool is missing.
 */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class SnippetsIT {
    private static final int DOCUMENTS = 500;
    private static Browser browser;

    @TempDir
    private Path root;

    @TempDir
    private Path fetched;

    private WebServer server;
    private Manifest dump;

    @BeforeAll
    static void start() throws Exception {
        browser = Browser.start();
    }

    @AfterAll
    static void stop() throws Exception {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void publish() throws Exception {
        dump = new SyntheticExport(root, SyntheticSource.seeded(1, DOCUMENTS))
                .limits(200, 1L << 40)
                .run()
                .manifest();
        assertThat(dump.parts()).hasSizeGreaterThan(2);
        server = WebServer.serving(root);
        try (LocalDirectory directory = LocalDirectory.open(root, server.address())) {
            new SiteWriter(directory, List.of(), SiteWriter.Turns.NONE, Clock.systemUTC()).rebuild(Set.of());
        }
    }

    @AfterEach
    void close() {
        server.close();
    }

    /** The snippet for a tool on the page, as a reader would select it. */
    private String snippet(String page, String tool) {
        try (BrowserPage open = browser.page().open(server.address().resolve(page))) {
            List<String> found = open.texts("""
                    [...document.querySelectorAll('details')]
                        .filter(each => each.querySelector('summary').innerText.trim() === '%s')
                        .map(each => each.querySelector('pre').innerText)""".formatted(tool));
            assertThat(found).as("snippets for " + tool).hasSize(1);
            return found.get(0);
        }
    }

    private Tool.Result paste(String code) throws IOException, InterruptedException {
        return Tool.run(fetched, List.of("sh", "-c", code));
    }

    private String part(int number) {
        return dump.dump() + "/" + dump.parts().get(number).name();
    }

    private void damage(int number) throws IOException {
        Path part = root.resolve(part(number));
        byte[] bytes = Files.readAllBytes(part);
        bytes[bytes.length / 2] ^= 1;
        Files.write(part, bytes);
    }

    /** A metalink has the folders of the dataset and the dump in its names; lists of URLs have none. */
    private Path fetched(int number) {
        Path below = fetched.resolve(dump.dump());
        return (Files.isDirectory(below) ? below : fetched)
                .resolve(dump.parts().get(number).name());
    }

    private void assertFetched() {
        for (int number = 0; number < dump.parts().size(); number++) {
            assertThat(fetched(number)).hasSameBinaryContentAs(root.resolve(part(number)));
        }
    }

    @ParameterizedTest
    @CsvSource({"wget, wget", "curl, curl", "aria2c, aria2"})
    void aToolFetchesEveryFileAndChecksIt(String tool, String debianPackage) throws Exception {
        Tool.require(tool, debianPackage);
        Tool.Result result = paste(snippet("journals/index.html", tool));
        assertThat(result.exitCode()).as(result.output()).isZero();
        assertFetched();
    }

    @ParameterizedTest
    @CsvSource({"wget, wget", "curl, curl", "aria2c, aria2"})
    void everyLineSucceedsASecondTime(String tool, String debianPackage) throws Exception {
        Tool.require(tool, debianPackage);
        String code = "set -e\n" + snippet("journals/index.html", tool);
        for (int run = 1; run <= 2; run++) {
            Tool.Result result = paste(code);
            assertThat(result.exitCode()).as("run %d: %s", run, result.output()).isZero();
        }
        assertFetched();
    }

    @ParameterizedTest
    @CsvSource({"wget, busybox", "curl, curl"})
    void theLinesRunTwiceInBusyBox(String tool, String debianPackage) throws Exception {
        Tool.require("busybox", "busybox");
        Tool.require(tool.equals("wget") ? "busybox" : tool, debianPackage);
        Path applets = Files.createDirectories(root.resolve(".applets"));
        Tool.run(fetched, "busybox", "--install", "-s", applets.toString());
        String code = "set -e\nPATH=" + applets + ":$PATH\n" + snippet("journals/index.html", tool);
        for (int run = 1; run <= 2; run++) {
            Tool.Result result = Tool.run(fetched, List.of("busybox", "sh", "-c", code));
            assertThat(result.exitCode()).as("run %d: %s", run, result.output()).isZero();
        }
        assertFetched();
    }

    @ParameterizedTest
    @CsvSource({"wget, wget", "curl, curl", "aria2c, aria2"})
    void theLinesRunTwiceAndReportDamageWhereOnlyShasumExists(String tool, String debianPackage) throws Exception {
        Path shasum = Tool.require("shasum", "perl");
        Path path = Files.createDirectories(root.resolve(".without-sha256sum"));
        Files.createSymbolicLink(path.resolve("shasum"), shasum);
        for (String each : Set.of("sh", "sed", "grep", "xargs", "curl", "wget", "aria2c")) {
            Files.createSymbolicLink(path.resolve(each), Tool.require(each, debianPackage));
        }
        String code = "set -e\nPATH=" + path + "\n" + snippet("journals/index.html", tool);
        for (int run = 1; run <= 2; run++) {
            Tool.Result result = paste(code);
            assertThat(result.exitCode()).as("run %d: %s", run, result.output()).isZero();
        }
        assertFetched();
        damage(1);
        Files.delete(fetched(1));
        Tool.Result result = paste(code);
        assertThat(result.exitCode()).as(result.output()).isNotZero();
        assertThat(result.output()).contains(dump.parts().get(1).name());
    }

    @ParameterizedTest
    @CsvSource({"false, sh", "true, sh", "false, busybox"})
    void theLinesOfADumpsReadmeRunTwice(boolean onlyShasum, String shell) throws Exception {
        Tool.require("wget", "wget");
        String readme = Files.readString(root.resolve(dump.dump()).resolve("README.md"));
        Matcher block = Pattern.compile("```sh\\n(.*?)```", Pattern.DOTALL).matcher(readme);
        assertThat(block.find()).isTrue();
        Path path = Files.createDirectories(root.resolve(".tools"));
        if (shell.equals("busybox")) {
            Tool.run(fetched, "busybox", "--install", "-s", path.toString());
        }
        List<String> needed =
                shell.equals("busybox") ? List.of() : List.of("sh", "sed", "grep", "wget", "gzip", "head");
        for (String each : needed) {
            Files.createSymbolicLink(path.resolve(each), Tool.require(each, each));
        }
        Files.createSymbolicLink(path.resolve("jq"), Tool.require("jq", "jq"));
        String sum = onlyShasum ? "shasum" : "sha256sum";
        if (!shell.equals("busybox")) {
            Files.createSymbolicLink(path.resolve(sum), Tool.require(sum, onlyShasum ? "perl" : "coreutils"));
        }
        String code = "set -e\nPATH=%s\nURL=%s%s\n%s".formatted(path, server.address(), dump.dump(), block.group(1));
        for (int run = 1; run <= 2; run++) {
            Tool.Result result =
                    shell.equals("busybox") ? Tool.run(fetched, List.of("busybox", "sh", "-c", code)) : paste(code);
            assertThat(result.exitCode()).as("run %d: %s", run, result.output()).isZero();
        }
        assertFetched();
    }

    @ParameterizedTest
    @CsvSource({"wget, wget", "curl, curl", "aria2c, aria2"})
    void aDamagedFileIsReported(String tool, String debianPackage) throws Exception {
        Tool.require(tool, debianPackage);
        damage(1);
        Tool.Result result = paste(snippet("journals/index.html", tool));
        assertThat(result.exitCode()).as(result.output()).isNotZero();
        assertThat(result.output()).contains(dump.parts().get(1).name());
    }

    @ParameterizedTest
    @CsvSource({"wget, wget", "curl, curl", "aria2c, aria2"})
    void theSameLineResumesAfterABrokenDownload(String tool, String debianPackage) throws Exception {
        Tool.require(tool, debianPackage);
        String code = snippet("journals/index.html", tool);
        // Every attempt of the first run is cut off, however often the tool retries.
        server.always(part(1), cutAfter(100)).always(part(2), cutAfter(0));
        String impatient = code.replace("wget -c", "wget -c --tries=1").replace("aria2c -j", "aria2c --max-tries=1 -j");
        assertThat(paste(impatient).exitCode()).isNotZero();
        server.normally(part(1)).normally(part(2));
        Tool.Result result = paste(code);
        assertThat(result.exitCode()).as(result.output()).isZero();
        assertFetched();
    }

    @Test
    void duckDbReadsTheRows() throws Exception {
        for (var part : dump.parts()) {
            Files.copy(root.resolve(dump.dump()).resolve(part.name()), fetched.resolve(part.name()));
        }
        String code = snippet("journals/index.html", "DuckDB");
        // The shell splits the line. The same version of DuckDB as the program of that name runs the result, from Java.
        Tool.Result query = paste("duckdb() { [ \"$#\" = 2 ] && [ \"$1\" = -c ] && printf %s \"$2\"; }\n" + code);
        assertThat(query.exitCode()).as(query.output()).isZero();
        assertThat(DuckDb.count(fetched, query.output())).isEqualTo(10);
        assertThat(DuckDb.count(fetched, query.output().replaceFirst(" LIMIT 10", "")))
                .isEqualTo(DOCUMENTS);
    }

    @Test
    void pandasReadsTheRows() throws Exception {
        Path python = python();
        String code = snippet("journals/index.html", "pandas");
        Path script = Files.writeString(fetched.resolve("read.py"), code + "\nprint('rows', len(d))\n");
        Tool.Result result = Tool.run(fetched, List.of(python.toString(), script.toString()));
        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(result.output()).contains("rows " + dump.parts().get(0).documents());
    }

    private Path python() throws IOException, InterruptedException {
        for (String name : List.of("/usr/bin/python3", "python3")) {
            Path python = Tool.find(name).orElse(null);
            if (python != null
                    && Tool.run(fetched, List.of(python.toString(), "-c", "import pandas"))
                                    .exitCode()
                            == 0) {
                return python;
            }
        }
        assumeTrue(false, "pandas is not installed: apt-get install python3-pandas");
        throw new IllegalStateException();
    }

    @Test
    void awsCopiesADumpFromAPublicBucketAndChecksIt() throws Exception {
        Tool.require("aws", "awscli");
        try (S3Server store = S3Server.openToAll();
                Destination bucket = S3Bucket.open(store.options())) {
            new SyntheticExport(root.resolve("spool"), SyntheticSource.seeded(1, DOCUMENTS))
                    .limits(200, 1L << 40)
                    .deliveredTo(bucket)
                    .run();
            Catalog catalog = Catalog.read(bucket);
            Map<ObjectKey, byte[]> pages = new TreeMap<>(
                    new Pages(bucket).ofDataset(catalog, catalog.datasets().get(0), List.of()));
            Files.write(root.resolve("bucket.html"), pages.get(new ObjectKey("journals/index.html")));
            // The store is on loopback, which the page cannot know.
            String code =
                    "aws() { command aws --endpoint-url %s --region us-east-1 \"$@\"; }\n".formatted(store.endpoint())
                            + snippet("bucket.html", "aws");
            Tool.Result result = paste(code);
            assertThat(result.exitCode()).as(result.output()).isZero();
            assertThat(result.output()).contains("jsonl.gz: OK");
            try (Stream<Path> files = Files.list(fetched)) {
                assertThat(files.map(file -> file.getFileName().toString()))
                        .contains("manifest.json", "SHA256SUMS")
                        .filteredOn(name -> name.endsWith(".jsonl.gz"))
                        .hasSize(dump.parts().size());
            }
        }
    }
}
