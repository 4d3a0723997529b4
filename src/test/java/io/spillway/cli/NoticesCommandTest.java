package io.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.manifest.Manifest;
import io.spillway.support.PublishedDumps;
import io.spillway.support.Spillway;
import io.spillway.support.WebServer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command on a directory that a real web server serves, or does not serve. */
@Timeout(120)
class NoticesCommandTest {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    private Path root;

    @TempDir
    private Path schedules;

    private Manifest manifest;
    private WebServer web;

    @BeforeEach
    void publish() throws Exception {
        manifest = new PublishedDumps().publish(root, "journals", Instant.parse("2026-11-21T03:00:00Z"), 1_200);
        web = WebServer.serving(root);
    }

    @AfterEach
    void close() {
        web.close();
    }

    private JsonNode notice(String name) throws Exception {
        return JSON.readTree(Files.readAllBytes(root.resolve("notices").resolve(name)));
    }

    private JsonNode run(URI address) throws Exception {
        var run = Spillway.run("notices", root.toString(), "--public-url", address.toString(), "--json")
                .succeeded();
        return JSON.readTree(run.out());
    }

    @Test
    void filesThatTheWebServesAreNamed() throws Exception {
        Spillway.run("catalog", root.toString(), "--public-url", web.address().toString())
                .succeeded();
        JsonNode line = run(web.address());
        assertThat(line.path("type").textValue()).isEqualTo("notices");
        assertThat(line.at("/datasets/journals").textValue()).isEqualTo("available");
        assertThat(line.path("site").textValue()).isEqualTo("available");
        assertThat(line.path("changed").intValue()).isZero();
        JsonNode notice = notice("journals/429.json");
        assertThat(notice.at("/bulk_downloads/files/0/urls/0").textValue())
                .isEqualTo(web.address() + manifest.dump() + "/"
                        + manifest.parts().get(0).name());
        assertThat(notice.path("help").textValue()).isEqualTo(web.address() + "journals/index.html");
        assertThat(web.requests())
                .allMatch(request -> request.header("Authorization").isEmpty());
    }

    @Test
    void aUrlIsRequestedOnce() throws Exception {
        run(web.address());
        assertThat(web.requests().stream().map(WebServer.Request::path)).doesNotHaveDuplicates();
    }

    @Test
    void missingPagesAreNotNamed() throws Exception {
        run(web.address());
        JsonNode notice = notice("journals/429.json");
        assertThat(notice.has("help")).isFalse();
        assertThat(notice.path("bulk_downloads").has("links")).isFalse();
    }

    @Test
    void filesThatTheWebDoesNotServeAreNotNamed() throws Exception {
        assertThat(run(web.address().resolve("elsewhere/"))
                        .at("/datasets/journals")
                        .textValue())
                .isEqualTo("unreachable");
        assertThat(notice("journals/429.json").at("/bulk_downloads/files")).isEmpty();
    }

    @Test
    void anUnavailableServerIsNotRequestedAgainAndAgain() throws Exception {
        URI nobody;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = URI.create("http://127.0.0.1:" + free.getLocalPort() + "/");
        }
        assertThat(run(nobody).at("/datasets/journals").textValue()).isEqualTo("unreachable");
    }

    @Test
    void aScheduleSetsTheOptionsAndTheDataset() throws Exception {
        Path schedule = Files.writeString(schedules.resolve("s.yaml"), """
                dataset: articles
                source: {elasticsearch: "http://localhost:1", index: i}
                destinations: [{directory: %s, public-url: "%s"}]
                notices: {languages: [pt, en], contact: "data@example.org", check: false}
                """.formatted(root, web.address()));
        var run = Spillway.run("notices", schedule.toString()).succeeded();
        assertThat(run.out()).contains("articles: names no file: there is no dump", "journals: names the latest dump");
        assertThat(notice("articles/429.json").path("contact").textValue()).isEqualTo("data@example.org");
        assertThat(notice("429.json").path("title").textValue()).isEqualTo("Requisições demais");
        assertThat(root.resolve("notices/429.de.json")).doesNotExist();
        assertThat(web.requests()).isEmpty();
    }

    @Test
    void withoutDestinationsThereIsAnError() {
        assertThat(Spillway.run("notices").exitCode()).isEqualTo(2);
    }
}
