package io.spillway.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.spillway.catalog.Catalog;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.destination.s3.S3Server;
import io.spillway.support.PublishedDumps;
import io.spillway.support.Spillway;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A public URL is requested before anything is published under it. */
@Tag("slow")
class PublicProbeTest {
    private static final int SOURCE_UNAVAILABLE = 10;
    private static final int REFUSED = 21;

    /** Serves a folder as {@code /dümps/}, or answers every request with one status. */
    private static final class Web implements AutoCloseable {
        private static final String PREFIX = "/d%C3%BCmps/";

        private final HttpServer server;
        final List<String> asked = new CopyOnWriteArrayList<>();

        Web(Path root, int status) throws IOException {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", exchange -> {
                String path = exchange.getRequestURI().getRawPath();
                asked.add(path);
                Path file = root.resolve(path.substring(path.lastIndexOf('/') + 1));
                boolean there = status == 0 && path.startsWith(PREFIX) && Files.isRegularFile(file);
                byte[] bytes = there ? Files.readAllBytes(file) : new byte[0];
                exchange.sendResponseHeaders(there ? 200 : status == 0 ? 404 : status, there ? bytes.length : -1);
                exchange.getResponseBody().write(bytes);
                exchange.close();
            });
            server.start();
        }

        String address() {
            return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }

    @TempDir
    private Path folder;

    private Path root;
    private Web web;

    @BeforeEach
    void serve() throws Exception {
        root = Files.createDirectories(folder.resolve("dumps"));
        web = new Web(root, 0);
    }

    @AfterEach
    void stop() {
        web.close();
    }

    private Spillway.Outcome run(String command, String address, String more) throws Exception {
        Path schedule = Files.writeString(
                folder.resolve("s.yaml"), """
                dataset: journals
                license: CC0-1.0
                source: {elasticsearch: "http://127.0.0.1:1", index: i}
                destinations: [{directory: "%s", public-url: "%s"%s}]
                state: "%s"
                """.formatted(root, address, more, folder.resolve("state")));
        return Spillway.run(command, schedule.toString());
    }

    private List<String> left() throws Exception {
        try (Stream<Path> files = Files.walk(root)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.contains("check"))
                    .toList();
        }
    }

    @Test
    void checkReportsAUrlThatServesAnotherFolder() throws Exception {
        var run = run("check", web.address() + "elsewhere/", "");
        assertThat(run.err())
                .contains("/destinations/0/public-url: public-url " + web.address() + "elsewhere/ does not serve");
        assertThat(left()).isEmpty();
    }

    @Test
    void checkReportsAUrlThatIsNotPublic() throws Exception {
        try (Web locked = new Web(root, 403)) {
            assertThat(run("check", locked.address() + "dümps/", "").err()).contains("does not serve", "403");
        }
    }

    @Test
    void aUrlWithLettersOutsideAsciiIsRequestedPercentEncoded() throws Exception {
        assertThat(run("check", web.address() + "dümps/", "").err()).doesNotContain("public-url");
        assertThat(web.asked)
                .isNotEmpty()
                .allSatisfy(path -> assertThat(path).startsWith("/d%C3%BCmps/spillway-check-"));
    }

    @Test
    void theFirstExportPublishesNothingUnderAWrongUrl() throws Exception {
        var run = run("export", web.address() + "elsewhere/", "");
        assertThat(run.exitCode()).isEqualTo(REFUSED);
        assertThat(run.err()).contains("does not serve", "try-public-url: false");
        try (LocalDirectory directory = LocalDirectory.open(root)) {
            assertThat(Catalog.read(directory).datasets()).isEmpty();
        }
        assertThat(left()).isEmpty();
    }

    /** The store itself, which wants a signature, is what the address names. */
    @Test
    void checkReportsABucketThatAnonymousReadersMayNotRead() throws Exception {
        try (S3Server server = S3Server.inMemory()) {
            Path access = Files.writeString(folder.resolve("access"), S3Server.ACCESS_KEY);
            Path secret = Files.writeString(folder.resolve("secret"), S3Server.SECRET_KEY);
            String address = server.endpoint() + "/" + S3Server.BUCKET + "/public/";
            Path schedule = Files.writeString(folder.resolve("s3.yaml"), """
                    dataset: journals
                    license: CC0-1.0
                    source: {elasticsearch: "http://127.0.0.1:1", index: i}
                    destinations:
                      - s3: {bucket: %s, prefix: public/, endpoint: "%s", path-style: true, public-url: "%s",
                          access-key: "${file:%s}", secret-key: "${file:%s}"}
                    state: "%s"
                    """.formatted(
                            S3Server.BUCKET, server.endpoint(), address, access, secret, folder.resolve("state")));
            var check = Spillway.run("check", schedule.toString());
            assertThat(check.exitCode()).isEqualTo(REFUSED);
            assertThat(check.err())
                    .contains(
                            "/destinations/0/s3/public-url: public-url " + address + " does not serve the files of",
                            "403",
                            "make it readable without a login");
            assertThat(server.client()
                            .listObjectsV2(request -> request.bucket(S3Server.BUCKET))
                            .contents())
                    .isEmpty();
            assertThat(Spillway.run("export", schedule.toString()).exitCode()).isEqualTo(REFUSED);
        }
    }

    @Test
    void withoutTheProbeAnUnreachableUrlIsAccepted() throws Exception {
        assertThat(run("export", "http://127.0.0.1:1/", ", try-public-url: false")
                        .exitCode())
                .isEqualTo(SOURCE_UNAVAILABLE);
    }

    @Test
    void theUrlOfTheLatestDumpIsNotRequestedAgainAndAChangedOneIs() throws Exception {
        URI address = URI.create(web.address() + "d%C3%BCmps/");
        new PublishedDumps().publish(root, "journals", Instant.parse("2026-11-21T03:00:00Z"), 1);
        Spillway.run("catalog", root.toString(), "--public-url", address.toString())
                .succeeded();
        web.close();
        assertThat(run("export", address.toString(), "").exitCode()).isEqualTo(SOURCE_UNAVAILABLE);
        web = new Web(root, 0);
        assertThat(run("export", web.address() + "moved/", "").exitCode()).isEqualTo(REFUSED);
    }

    @Test
    void urlsOfADirectoryAreWrittenInAscii() throws Exception {
        new PublishedDumps().publish(root, "journals", Instant.parse("2026-11-21T03:00:00Z"), 1);
        Spillway.run("catalog", root.toString(), "--public-url", "HTTP://münchen.example/dümps/")
                .succeeded();
        for (String file : List.of("links.json", "journals/latest.json", "feed.atom", "sitemap.xml", "robots.txt")) {
            assertThat(new String(Files.readAllBytes(root.resolve(file)), StandardCharsets.UTF_8))
                    .as(file)
                    .contains("http://xn--mnchen-3ya.example/d%C3%BCmps/")
                    .doesNotContain("ü", "?mps");
        }
    }
}
