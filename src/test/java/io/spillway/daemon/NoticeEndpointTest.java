package io.spillway.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.notices.AddressCheck;
import io.spillway.notices.NoticeWriter;
import io.spillway.site.SiteWriter;
import io.spillway.support.PublishedDumps;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a daemon answers for a server that rejects a client. */
@Timeout(120)
@Tag("slow")
class NoticeEndpointTest {
    private static final String SCHEDULE = """
            dataset: %s
            covers: [%s]
            source: {elasticsearch: "http://localhost:1", index: i}
            destinations: [{directory: "%s"}]
            notices: {languages: [en, de], retry-after: 42s}
            """;

    @TempDir
    private Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private final FakeExports exports = new FakeExports();
    private Path root;
    private Daemon daemon;

    @BeforeEach
    void start() throws Exception {
        root = folder.resolve("dumps");
        exports.writesTo(root);
        Path schedules = Files.createDirectories(folder.resolve("schedules"));
        Files.writeString(schedules.resolve("a.yaml"), SCHEDULE.formatted("journals", "/api/search/journals", root));
        Files.writeString(schedules.resolve("b.yaml"), SCHEDULE.formatted("works", "/api/", root));
        daemon = Daemon.start(
                new DaemonOptions(
                        schedules,
                        new DaemonOptions.State(folder.resolve("state"), null),
                        1,
                        DaemonOptions.Pace.DEFAULT,
                        new WatchOptions(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), null, AlertOptions.NONE)),
                exports);
    }

    @AfterEach
    void close() {
        daemon.close();
    }

    private void publish() throws Exception {
        new PublishedDumps().publish(root, "journals", Instant.parse("2026-11-21T03:00:00Z"), 5);
        try (LocalDirectory directory = LocalDirectory.open(root, URI.create("https://dumps.example.org/"))) {
            var notices = new NoticeWriter(directory, List.of(), AddressCheck.NONE, null, Clock.systemUTC());
            new SiteWriter(directory, List.of(), SiteWriter.Turns.NONE, Clock.systemUTC(), notices).rebuild(Set.of());
        }
    }

    private HttpResponse<String> ask(String question, String... headers) throws Exception {
        return send("GET", question, headers);
    }

    private HttpResponse<String> send(String method, String question, String... headers) throws Exception {
        URI address = URI.create("http://127.0.0.1:" + daemon.port().orElseThrow() + "/notice" + question);
        HttpRequest.Builder request =
                HttpRequest.newBuilder(address).method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    @Test
    void aRejectedProgramGetsTheFilesOfItsDatasetAndEveryHeader() throws Exception {
        publish();
        HttpResponse<String> answer = ask("?path=/api/search/journals%3Fpage%3D9&status=429");
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.body()).isEqualTo(Files.readString(root.resolve("notices/journals/429.json")));
        assertThat(header(answer, "Content-Type")).isEqualTo("application/problem+json");
        assertThat(header(answer, "Content-Language")).isEqualTo("en");
        assertThat(header(answer, "Retry-After")).isEqualTo("42");
        assertThat(header(answer, "Cache-Control")).isEqualTo("no-store");
        assertThat(header(answer, "Vary")).isEqualTo("Accept, Accept-Language, User-Agent");
        assertThat(header(answer, "Link"))
                .isEqualTo("<https://dumps.example.org/journals/index.html>; rel=\"help\","
                        + " <https://dumps.example.org/links.json>; rel=\"describedby\"; type=\"application/json\"");
        assertThat(header(answer, "Access-Control-Allow-Origin")).isEqualTo("*");
        assertThat(header(answer, "Access-Control-Expose-Headers")).isEqualTo("Retry-After, Link");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "text/html,*/*; Mozilla/5.0; de; text/html; journals/429.de.html",
                "*/*; curl/8.0; de;text/plain; journals/429.de.txt",
                "text/plain; x; fr; text/plain; journals/429.en.txt",
                "*/*; python-requests/2; de-CH; application/problem+json; journals/429.de.json",
            })
    void theBodyDependsOnTheAcceptHeader(String accept, String agent, String language, String type, String file)
            throws Exception {
        publish();
        HttpResponse<String> answer =
                ask("?path=/api/search/journals", "Accept", accept, "User-Agent", agent, "Accept-Language", language);
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(header(answer, "Content-Type")).startsWith(type);
        assertThat(answer.body())
                .isEqualTo(Files.readString(root.resolve("notices").resolve(file)));
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 403, 400})
    void theStatusIsTheRequestedOne(int status) throws Exception {
        publish();
        HttpResponse<String> answer = ask("?path=/api/search/journals&status=" + status);
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(new JsonMapper().readTree(answer.body()).path("status").intValue())
                .isEqualTo(status);
        assertThat(header(answer, "Retry-After")).isEqualTo(status == 429 ? "42" : "");
    }

    @Test
    void theLimitersRetryAfterTakesPrecedence() throws Exception {
        assertThat(header(ask("?path=/&retry-after=7"), "Retry-After")).isEqualTo("7");
        assertThat(header(ask("?path=/&status=403&retry-after=3600"), "Retry-After"))
                .isEqualTo("3600");
        assertThat(header(ask("?path=/&retry-after=1%0d%0aX:%20y"), "Retry-After"))
                .isEqualTo("42");
    }

    @Test
    void aPathThatNoDatasetCoversGetsTheNoticeOfTheSite() throws Exception {
        publish();
        assertThat(ask("?path=/other").body()).isEqualTo(Files.readString(root.resolve("notices/429.json")));
    }

    @Test
    void aDatasetWithoutADumpHasAnAnswer() throws Exception {
        publish();
        HttpResponse<String> answer = ask("?path=/api/works", "Accept-Language", "de");
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.body()).contains("Zurzeit gibt es keinen Dump von „works“", "\"none\"");
    }

    @Test
    void aPlaceWithoutAnyNoticeHasAnAnswer() throws Exception {
        for (String question : List.of("", "?path=/api/search/journals", "?path=%zz", "?=&&x", "?path=/%00")) {
            HttpResponse<String> answer;
            try {
                answer = ask(question);
            } catch (IllegalArgumentException e) {
                continue; // The client itself does not send that.
            }
            assertThat(answer.statusCode()).as(question).isEqualTo(429);
            assertThat(answer.body()).as(question).contains("\"none\"");
        }
    }

    @Test
    void anotherStatusIsNotAnswered() throws Exception {
        assertThat(ask("?path=/&status=200").statusCode()).isEqualTo(422);
        assertThat(ask("?path=/&status=x").statusCode()).isEqualTo(422);
    }

    @Test
    void theMethodOfTheRejectedRequestDoesNotMatter() throws Exception {
        publish();
        assertThat(send("POST", "?path=/api/search/journals").statusCode()).isEqualTo(429);
        HttpResponse<String> head = send("HEAD", "?path=/api/search/journals");
        assertThat(head.statusCode()).isEqualTo(429);
        assertThat(head.body()).isEmpty();
        assertThat(header(head, "Retry-After")).isEqualTo("42");
    }

    @Test
    void aPreflightIsAcceptedAndAllowsTheScriptToAsk() throws Exception {
        HttpResponse<String> answer = send(
                "OPTIONS",
                "?path=/api/search/journals",
                "Access-Control-Request-Method",
                "GET",
                "Access-Control-Request-Headers",
                "x-api-key");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(header(answer, "Access-Control-Allow-Origin")).isEqualTo("*");
        assertThat(header(answer, "Access-Control-Allow-Headers")).isEqualTo("*");
        assertThat(send("OPTIONS", "?path=/api/search/journals").statusCode()).isEqualTo(429);
    }
}
