package io.spillway.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpServer;
import io.spillway.config.Secret;
import io.spillway.daemon.DaemonOptions.Pace;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
@Tag("slow")
class WatchTest {
    private static final Pace FAST =
            new Pace(Duration.ofMillis(50), Duration.ofMillis(1), Duration.ofMillis(10), Duration.ofSeconds(1));
    private static final String TOKEN = "letmein";

    @TempDir
    private Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private final FakeExports exports = new FakeExports();
    private final BlockingQueue<RunResult> results = new LinkedBlockingQueue<>();
    private final BlockingQueue<JsonNode> alerts = new LinkedBlockingQueue<>();
    private HttpServer hook;

    @BeforeEach
    void listen() throws Exception {
        hook = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        hook.createContext("/", exchange -> {
            alerts.add(new JsonMapper().readTree(exchange.getRequestBody()));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        hook.start();
    }

    @AfterEach
    void close() {
        hook.stop(0);
    }

    private Secret secret(String name, String value) throws Exception {
        return Secret.parse("${file:" + Files.writeString(folder.resolve(name), value) + "}");
    }

    private Daemon start(String cron, boolean token, Clock clock) throws Exception {
        Schedules.folder(folder.resolve("schedules"), cron, "d");
        String address = "http://127.0.0.1:" + hook.getAddress().getPort() + "/hook";
        Daemon daemon = Daemon.start(
                new DaemonOptions(
                        folder.resolve("schedules"),
                        new DaemonOptions.State(folder.resolve("state"), null),
                        1,
                        FAST,
                        new WatchOptions(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                                token ? secret("token", TOKEN) : null,
                                new AlertOptions(
                                        "cat >> '" + folder.resolve("alerts") + "'", secret("hook", address)))),
                exports,
                clock);
        daemon.addListener(results::add);
        return daemon;
    }

    private HttpResponse<String> ask(Daemon daemon, String method, String path, String... headers) throws Exception {
        URI address = URI.create("http://127.0.0.1:" + daemon.port().orElseThrow() + path);
        HttpRequest.Builder request =
                HttpRequest.newBuilder(address).method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static SpillwayException failure(Fault fault) {
        return new SpillwayException(fault, "it <failed>", "do something");
    }

    @Test
    void aRunningDaemonIsAliveAndReady() throws Exception {
        try (Daemon daemon = start(Schedules.FAR_AWAY, false, Clock.systemUTC())) {
            assertThat(ask(daemon, "GET", "/health/live").statusCode()).isEqualTo(200);
            assertThat(ask(daemon, "GET", "/health/ready").statusCode()).isEqualTo(200);
            assertThat(ask(daemon, "GET", "/other").statusCode()).isEqualTo(404);
            assertThat(ask(daemon, "DELETE", "/status").statusCode()).isEqualTo(405);
        }
    }

    @Test
    void metricsReportSuccessesAndFaults() throws Exception {
        exports.failsWith(failure(Fault.SOURCE_UNAVAILABLE));
        try (Daemon daemon = start(Schedules.FAR_AWAY, false, Clock.systemUTC())) {
            daemon.timetable().now("d");
            results.take();
            results.take();

            assertThat(ask(daemon, "GET", "/metrics").body().lines())
                    .contains(
                            "spillway_exports_total{dataset=\"d\",outcome=\"published\"} 1.0",
                            "spillway_exports_total{dataset=\"d\",outcome=\"retries\"} 1.0",
                            "spillway_faults_total{dataset=\"d\",fault=\"SOURCE_UNAVAILABLE\"} 1.0",
                            "spillway_export_retries_total{dataset=\"d\"} 1.0",
                            "spillway_source_requests_total{dataset=\"d\"} 7.0",
                            "spillway_last_success_documents{dataset=\"d\"} 3.0",
                            "spillway_last_success_bytes{dataset=\"d\"} 30.0",
                            "spillway_failures{dataset=\"d\"} 0.0",
                            "spillway_late{dataset=\"d\"} 0.0",
                            "spillway_waiting 0.0",
                            "spillway_schedules_broken 0.0")
                    .anyMatch(line -> line.startsWith("spillway_last_success_timestamp_seconds{dataset=\"d\"} 1."))
                    .anyMatch(line -> line.startsWith("spillway_last_success_age_seconds{dataset=\"d\"}"));
        }
    }

    @Test
    void theStatusIsJsonForProgramsAndAPageForPeople() throws Exception {
        exports.failsWith(failure(Fault.GATE));
        try (Daemon daemon = start(Schedules.FAR_AWAY, true, Clock.systemUTC())) {
            daemon.timetable().now("d");
            results.take();

            JsonNode dataset = new JsonMapper()
                    .readTree(ask(daemon, "GET", "/status", "Authorization", "Bearer " + TOKEN)
                            .body())
                    .path("datasets")
                    .path(0);
            assertThat(dataset.path("dataset").asText()).isEqualTo("d");
            assertThat(dataset.path("last").path("outcome").asText()).isEqualTo("refused");
            assertThat(dataset.path("last").path("message").asText()).isEqualTo("it <failed>");
            assertThat(dataset.path("last").path("node").asText()).isNotEmpty();
            assertThat(ask(daemon, "GET", "/status", "Accept", "application/json, text/html;q=0.5")
                            .body())
                    .startsWith("{");
            assertThat(ask(daemon, "GET", "/status", "Accept", "text/html", "Authorization", "Bearer " + TOKEN)
                            .body())
                    .contains("it &lt;failed&gt;")
                    .doesNotContain("<failed>");
        }
    }

    @Test
    void aClientWithTheTokenStartsAnExport() throws Exception {
        try (Daemon daemon = start(Schedules.FAR_AWAY, true, Clock.systemUTC())) {
            String path = "/datasets/d/export";
            assertThat(ask(daemon, "POST", path).statusCode()).isEqualTo(401);
            assertThat(ask(daemon, "POST", path, "Authorization", "Bearer wrong")
                            .statusCode())
                    .isEqualTo(401);
            assertThat(ask(daemon, "GET", path, "Authorization", "Bearer " + TOKEN)
                            .statusCode())
                    .isEqualTo(405);
            assertThat(ask(daemon, "POST", "/datasets/x/export", "Authorization", "Bearer " + TOKEN)
                            .statusCode())
                    .isEqualTo(404);
            assertThat(exports.began).isEmpty();

            assertThat(ask(daemon, "POST", path, "Authorization", "Bearer " + TOKEN)
                            .statusCode())
                    .isEqualTo(202);
            assertThat(exports.began.take()).isEqualTo("d");
        }
    }

    @Test
    void withoutATokenNothingCanBeStarted() throws Exception {
        try (Daemon daemon = start(Schedules.FAR_AWAY, false, Clock.systemUTC())) {
            assertThat(ask(daemon, "POST", "/datasets/d/export", "Authorization", "Bearer ")
                            .statusCode())
                    .isEqualTo(403);
        }
    }

    @Test
    void aPortInUseIsReportedAtStart() throws Exception {
        try (Daemon daemon = start(Schedules.FAR_AWAY, false, Clock.systemUTC())) {
            InetSocketAddress taken = new InetSocketAddress(
                    InetAddress.getLoopbackAddress(), daemon.port().orElseThrow());
            assertThatThrownBy(() -> WatchServer.start(taken, WatchOptions.NONE, null, null))
                    .isInstanceOfSatisfying(
                            SpillwayException.class, e -> assertThat(e.fault()).isEqualTo(Fault.STATE_UNAVAILABLE))
                    .hasMessageContaining("cannot listen on");
        }
    }

    @Test
    void withoutTheTokenTheStatusExplainsAFaultAndRevealsNothingOfTheRun() throws Exception {
        exports.failsWith(new SpillwayException(
                Fault.SOURCE_REFUSED,
                "document jane@example.org of index tenant-secret at http://10.1.2.3:9200 in " + folder,
                "do something"));
        try (Daemon daemon = start(Schedules.FAR_AWAY, true, Clock.systemUTC())) {
            daemon.timetable().now("d");
            results.take();
            daemon.alert();
            Files.writeString(folder.resolve("schedules/d.yaml"), "dataset: d\nsecret-key: hunter2\n");
            daemon.look();

            for (String[] headers : new String[][] {
                {"Accept", "application/json"},
                {"Accept", "text/html"},
                {"Authorization", "Bearer not-the-token"},
                {"Authorization", "Bearer "}
            }) {
                String answer = ask(daemon, "GET", "/status", headers).body();
                assertThat(answer)
                        .contains(Fault.SOURCE_REFUSED.meaning())
                        .contains("d.yaml")
                        .doesNotContain("jane", "tenant", "10.1.2.3", folder.toString(), "hunter2", "secret-key")
                        .doesNotContain(StateFolder.host());
            }
            assertThat(alerts.take().toString())
                    .contains(Fault.SOURCE_REFUSED.meaning(), "exit code 12")
                    .doesNotContain("jane", "tenant", "10.1.2.3", folder.toString());
        }
    }

    @Test
    void aBrokenScheduleIsReportedOnceAndSoIsItsEnd() throws Exception {
        try (Daemon daemon = start(Schedules.FAR_AWAY, false, Clock.systemUTC())) {
            Path file = folder.resolve("schedules/d.yaml");
            String good = Files.readString(file);
            for (String text : List.of("dataset: [", "dataset: {", good)) {
                Files.writeString(file, text);
                daemon.look();
                daemon.clockJumped(Duration.ofSeconds(1));
                daemon.alert();
            }
            JsonNode first = alerts.take();
            assertThat(first.path("kind").asText()).isEqualTo("schedule");
            assertThat(first.path("message").asText())
                    .contains("d.yaml is broken")
                    .doesNotContain(folder.toString());
            assertThat(alerts.take().path("kind").asText()).isEqualTo("resolved");
        }
        assertThat(alerts).isEmpty();
    }

    @Test
    void aFailureIsReportedOnceAndSoIsItsEnd() throws Exception {
        exports.failsWith(failure(Fault.GATE)).failsWith(failure(Fault.GATE));
        try (Daemon daemon = start(Schedules.FAR_AWAY, false, Clock.systemUTC())) {
            for (int run = 0; run < 3; run++) {
                daemon.timetable().now("d");
                results.take();
            }
            JsonNode first = alerts.take();
            assertThat(first.path("kind").asText()).isEqualTo("refused");
            assertThat(first.path("dataset").asText()).isEqualTo("d");
            assertThat(first.path("fault").asText()).isEqualTo("GATE");
            assertThat(alerts.take().path("kind").asText()).isEqualTo("resolved");
        }
        assertThat(alerts).isEmpty();
        assertThat(Files.readAllLines(folder.resolve("alerts")))
                .hasSize(2)
                .first()
                .asString()
                .contains("\"kind\":\"refused\"");
    }

    @Test
    void aDumpWithoutItsChangesIsReportedOnceAndSoIsItsEnd() throws Exception {
        exports.leaveOutChanges(true);
        try (Daemon daemon = start(Schedules.FAR_AWAY, false, Clock.systemUTC())) {
            for (int run = 0; run < 3; run++) {
                exports.leaveOutChanges(run < 2);
                daemon.timetable().now("d");
                results.take();
            }
            JsonNode first = alerts.take();
            assertThat(first.path("kind").asText()).isEqualTo("changes");
            assertThat(first.path("dataset").asText()).isEqualTo("d");
            assertThat(first.path("message").asText())
                    .startsWith("the newest dump of \"d\" has no changes since the dump before")
                    .doesNotContain("a detail");
            assertThat(alerts.take().path("kind").asText()).isEqualTo("resolved");
        }
        assertThat(alerts).isEmpty();
    }

    @Test
    void aPartialDeliveryHasALabelAndAGauge() throws Exception {
        exports.missesSomewhere(failure(Fault.DESTINATION_REFUSED));
        try (Daemon daemon = start(Schedules.FAR_AWAY, false, Clock.systemUTC())) {
            daemon.timetable().now("d");
            results.take();

            assertThat(ask(daemon, "GET", "/metrics").body().lines())
                    .contains(
                            "spillway_exports_total{dataset=\"d\",outcome=\"partial\"} 1.0",
                            "spillway_faults_total{dataset=\"d\",fault=\"DESTINATION_REFUSED\"} 1.0",
                            "spillway_destinations_missing{dataset=\"d\"} 1.0",
                            "spillway_last_success_documents{dataset=\"d\"} 3.0",
                            "spillway_failures{dataset=\"d\"} 0.0");
            JsonNode dataset = new JsonMapper()
                    .readTree(ask(daemon, "GET", "/status").body())
                    .path("datasets")
                    .path(0);
            assertThat(dataset.path("missing").asInt()).isEqualTo(1);
            assertThat(dataset.path("last").path("outcome").asText()).isEqualTo("partial");
            assertThat(ask(daemon, "GET", "/status", "Accept", "text/html").body())
                    .contains("<tr class=bad>");
        }
    }

    @Test
    void aPartialDeliveryIsReportedOnceRetriesHaveEnded() throws Exception {
        for (int i = 0; i < 2; i++) {
            exports.missesSomewhere(failure(i == 0 ? Fault.DESTINATION_UNAVAILABLE : Fault.DESTINATION_REFUSED));
        }
        try (Daemon daemon = start(Schedules.FAR_AWAY, false, Clock.systemUTC())) {
            daemon.timetable().now("d");
            assertThat(results.take().again()).isNotNull();
            assertThat(results.take().again()).isNull();
            JsonNode alert = alerts.take();
            assertThat(alert.path("kind").asText()).isEqualTo("partial");
            assertThat(alert.path("fault").asText()).isEqualTo("DESTINATION_REFUSED");
            assertThat(alert.path("message").asText())
                    .isEqualTo("the newest dump of \"d\" is not at every destination: "
                            + Fault.DESTINATION_REFUSED.meaning() + " (exit code 21)");
            assertThat(alert.path("hint").asText()).contains("--resume");

            daemon.timetable().now("d");
            results.take();
            assertThat(alerts.take().path("kind").asText()).isEqualTo("resolved");
        }
        assertThat(alerts).isEmpty();
    }

    @Test
    void theFreeSpaceOfEveryDiskIsMeasured() throws Exception {
        Path dumps = folder.resolve("dumps");
        exports.writesTo(dumps);
        try (Daemon daemon = start(Schedules.FAR_AWAY, false, Clock.systemUTC())) {
            daemon.timetable().now("d");
            results.take();
            daemon.alert();

            String metrics = ask(daemon, "GET", "/metrics").body();
            for (Path each : List.of(dumps, folder.resolve("state"))) {
                String label = "{folder=\"" + each + "\"} ";
                assertThat(value(metrics, "spillway_disk_total_bytes" + label))
                        .isEqualTo((double) Files.getFileStore(folder).getTotalSpace());
                assertThat(value(metrics, "spillway_disk_free_bytes" + label)).isPositive();
            }
            // Five percent above the thirty bytes of the previous dump.
            assertThat(value(metrics, "spillway_disk_needed_bytes{folder=\"" + dumps + "\"} "))
                    .isEqualTo(32);
        }
        assertThat(alerts).isEmpty();
    }

    private static double value(String metrics, String nameAndLabels) {
        return metrics.lines()
                .filter(line -> line.startsWith(nameAndLabels))
                .mapToDouble(line -> Double.parseDouble(line.substring(nameAndLabels.length())))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + nameAndLabels + "in\n" + metrics));
    }

    @Test
    void aDiskTooFullForTheNextExportIsReportedOnceAndSoIsItsEnd() throws Exception {
        AlertOptions options = new AlertOptions(
                null, secret("hook", "http://127.0.0.1:" + hook.getAddress().getPort()));
        try (StateDatabase database = StateDatabase.inFolder(folder.toRealPath());
                Alerts told = new Alerts(
                        options,
                        new DatasetLog(database.connections(), "test"),
                        Clock.systemUTC(),
                        Duration.ofMillis(1))) {
            for (long free : new long[] {100, 99, 98, 100, 200}) {
                Disks.Disk disk = new Disks.Disk("/srv/dumps", 1_000, free, 100, "d");
                told.look(new Overview(Instant.now(), 0, 0, Map.of(), List.of(disk), List.of()));
            }
            JsonNode full = alerts.take();
            assertThat(full.path("kind").asText()).isEqualTo("disk");
            assertThat(full.path("folder").asText()).isEqualTo("dumps");
            assertThat(full.path("message").asText())
                    .isEqualTo("dumps has 99 bytes free, and the next export of \"d\" needs about 100");
            assertThat(alerts.take().path("kind").asText()).isEqualTo("resolved");
        }
        assertThat(alerts).isEmpty();
    }

    @Test
    void aWebhookThatRedirectsIsNotFollowed() throws Exception {
        CountDownLatch asked = new CountDownLatch(2);
        HttpServer redirecting = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        redirecting.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders()
                    .set("Location", "http://127.0.0.1:" + hook.getAddress().getPort());
            exchange.sendResponseHeaders(307, -1);
            exchange.close();
            asked.countDown();
        });
        redirecting.start();
        AlertOptions options = new AlertOptions(
                null,
                secret("hook", "http://127.0.0.1:" + redirecting.getAddress().getPort()));
        try (StateDatabase database = StateDatabase.inFolder(folder.toRealPath());
                Alerts told = new Alerts(
                        options,
                        new DatasetLog(database.connections(), "test"),
                        Clock.systemUTC(),
                        Duration.ofMillis(1))) {
            Disks.Disk disk = new Disks.Disk("/srv/dumps", 1_000, 99, 100, "d");
            told.look(new Overview(Instant.now(), 0, 0, Map.of(), List.of(disk), List.of()));
            // The second request shows that the first answer counts as a refusal.
            asked.await();
        } finally {
            redirecting.stop(0);
        }
        assertThat(alerts).isEmpty();
    }

    @Test
    void aRestartDoesNotReportAgain() throws Exception {
        exports.failsWith(failure(Fault.CONFIG)).failsWith(failure(Fault.CONFIG));
        for (int start = 0; start < 2; start++) {
            try (Daemon daemon = start(Schedules.FAR_AWAY, false, Clock.systemUTC())) {
                daemon.timetable().now("d");
                results.take();
            }
        }
        assertThat(alerts).hasSize(1);
    }

    @Test
    void latenessIsReportedOnceAlthoughItIsCheckedEveryMinute() throws Exception {
        Instant start = Instant.parse("2026-11-22T00:00:00Z");
        SetClock clock = new SetClock(start);
        Schedules.folder(folder.resolve("schedules"), "0 0 3 * * ?", "d");
        try (StateDatabase database = StateDatabase.inFolder(folder.toRealPath());
                Alerts told = new Alerts(
                        new AlertOptions(
                                null,
                                secret(
                                        "hook",
                                        "http://127.0.0.1:" + hook.getAddress().getPort())),
                        new DatasetLog(database.connections(), "test"),
                        clock,
                        Duration.ofMillis(1))) {
            DatasetLog log = new DatasetLog(database.connections(), "test");
            log.known("d", start);
            var times = Schedules.times("0 0 3 * * ?", io.spillway.schedule.TimesSection.Missed.SKIP);
            for (int hours = 1; hours <= 40; hours++) {
                clock.set(start.plus(Duration.ofHours(hours)));
                DatasetState state = log.find("d").orElseThrow();
                Instant late = Overview.lateSince(times, state, clock.instant()).orElse(null);
                // Due at three, and an export may take an hour.
                assertThat(late != null).isEqualTo(hours > 4);
                told.look(new Overview(
                        clock.instant(),
                        0,
                        0,
                        Map.of(),
                        List.of(),
                        List.of(new Overview.Line(
                                "d", null, null, null, null, late, 0, 0, state.alerted(), null, null))));
            }
            assertThat(alerts.take().path("kind").asText()).isEqualTo("late");
        }
        assertThat(alerts).isEmpty();
    }

    @Test
    void theMetricsFileKeepsTheLastSuccessAfterAFailure() throws Exception {
        Path file = folder.resolve("d.prom");
        MetricsFile metrics = new MetricsFile(file, "d");
        Instant began = Instant.parse("2026-11-22T03:00:00Z");

        metrics.write(began, began.plusSeconds(90), Schedules.report(), 0);
        String first = Files.readString(file, StandardCharsets.UTF_8);
        metrics.write(began.plusSeconds(3_600), began.plusSeconds(3_601), null, 10);

        assertThat(first.lines())
                .contains(
                        "spillway_last_success_documents{dataset=\"d\"} 3.0",
                        "spillway_last_success_duration_seconds{dataset=\"d\"} 90.0",
                        "spillway_last_attempt_exit_code{dataset=\"d\"} 0.0");
        assertThat(Files.readAllLines(file))
                .contains(
                        "spillway_last_attempt_exit_code{dataset=\"d\"} 10.0",
                        "spillway_last_success_documents{dataset=\"d\"} 3.0")
                .containsAll(first.lines()
                        .filter(line -> line.startsWith("spillway_last_success_timestamp"))
                        .toList());
        try (var left = Files.list(folder)) {
            assertThat(left).containsExactly(file);
        }
    }
}
