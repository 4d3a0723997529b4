package io.spillway.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class DemoRecordsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    static List<DemoRecords> all() {
        return DemoRecords.all();
    }

    @ParameterizedTest
    @MethodSource("all")
    void everyLineIsAJsonObjectAndTheirNumberIsTheStatedOne(DemoRecords records) throws IOException {
        List<String> lines = lines(records);
        for (String line : lines) {
            assertThat(JSON.readTree(line).isObject()).as(line).isTrue();
        }
        assertThat(lines).hasSize(records.documents());
    }

    @ParameterizedTest
    @MethodSource("all")
    void theMappingIsStrictAndCoversAllFieldsOfTheRecords(DemoRecords records) throws IOException {
        JsonNode mappings = JSON.readTree(records.indexBody()).get("mappings");
        assertThat(mappings.get("dynamic").asText()).isEqualTo("strict");
        Set<String> inRecords = new TreeSet<>();
        for (String line : lines(records)) {
            collectFields(JSON.readTree(line), mappings, "", inRecords);
        }
        Set<String> inMapping = new TreeSet<>();
        collectMapped(mappings, "", inMapping);
        assertThat(inRecords).isEqualTo(inMapping);
    }

    @ParameterizedTest
    @MethodSource("all")
    void theMappingForOpenSearchHasNoTypeThatOnlyElasticsearchHas(DemoRecords records) throws IOException {
        JsonNode mappings = JSON.readTree(records.openSearchBody()).get("mappings");

        assertThat(mappings.findValuesAsText("type")).doesNotContain("flattened");
        assertThat(mappings.findValues("properties"))
                .hasSameSizeAs(JSON.readTree(records.indexBody()).findValues("properties"));
    }

    @ParameterizedTest
    @MethodSource("all")
    void theNoticeNamesTheRecordsWithTheirLicenceAndNumber(DemoRecords records) throws IOException {
        String notice = new String(resource("NOTICE.md"), UTF_8);
        assertThat(notice).contains("## " + records.dataset() + ".jsonl.gz", "`" + records.license() + "`");
        assertThat(notice)
                .contains(
                        "%,d".formatted(records.documents()), records.homepage().toString());
    }

    @Test
    void allRecordsTakeAtMostTwoMegabytesAndTheirFilesHaveNoDate() throws IOException {
        int bytes = 0;
        for (DemoRecords records : DemoRecords.all()) {
            byte[] packed = resource(records.dataset() + ".jsonl.gz");
            bytes += packed.length;
            assertThat(packed).startsWith(0x1f, 0x8b, 8, 0 /* no name */, 0, 0, 0, 0 /* no time */);
        }
        assertThat(bytes).isLessThanOrEqualTo(2_000_000);
    }

    @Test
    void escapesKeepTheSpellingOfTheSource() throws IOException {
        assertThat(lines(named("countries")).get(0))
                .startsWith("{\"name\":{\"common\":\"Aruba\",")
                .contains("\"symbol\":\"\\u0192\"");
    }

    @Test
    void everyLineIsSentOnceInBodiesOfAtMostFiveMegabytes() throws Exception {
        DemoRecords cities = named("cities");
        try (Recorder server = new Recorder("{\"errors\":false}", cities.documents())) {
            cities.load(server.url());

            assertThat(server.requests.get(0)).isEqualTo("PUT /cities");
            assertThat(server.bulks).hasSizeGreaterThan(1).allMatch(body -> body.length <= 5_000_000);
            List<String> sent = new ArrayList<>();
            Set<String> ids = new HashSet<>();
            for (byte[] body : server.bulks) {
                String[] halves = new String(body, UTF_8).split("\n", -1);
                for (int i = 0; i + 1 < halves.length; i += 2) {
                    ids.add(JSON.readTree(halves[i]).at("/index/_id").asText());
                    sent.add(halves[i + 1]);
                }
            }
            assertThat(sent).isEqualTo(lines(cities));
            assertThat(ids).hasSize(cities.documents()).contains("1", "57025");
        }
    }

    @Test
    void aCountryIsFoundByItsCode() throws Exception {
        DemoRecords countries = named("countries");
        try (Recorder server = new Recorder("{\"errors\":false}", countries.documents())) {
            countries.load(server.url());
            assertThat(new String(server.bulks.get(0), UTF_8)).startsWith("{\"index\":{\"_id\":\"ABW\"}}\n");
        }
    }

    @Test
    void aRejectedDocumentIsAnErrorWithItsReason() throws Exception {
        String refusal = "{\"errors\":true,\"items\":[{\"index\":{\"error\":{\"reason\":\"no such field\"}}}]}";
        try (Recorder server = new Recorder(refusal, 250)) {
            assertThatThrownBy(() -> named("countries").load(server.url()))
                    .isInstanceOfSatisfying(
                            SpillwayException.class, e -> assertThat(e.fault()).isEqualTo(Fault.SOURCE_REFUSED))
                    .hasMessageContaining("no such field");
        }
    }

    @Test
    void aServerThatCountsFewerDocumentsIsAnError() throws Exception {
        try (Recorder server = new Recorder("{\"errors\":false}", 249)) {
            assertThatThrownBy(() -> named("countries").load(server.url()))
                    .isInstanceOfSatisfying(
                            SpillwayException.class, e -> assertThat(e.fault()).isEqualTo(Fault.INTEGRITY))
                    .hasMessageContaining("249");
        }
    }

    @Test
    void aMissingServerIsUnavailable() throws Exception {
        URI gone;
        try (Recorder server = new Recorder("", 0)) {
            gone = server.url();
        }
        assertThatThrownBy(() -> named("countries").load(gone))
                .isInstanceOfSatisfying(
                        SpillwayException.class, e -> assertThat(e.fault()).isEqualTo(Fault.SOURCE_UNAVAILABLE));
    }

    /** Adds the path of every value, and of every flattened object, which contains everything below it. */
    private static void collectFields(JsonNode value, JsonNode mapping, String path, Set<String> found) {
        if (value.isArray()) {
            value.forEach(element -> collectFields(element, mapping, path, found));
        } else if (value.isObject() && !mapping.path("type").asText().equals("flattened")) {
            value.properties()
                    .forEach(field -> collectFields(
                            field.getValue(),
                            mapping.path("properties").path(field.getKey()),
                            path + "/" + field.getKey(),
                            found));
        } else {
            found.add(path);
        }
    }

    private static void collectMapped(JsonNode mapping, String path, Set<String> found) {
        if (mapping.has("type")) {
            found.add(path);
        }
        mapping.path("properties")
                .properties()
                .forEach(field -> collectMapped(field.getValue(), path + "/" + field.getKey(), found));
    }

    private static DemoRecords named(String dataset) {
        return DemoRecords.all().stream()
                .filter(records -> records.dataset().equals(dataset))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> lines(DemoRecords records) throws IOException {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(records.open(), UTF_8))) {
            return reader.lines().toList();
        }
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = DemoRecords.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        }
    }

    /** Accepts requests, and answers as the test says. */
    private static final class Recorder implements AutoCloseable {
        private final HttpServer server;
        private final List<String> requests = new CopyOnWriteArrayList<>();
        private final List<byte[]> bulks = new CopyOnWriteArrayList<>();

        Recorder(String bulkAnswer, int count) throws IOException {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", exchange -> {
                String path = exchange.getRequestURI().getPath();
                byte[] body = exchange.getRequestBody().readAllBytes();
                requests.add(exchange.getRequestMethod() + " " + path);
                String answer = "{}";
                if (path.endsWith("/_bulk")) {
                    bulks.add(body);
                    answer = bulkAnswer;
                } else if (path.endsWith("/_count")) {
                    answer = "{\"count\":" + count + "}";
                }
                byte[] bytes = answer.getBytes(UTF_8);
                exchange.sendResponseHeaders(200, bytes.length);
                exchange.getResponseBody().write(bytes);
                exchange.close();
            });
            server.start();
        }

        URI url() {
            return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
