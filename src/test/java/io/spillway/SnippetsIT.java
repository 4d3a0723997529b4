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

    private void assertFetched() {
        // A metalink has the folders of the dataset and the dump in its names; lists of URLs have none.
        Path below = this.fetched.resolve(dump.dump());
        Path fetched = Files.isDirectory(below) ? below : this.fetched;
        for (var part : dump.parts()) {
            assertThat(fetched.resolve(part.name()))
                    .hasSameBinaryContentAs(root.resolve(dump.dump()).resolve(part.name()));
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
    void aDamagedFileIsReported(String tool, String debianPackage) throws Exception {
        Tool.require(tool, debianPackage);
        Path part = root.resolve(part(1));
        byte[] bytes = Files.readAllBytes(part);
        bytes[bytes.length / 2] ^= 1;
        Files.write(part, bytes);
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
