package io.spillway.support;

import io.spillway.demo.ElasticsearchServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * The real server that the integration tests of one run share, and the few requests that they need besides the code
 * under test. Started by the first test that needs it; ends with the tests' JVM. Each test creates indices of its own.
 */
public final class TestCluster {
    private static final AtomicInteger NAMES = new AtomicInteger();
    private static final int BULK_BYTES = 5_000_000;

    private final HttpClient client = HttpClient.newHttpClient();
    private final URI url;

    /** Requests for a server that the caller has started and closes. */
    public TestCluster(URI url) {
        this.url = url;
    }

    /** The shared server. */
    public static TestCluster shared() {
        home();
        return Shared.CLUSTER;
    }

    /** The folder of the unpacked server. Skips the test visibly if the build has not fetched it. */
    public static Path home() {
        var home = ElasticsearchServer.findHome();
        Assumptions.assumeTrue(home.isPresent(), "no unpacked Elasticsearch server: the build fetches one");
        return home.orElseThrow();
    }

    /**
     * A shared server of version 9. Skips the test visibly if the build has not fetched it or no JDK of version 21 or
     * later is installed.
     */
    public static TestCluster version9() {
        Assumptions.assumeTrue(
                Files.isDirectory(Version9.HOME),
                "no unpacked Elasticsearch 9 at " + Version9.HOME + ": the build fetches one");
        Assumptions.assumeTrue(Version9.JDK.isPresent(), "no JDK of version 21 or later in /usr/lib/jvm");
        return Version9.Server.CLUSTER;
    }

    public URI url() {
        return url;
    }

    /** Creates an index that no other test uses, with the given body or none, and returns its name. */
    public String newIndex(String body) throws IOException, InterruptedException {
        String name = "test-" + NAMES.incrementAndGet();
        request("PUT", "/" + name, body);
        return name;
    }

    /** An index with so many shards, no replicas and no mapping. */
    public String newIndex(int shards) throws IOException, InterruptedException {
        return newIndex("{\"settings\":{\"number_of_shards\":" + shards + ",\"number_of_replicas\":0}}");
    }

    /** Sends each line as a separate document without an id, then refreshes. */
    public void load(String index, Iterable<String> documents) throws IOException, InterruptedException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (String document : documents) {
            body.writeBytes("{\"index\":{}}\n".getBytes(StandardCharsets.UTF_8));
            body.writeBytes(document.getBytes(StandardCharsets.UTF_8));
            body.write('\n');
            if (body.size() > BULK_BYTES) {
                bulk(index, body.toByteArray());
                body.reset();
            }
        }
        if (body.size() > 0) {
            bulk(index, body.toByteArray());
        }
        request("POST", "/" + index + "/_refresh", null);
    }

    /** Sends a {@code _bulk} body unchanged; fails if the server rejected one of its items. */
    public void bulk(String index, byte[] body) throws IOException, InterruptedException {
        String path = "/" + index + "/_bulk?filter_path=errors,items.*.error";
        String answer = send("POST", path, body, "application/x-ndjson").body();
        if (!answer.contains("\"errors\":false")) {
            throw new IOException("bulk refused: " + answer);
        }
    }

    /** Sends a request and returns the answer's body; fails on any status but 2xx. */
    public String request(String method, String path, String body) throws IOException, InterruptedException {
        HttpResponse<String> answer =
                send(method, path, body == null ? null : body.getBytes(StandardCharsets.UTF_8), "application/json");
        if (answer.statusCode() / 100 != 2) {
            throw new IOException(method + " " + path + ": " + answer.statusCode() + " " + answer.body());
        }
        return answer.body();
    }

    /** Sends a request with a body of any content type and returns the answer, whatever its status. */
    public HttpResponse<String> send(String method, String path, byte[] body, String contentType)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(url.resolve(path))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        if (body != null) {
            request.header("Content-Type", contentType);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    /** Active searches or open points in time on the server. */
    public int openContexts() throws IOException, InterruptedException {
        String stats =
                request("GET", "/_nodes/stats/indices/search?filter_path=nodes.*.indices.search.open_contexts", null);
        int sum = 0;
        for (String piece : stats.split("\"open_contexts\":", -1)) {
            String digits = piece.replaceAll("^(\\d*).*$", "$1");
            sum += digits.isEmpty() ? 0 : Integer.parseInt(digits);
        }
        return sum;
    }

    private static final class Version9 {
        static final Path HOME = Path.of(
                System.getProperty("spillway.elasticsearch-9.home", "target/elasticsearch-9/elasticsearch-9.5.3"));
        static final Optional<Path> JDK = jdk();

        /** The one server; its class is initialized once, so that a server that does not start is tried once. */
        private static final class Server {
            static final TestCluster CLUSTER = start();

            @SuppressWarnings("MustBeClosed")
            private static TestCluster start() {
                try {
                    // Closed by its own shutdown hook, because no test knows that it is the last one.
                    return new TestCluster(ElasticsearchServer.builder(HOME)
                            .javaHome(JDK.orElseThrow())
                            .limit(Duration.ofMinutes(5))
                            .start()
                            .url());
                } catch (Exception e) {
                    throw new IllegalStateException("Elasticsearch 9 did not start", e);
                }
            }
        }

        private static Optional<Path> jdk() {
            if (Runtime.version().feature() >= 21) {
                return Optional.of(Path.of(System.getProperty("java.home")));
            }
            Path all = Path.of("/usr/lib/jvm");
            if (!Files.isDirectory(all)) {
                return Optional.empty();
            }
            try (Stream<Path> homes = Files.list(all)) {
                return homes.filter(Version9::isNewEnough).sorted().findFirst();
            } catch (IOException unreadable) {
                return Optional.empty();
            }
        }

        private static boolean isNewEnough(Path home) {
            try {
                return Files.isExecutable(home.resolve("bin/java"))
                        && Files.readAllLines(home.resolve("release")).stream()
                                .filter(line -> line.startsWith("JAVA_VERSION="))
                                .anyMatch(line -> Runtime.Version.parse(line.replaceAll("^.*=|\"", "")
                                                        .replaceAll("_.*$", ""))
                                                .feature()
                                        >= 21);
            } catch (IOException | IllegalArgumentException unreadable) {
                return false;
            }
        }
    }

    private static final class Shared {
        static final TestCluster CLUSTER = start();

        @SuppressWarnings("MustBeClosed")
        private static TestCluster start() {
            try {
                // Closed by its own shutdown hook, because no test knows that it is the last one.
                return new TestCluster(
                        ElasticsearchServer.builder(home()).start().url());
            } catch (Exception e) {
                throw new IllegalStateException("the shared Elasticsearch did not start", e);
            }
        }
    }
}
