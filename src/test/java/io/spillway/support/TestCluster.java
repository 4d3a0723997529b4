package io.spillway.support;

import io.spillway.demo.ElasticsearchServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;

/**
 * The real server that the integration tests of one run share, and the few requests that they need besides the code
 * under test. Started by the first test that needs it; ends with the tests' JVM. Each test creates indices of its own.
 */
public final class TestCluster {
    private static final AtomicInteger NAMES = new AtomicInteger();
    private static final int BULK_BYTES = 5_000_000;
    private static final int HEAP_MEBIBYTES = 768;
    private static final Map<String, Lazy> OTHERS = new ConcurrentHashMap<>();

    private final HttpClient client = HttpClient.newHttpClient();
    private final URI url;
    private final Path repositories;

    /** Requests for a server that the caller has started and closes, and that has no folder for snapshots. */
    public TestCluster(URI url) {
        this(url, null);
    }

    /** The same for a server that was started with this folder as {@code path.repo}. */
    public TestCluster(URI url, Path repositories) {
        this.url = url;
        this.repositories = repositories;
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
     * A shared server of another version or product, {@code opensearch-2.19.4}; skips the test, visibly, where it
     * cannot be fetched or no JDK that runs it is installed.
     */
    public static TestCluster of(String name) {
        if (name.equals(String.valueOf(home().getFileName()))) {
            return shared();
        }
        Path home = home(name);
        return OTHERS.computeIfAbsent(name, n -> new Lazy(home)).get();
    }

    /** The folder of an unpacked server by its name, and a JDK that runs it; skips the test where one is missing. */
    private static Path home(String name) {
        Path home = ServerZips.home(name);
        Assumptions.assumeTrue(
                ElasticsearchServer.findJava(home).isPresent(), "no JDK that runs " + name + " in /usr/lib/jvm");
        return home;
    }

    /** The JDK that runs a server; skips the test where the server or the JDK is missing. */
    public static Path java(String name) {
        return ElasticsearchServer.findJava(home(name)).orElseThrow();
    }

    /** A shared server of version 9; skips the test, visibly, where it or a JDK of version 21 or later is missing. */
    public static TestCluster version9() {
        return of("elasticsearch-9.5.3");
    }

    /**
     * A server for the indices of many tests. It rejects a request for the memory that requests reserve, not for garbage
     * that its JVM has not collected yet, so a test does not depend on those before it.
     */
    private static ElasticsearchServer.Builder builder(Path home) {
        return ElasticsearchServer.builder(home)
                .heapMebibytes(HEAP_MEBIBYTES)
                .setting("indices.breaker.total.use_real_memory", "false");
    }

    /** A started server; one that does not start is tried once. */
    private static final class Lazy {
        private final Path home;
        private TestCluster cluster;
        private Exception failure;

        Lazy(Path home) {
            this.home = home;
        }

        @SuppressWarnings("MustBeClosed")
        synchronized TestCluster get() {
            if (cluster == null && failure == null) {
                try {
                    // Closed by its own shutdown hook, because no test knows that it is the last one.
                    Path repositories = SnapshotRepository.folder();
                    cluster = new TestCluster(
                            builder(home)
                                    .javaHome(ElasticsearchServer.findJava(home).orElseThrow())
                                    .limit(Duration.ofMinutes(5))
                                    // Version 9 counts a document of 25 MB four times.
                                    .setting("indexing_pressure.memory.limit", "50%")
                                    .setting("path.repo", repositories.toString())
                                    .start()
                                    .url(),
                            repositories);
                } catch (Exception e) {
                    failure = e;
                }
            }
            if (failure != null) {
                throw new IllegalStateException(home.getFileName() + " did not start", failure);
            }
            return cluster;
        }
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

    /** A new snapshot repository of the server, in a directory of its own; {@code settings} are JSON members, or empty. */
    public SnapshotRepository newRepository(String settings) throws IOException, InterruptedException {
        return SnapshotRepository.register(this, repositories, "repo-" + NAMES.incrementAndGet(), settings);
    }

    /** An index with so many shards, no replicas and no mapping. */
    public String newIndex(int shards) throws IOException, InterruptedException {
        return newIndex("{\"settings\":{\"number_of_shards\":" + shards + ",\"number_of_replicas\":0}}");
    }

    /** An index of two shards of which one is nowhere, as after the loss of a node. */
    public String newIndexWithAMissingShard() throws IOException, InterruptedException {
        String name = "test-" + NAMES.incrementAndGet();
        request("PUT", "/" + name + "?wait_for_active_shards=0", """
                {"settings": {"number_of_shards": 2, "number_of_replicas": 0,
                  "index.routing.allocation.total_shards_per_node": 1}}
                """);
        request("GET", "/_cluster/health/" + name + "?wait_for_no_initializing_shards=true&timeout=30s", null);
        return name;
    }

    /** Closes the point in time that the body of a search names, as a server does that was restarted. */
    public void closeSnapshot(String search, boolean openSearch) throws IOException, InterruptedException {
        String id = search.replaceFirst("(?s)^.*\"pit\":\\{\"id\":\"([^\"]*)\".*$", "$1");
        request(
                "DELETE",
                openSearch ? "/_search/point_in_time" : "/_pit",
                openSearch ? "{\"pit_id\":[\"" + id + "\"]}" : "{\"id\":\"" + id + "\"}");
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

    /** The number of the shard that a routing leads to; the same routing leads elsewhere in another version. */
    public int shard(String index, String routing) throws IOException, InterruptedException {
        String path = "/" + index + "/_search_shards?routing=" + URLEncoder.encode(routing, StandardCharsets.UTF_8);
        return Integer.parseInt(request("GET", path, null).replaceFirst("(?s)^.*?\"shard\":(\\d+).*$", "$1"));
    }

    /**
     * Active searches or open points in time on the server. Another test may have left some, which expire: compare with
     * the number before, never with zero, and only upwards.
     */
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

    private static final class Shared {
        static final TestCluster CLUSTER = start();

        @SuppressWarnings("MustBeClosed")
        private static TestCluster start() {
            try {
                // Closed by its own shutdown hook, because no test knows that it is the last one.
                Path repositories = SnapshotRepository.folder();
                return new TestCluster(
                        builder(home())
                                .setting("path.repo", repositories.toString())
                                .limit(Duration.ofMinutes(5))
                                .start()
                                .url(),
                        repositories);
            } catch (Exception e) {
                throw new IllegalStateException("the shared Elasticsearch did not start", e);
            }
        }
    }
}
