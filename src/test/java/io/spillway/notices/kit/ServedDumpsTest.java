package io.spillway.notices.kit;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.destination.local.LocalDirectory;
import io.spillway.manifest.Manifest;
import io.spillway.run.SyntheticExport;
import io.spillway.site.SiteWriter;
import io.spillway.support.FreePorts;
import io.spillway.support.Spillway;
import io.spillway.support.SyntheticSource;
import io.spillway.support.Tool;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A directory of dumps behind a real nginx with the block that {@code docs/servers.md} gives for it. Skipped where nginx, or a
 * program that mirrors, is not installed.
 */
@Timeout(180)
@Tag("slow")
class ServedDumpsTest {
    private static final Pattern BLOCK = Pattern.compile("```nginx\n(location /dumps/ \\{.*?)```", Pattern.DOTALL);

    @TempDir
    private Path work;

    @TempDir
    private Path fetched;

    private final HttpClient client = HttpClient.newHttpClient();
    private RunningServer nginx;
    private URI site;
    private Manifest dump;

    @BeforeEach
    void serve() throws Exception {
        Path root = Files.createDirectories(work.resolve("srv/dumps"));
        int port = FreePorts.next();
        site = URI.create("http://127.0.0.1:" + port + "/dumps/");
        dump = new SyntheticExport(root, SyntheticSource.seeded(1, 200))
                .limits(80, 1L << 40)
                .publicUrl(site)
                .run()
                .manifest();
        try (LocalDirectory directory = LocalDirectory.open(root, site)) {
            new SiteWriter(directory, List.of(), SiteWriter.Turns.NONE, Clock.systemUTC()).rebuild(Set.of());
        }
        Matcher block = BLOCK.matcher(Files.readString(Path.of("docs/servers.md")));
        assertThat(block.find()).as("the block for dumps in docs/servers.md").isTrue();
        nginx = Nginx.start(
                work, port, """
                gzip on;
                server {
                    listen 127.0.0.1:%d;
                    %s
                }
                """.formatted(port, block.group(1).replace("root /srv;", "root " + work + "/srv;")));
    }

    @AfterEach
    void stop() throws Exception {
        if (nginx != null) {
            nginx.close();
        }
    }

    private HttpResponse<byte[]> get(String path) throws Exception {
        return client.send(
                HttpRequest.newBuilder(site.resolve(path))
                        .header("Accept-Encoding", "gzip")
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    @ParameterizedTest
    @CsvSource({
        "DUMP/index.html, text/html; charset=utf-8",
        "DUMP/README.md, text/markdown; charset=utf-8",
        "DUMP/SHA256SUMS, text/plain; charset=utf-8",
        "DUMP/urls.txt, text/plain; charset=utf-8",
        "DUMP/CITATION.cff, text/plain; charset=utf-8",
        "DUMP/manifest.json, application/json",
        "DUMP/sample.jsonl, application/x-ndjson",
        "DUMP/DATASET.meta4, application/metalink4+xml",
        "DUMP/DATASET.torrent, application/x-bittorrent",
        "DUMP/PART, application/gzip",
        "DATASET/latest/SHA256SUMS, text/plain; charset=utf-8",
        "DATASET/latest.json, application/json",
        "DATASET/feed.atom, application/atom+xml",
        "sitemap.xml, application/xml",
        "robots.txt, text/plain; charset=utf-8",
    })
    void aFileHasItsTypeAndAShortLifetimeAndItsOwnBytes(String name, String type) throws Exception {
        String path = name.replace("PART", dump.parts().get(0).name())
                .replace("DUMP", dump.dump())
                .replace("DATASET", dump.dataset());
        HttpResponse<byte[]> response = get(path);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().allValues("Content-Type")).containsExactly(type);
        assertThat(response.headers().allValues("Cache-Control")).containsExactly("public, max-age=60");
        assertThat(response.headers().firstValue("Content-Encoding")).isEmpty();
        assertThat(response.body()).isEqualTo(Files.readAllBytes(work.resolve("srv/dumps/" + path)));
    }

    @Test
    void aFolderShowsItsPage() throws Exception {
        for (String folder : List.of("", dump.dataset() + "/", dump.dump() + "/", dump.dataset() + "/latest/")) {
            HttpResponse<byte[]> response = get(folder);
            assertThat(response.statusCode()).as(folder).isEqualTo(200);
            assertThat(response.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
        }
    }

    @Test
    void hiddenFilesAreNotServed() throws Exception {
        Path dataset = work.resolve("srv/dumps").resolve(dump.dataset());
        Files.writeString(dataset.resolve(".spillway.memory.json"), "{}");
        Files.writeString(
                Files.createDirectories(dataset.resolve(".2026.incomplete")).resolve("part.jsonl"), "{}");
        Files.writeString(
                Files.createDirectories(dataset.resolve(".2026.incomplete")).resolve("SHA256SUMS"), "");
        for (String path :
                List.of("/.spillway.memory.json", "/.2026.incomplete/part.jsonl", "/.2026.incomplete/SHA256SUMS")) {
            assertThat(get(dump.dataset() + path).statusCode()).as(path).isEqualTo(404);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rclone", "lftp", "wget"})
    void aProgramThatFollowsLinksCopiesAWholeDump(String program) throws Exception {
        Tool.require(program, program);
        String url = "https://HOST/dumps/DATASET/DUMPDATE/";
        String command = Files.readString(Path.of("docs/servers.md"))
                .lines()
                .filter(line -> line.startsWith(program + " ") && line.contains(url))
                .findFirst()
                .orElseThrow()
                .replace(url, site.resolve(dump.dump() + "/").toString());
        Tool.Result result = Tool.run(fetched, List.of("sh", "-c", command));
        assertThat(result.exitCode()).as(result.output()).isZero();
        Spillway.Outcome verified =
                Spillway.run("verify", fetched.resolve("copy").toString());
        assertThat(verified.exitCode()).as(verified.out() + verified.err()).isZero();
    }
}
