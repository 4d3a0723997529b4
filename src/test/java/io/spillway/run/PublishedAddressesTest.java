package io.spillway.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.config.ConfigFile;
import io.spillway.dataset.DumpId;
import io.spillway.destination.Destination;
import io.spillway.destination.StoredObject;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.destination.s3.S3Bucket;
import io.spillway.destination.s3.S3Options;
import io.spillway.destination.s3.S3Server;
import io.spillway.schedule.ScheduleFile;
import io.spillway.support.SyntheticSource;
import io.spillway.support.WebServer;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every address in every published file is requested from a web server and an S3 server that serve files and no folders.
 * What is not the address of a file is left out: the identifiers of a feed's entries, and what a command of a README or a
 * page, or a client of a torrent, puts before the names of files.
 */
@Timeout(120)
@Tag("slow")
class PublishedAddressesTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern ABSOLUTE = Pattern.compile("http://127\\.0\\.0\\.1:[0-9]+/[^\\s\"'<>)\\]}\\\\|;`]*");
    private static final Pattern HREF = Pattern.compile("(?:href|src)=\"([^\"#]+)[^\"]*\"");
    private static final Pattern NO_ADDRESS =
            Pattern.compile("<id>[^<]*</id>|(?m)^URL='.*'$|^\\* `.*`$|s\\|\\^\\|[^|]*\\|");

    @TempDir
    private Path folder;

    private Path root;
    private WebServer home;
    private S3Server mirror;
    private final HttpClient client = HttpClient.newHttpClient();
    private Instant now = Instant.now().minus(Duration.ofDays(30)).truncatedTo(ChronoUnit.HOURS);

    @BeforeEach
    void serve() throws Exception {
        root = Files.createDirectories(folder.resolve("home"));
        home = WebServer.serving(root);
        mirror = S3Server.openToAll();
    }

    @AfterEach
    void stop() throws Exception {
        home.close();
        mirror.close();
    }

    /** Exports two dumps of two datasets, and withdraws one of the older dumps. */
    private void publish(@Nullable URI atHome, boolean withMirror) throws Exception {
        for (String dataset : List.of("journals", "articles")) {
            Path file = folder.resolve(dataset + ".yaml");
            Files.writeString(file, """
                    dataset: %s
                    title: All %s
                    license: CC0-1.0
                    publisher: The Directory
                    source: {elasticsearch: "http://127.0.0.1:1", index: synthetic}
                    destinations: [{directory: "%s"}]
                    formats: [{jsonl: {}}, {csv: {columns: [id]}}]
                    parts: {documents: 7}
                    notices: {languages: [en]}
                    """.formatted(dataset, dataset, root));
            var schedule = ConfigFile.read(file, ScheduleFile.class);
            @Nullable DumpId oldest = null;
            for (int i = 0; i < 2; i++) {
                now = now.plus(Duration.ofHours(1));
                SyntheticSource source = SyntheticSource.seeded(7, 20).takenAt(now);
                try (Destinations places = places(atHome, withMirror, schedule)) {
                    var report = new Exporter(ExportListener.NONE)
                            .export(schedule, GateOverrides.NONE, places, () -> source);
                    oldest = oldest == null ? report.manifest().id() : oldest;
                }
            }
            try (Destinations places = places(atHome, withMirror, schedule)) {
                assertThat(places.withdrawals(dataset)
                                .withdraw(oldest, "wrong", true, Upkeep.move(places, schedule))
                                .shortfall())
                        .isEmpty();
            }
        }
    }

    private Destinations places(@Nullable URI atHome, boolean withMirror, ScheduleFile schedule) throws Exception {
        List<Destination> others = withMirror ? List.of(bucket()) : List.of();
        return new Destinations(LocalDirectory.open(root, atHome), false, others, Configuration.digest(schedule));
    }

    private S3Bucket bucket() throws Exception {
        S3Options options = mirror.options();
        URI url = mirror.endpoint().resolve("/" + S3Server.BUCKET + "/public/");
        return S3Bucket.open(new S3Options(
                new S3Options.Address(S3Server.BUCKET, "public/", null, mirror.endpoint(), true, url),
                options.credentials(),
                options.dialect(),
                options.keeping(),
                options.sending(),
                options.patience()));
    }

    @Test
    void everyAbsoluteAddressAnswers() throws Exception {
        publish(home.address(), true);
        Map<String, String> texts = new TreeMap<>();
        for (Path file : texts()) {
            texts.put("home/" + root.relativize(file), Files.readString(file, StandardCharsets.ISO_8859_1));
        }
        try (S3Bucket bucket = bucket()) {
            for (StoredObject object : bucket.list("")) {
                if (isText(object.key().name())) {
                    try (InputStream in = bucket.open(object.key())) {
                        texts.put("bucket/" + object.key(), new String(in.readAllBytes(), StandardCharsets.ISO_8859_1));
                    }
                }
            }
        }
        Map<String, String> wrong = new TreeMap<>();
        Set<URI> requested = new TreeSet<>();
        for (Map.Entry<String, String> file : texts.entrySet()) {
            Matcher addresses =
                    ABSOLUTE.matcher(NO_ADDRESS.matcher(file.getValue()).replaceAll(""));
            while (addresses.find()) {
                URI address = URI.create(addresses.group());
                if (requested.add(address)) {
                    request(file.getKey(), address, wrong);
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(requested).hasSizeGreaterThan(50);
    }

    @Test
    void everyRelativeAddressAnswers() throws Exception {
        publish(null, false);
        Map<String, String> wrong = new TreeMap<>();
        int requested = 0;
        for (Path file : texts()) {
            URI from = home.address().resolve(root.relativize(file).toString());
            for (String address : relative(file)) {
                requested++;
                request(root.relativize(file).toString(), from.resolve(address), wrong);
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(requested).isGreaterThan(100);
    }

    @Test
    void theAddressOfADumpAndItsMirrorsIsItsPageBesideAllItsFiles() throws Exception {
        publish(home.address(), true);
        JsonNode latest = JSON.readTree(root.resolve("journals/latest.json").toFile());
        for (JsonNode address : List.of(latest.path("address"), latest.at("/mirrors/0"))) {
            assertThat(address.textValue()).endsWith("Z/index.html");
            for (JsonNode file : latest.path("files")) {
                assertThat(status(URI.create(address.textValue())
                                .resolve(file.path("name").textValue())))
                        .isEqualTo(200);
            }
        }
    }

    /** Links of pages and feeds, addresses in JSON, paths of a Data Package, and the lines of a list. */
    private static List<String> relative(Path file) throws Exception {
        String name = file.getFileName().toString();
        String text = NO_ADDRESS.matcher(Files.readString(file)).replaceAll("");
        Stream<String> all = Stream.of();
        if (name.endsWith(".html") || name.endsWith(".atom")) {
            all = HREF.matcher(text).results().map(match -> match.group(1).replace("&amp;", "&"));
        } else if (name.equals("urls.txt")) {
            all = text.lines();
        } else if (name.equals("latest.json") || name.equals("links.json")) {
            JsonNode json = JSON.readTree(text);
            all = Stream.of("address", "page", "manifest", "checksums")
                    .flatMap(key -> json.findValues(key).stream())
                    .map(JsonNode::textValue);
        } else if (name.equals("datapackage.json")) {
            all = JSON.readTree(text).findValues("path").stream()
                    .map(path -> path.isArray() ? path.path(0).textValue() : path.textValue());
        } else if (name.equals("croissant.json")) {
            JsonNode json = JSON.readTree(text);
            all = Stream.concat(Stream.of(json.path("url")), json.findValues("contentUrl").stream())
                    .map(JsonNode::textValue);
        }
        return all.filter(address -> address != null && !address.contains(":")).toList();
    }

    /** Every file at home but the documents themselves. */
    private List<Path> texts() throws Exception {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> isText(file.getFileName().toString()))
                    .sorted()
                    .toList();
        }
    }

    private static boolean isText(String name) {
        return !name.startsWith(".") && !name.endsWith(".gz") && !name.endsWith(".torrent");
    }

    private void request(String file, URI address, Map<String, String> wrong) throws Exception {
        int status = status(address);
        if (status != 200) {
            wrong.put(file + " names " + address, "status " + status);
        }
    }

    private int status(URI address) throws Exception {
        return client.send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
