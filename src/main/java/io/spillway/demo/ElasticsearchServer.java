package io.spillway.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A real Elasticsearch or OpenSearch on loopback with a temporary folder, for the demo and for tests. It runs as a child
 * process on ports chosen by the kernel, and is removed with its data when it is closed, when this JVM exits, and when this JVM is
 * killed.
 *
 * <pre>{@code
 * try (ElasticsearchServer server = ElasticsearchServer.builder(home).start()) {
 *     records.load(server.url());
 * }
 * }</pre>
 *
 * <p>Thread-safe. Requires {@code /bin/sh}.
 */
public final class ElasticsearchServer implements AutoCloseable {
    /** The system property with the folder of the unpacked server; takes precedence over all other locations. */
    public static final String HOME_PROPERTY = "spillway.elasticsearch.home";

    private static final String LOOPBACK = "127.0.0.1";

    private final ServerProcess process;
    private final ProcessHandle server;
    private final URI url;
    private final int transportPort;
    private final boolean openSearch;

    private ElasticsearchServer(
            ServerProcess process, ProcessHandle server, URI url, int transportPort, boolean openSearch) {
        this.openSearch = openSearch;
        this.process = process;
        this.server = server;
        this.url = url;
        this.transportPort = transportPort;
    }

    /**
     * Creates a builder for the unpacked distribution in this folder, which contains {@code bin/elasticsearch} or
     * {@code bin/opensearch}. The folder is only read, so several servers may share it.
     */
    public static Builder builder(Path home) {
        return new Builder(home);
    }

    /**
     * The folder of an unpacked server: the value of the system property {@value #HOME_PROPERTY}, whether it exists or
     * not; else the newest {@code elasticsearch/elasticsearch-VERSION} next to the running jar; else the same in {@code
     * target} below the working directory; else empty. Skips servers that other users can write to.
     */
    public static Optional<Path> findHome() {
        return ServerHome.find();
    }

    /**
     * Where the unpacked server of this name is, such as {@code opensearch-2.19.4}: in {@code elasticsearch}
     * or {@code servers} next to the running jar, else in {@code target} in the working folder.
     */
    public static Optional<Path> findHome(String name) {
        return ServerHome.named(name);
    }

    /** A JDK that can run the unpacked server in this folder, this JVM's own if possible; empty where none is found. */
    public static Optional<Path> findJava(Path home) {
        Distribution distribution = Distribution.at(home);
        return JavaHomes.between(distribution.oldestJava(), distribution.newestJava());
    }

    /** The newest server in this folder that is safe to start. */
    static Optional<Path> newest(Path folder) {
        return ServerHome.newest(folder);
    }

    /** Its URL: {@code http://127.0.0.1:PORT}, or https. */
    public URI url() {
        return url;
    }

    /** Whether it is OpenSearch. */
    public boolean isOpenSearch() {
        return openSearch;
    }

    /** The transport port on 127.0.0.1, for {@code discovery.seed_hosts} of other nodes. */
    public int transportPort() {
        return transportPort;
    }

    /** The process id of the server itself, not of its launcher. */
    public long pid() {
        return server.pid();
    }

    /** Kills the server with SIGKILL, like a crash, and waits for its end. Its folder stays until {@link #close()}. */
    public void kill() throws InterruptedException {
        server.destroyForcibly();
        try {
            server.onExit().get();
        } catch (ExecutionException unexpected) {
            throw new IllegalStateException(unexpected);
        }
    }

    /**
     * Stops the server, by force after 15 seconds, and deletes its folder. Idempotent. An interrupt forces the stop at
     * once, and stays set.
     */
    @Override
    public void close() {
        process.close();
    }

    /** The temporary folder. */
    Path folder() {
        return process.folder();
    }

    /** The settings of a server. Not thread-safe; may start several servers. */
    public static final class Builder {
        private static final String READY = "ready";
        private static final Duration PAUSE = Duration.ofMillis(50);
        private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);

        private final Path home;
        private final Distribution distribution;
        private final Map<String, String> settings = new LinkedHashMap<>();
        private final Map<String, byte[]> files = new TreeMap<>();
        private Path parent = Path.of(System.getProperty("java.io.tmpdir"));
        private Path javaHome = Path.of(System.getProperty("java.home"));
        private int heapMebibytes = 512; // 256 is enough for small indices, but slow to start
        private Duration limit =
                Duration.ofMinutes(2); // a start takes 10 s on an idle machine; 54 s was measured at load 6
        private @Nullable SSLContext tls;
        private @Nullable String authorization;

        private Builder(Path home) {
            this.home = home;
            this.distribution = Distribution.at(home);
        }

        /**
         * Sets a setting as in elasticsearch.yml, with lists separated by commas; overrides our default of the same
         * name. It is visible in the process list: put secrets into {@link #file(String, String)} {@code
         * elasticsearch.yml}.
         *
         * <p>By default the server is the only node of its cluster and requires no login. With {@code
         * cluster.initial_master_nodes}, {@code discovery.seed_hosts} or {@code discovery.type} it joins the cluster
         * that these define.
         */
        public Builder setting(String key, String value) {
            settings.put(key, value);
            return this;
        }

        /**
         * Adds a file to the configuration folder, replacing the distribution's.
         *
         * @param path relative to that folder, {@code users} or {@code certificates/http.p12}; no {@code ..}
         */
        public Builder file(String path, byte[] content) {
            Path relative = Path.of(path);
            if (relative.isAbsolute() || !relative.normalize().equals(relative) || relative.startsWith("..")) {
                throw new IllegalArgumentException("not a path inside the configuration folder: \"" + path + "\"");
            }
            files.put(path, content.clone());
            return this;
        }

        /** The same with text, as UTF-8. */
        public Builder file(String path, String content) {
            return file(path, content.getBytes(UTF_8));
        }

        /** The server's heap in MiB, default 512; at least 128, below which it does not start. */
        public Builder heapMebibytes(int size) {
            if (size < 128) {
                throw new IllegalArgumentException("a heap of " + size + " MiB is too small");
            }
            heapMebibytes = size;
            return this;
        }

        /** The JDK for the server; default: that of this JVM. Elasticsearch 9 and OpenSearch 3 require Java 21 or later. */
        public Builder javaHome(Path folder) {
            javaHome = folder;
            return this;
        }

        /** The parent of the temporary folder; default: the system's temporary folder. */
        public Builder directory(Path folder) {
            parent = folder;
            return this;
        }

        /** The timeout of {@link #start()}, more than zero; default: 120 seconds. */
        public Builder limit(Duration duration) {
            limit = duration;
            return this;
        }

        /** The server uses https, configured by settings and files given here; health requests use this context. */
        public Builder https(SSLContext context) {
            tls = context;
            return this;
        }

        /** The Authorization header for health requests, if the server requires a login. */
        public Builder authorization(String value) {
            authorization = value;
            return this;
        }

        /**
         * Starts the server and returns when its health is yellow or green. The caller closes it. If this fails or is
         * interrupted, the process and the folder are removed.
         *
         * @throws SpillwayException CONFIG if the folder has no server or no user can run it, SOURCE_UNAVAILABLE with
         *     the server's last output if it exits or is not ready within the timeout
         */
        public ElasticsearchServer start() throws SpillwayException, InterruptedException {
            if (!Files.isExecutable(distribution.executable())) {
                throw new SpillwayException(
                        Fault.CONFIG,
                        "no Elasticsearch at " + home,
                        "mvn generate-resources unpacks one into target/elasticsearch; -D" + HOME_PROPERTY
                                + "=FOLDER selects another");
            }
            ServerProcess process = launch();
            boolean ready = false;
            try {
                ElasticsearchServer server = awaitReady(process);
                ready = true;
                return server;
            } finally {
                if (!ready) {
                    process.close();
                }
            }
        }

        private ServerProcess launch() throws SpillwayException, InterruptedException {
            Path folder = null;
            boolean launched = false;
            try {
                Path realHome = home.toRealPath();
                folder = Files.createTempDirectory(parent.toRealPath(), "spillway-elasticsearch-");
                LaunchUser user = LaunchUser.choose(Distribution.at(realHome), javaHome, folder);
                fill(folder, realHome);
                user.own(folder);
                List<String> command = new ArrayList<>(user.prefix());
                command.addAll(command(realHome, folder));
                ServerProcess process =
                        ServerProcess.start(folder, command, distribution.environment(javaHome, folder));
                launched = true;
                return process;
            } catch (IOException unwritable) {
                throw new SpillwayException(
                        Fault.CONFIG,
                        "cannot prepare a folder for Elasticsearch in %s: %s".formatted(parent, unwritable),
                        null,
                        unwritable);
            } finally {
                if (!launched && folder != null) {
                    ServerProcess.deleteTree(folder);
                }
            }
        }

        private void fill(Path folder, Path realHome) throws IOException {
            Path config = folder.resolve("config");
            for (String name : List.of("data", "logs", "tmp")) {
                Files.createDirectory(folder.resolve(name));
            }
            try (Stream<Path> originals = Files.walk(realHome.resolve("config"))) {
                for (Path original : (Iterable<Path>) originals::iterator) {
                    Files.copy(
                            original, config.resolve(realHome.resolve("config").relativize(original)));
                }
            }
            Files.writeString(config.resolve("jvm.options"), distribution.javaOptions(heapMebibytes));
            // Without seeds a node would contact others on the default ports of this machine.
            Files.writeString(
                    config.resolve(distribution.configurationFile()),
                    aloneByDefault() ? "" : "discovery.seed_hosts: []\n");
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                Path target = config.resolve(file.getKey());
                Files.createDirectories(Objects.requireNonNull(target.getParent()));
                Files.write(target, file.getValue());
            }
        }

        private boolean aloneByDefault() {
            return Stream.of("discovery.type", "discovery.seed_hosts", "cluster.initial_master_nodes")
                    .noneMatch(settings::containsKey);
        }

        private List<String> command(Path realHome, Path folder) {
            Map<String, String> all = new LinkedHashMap<>();
            all.put("cluster.name", "spillway");
            all.put("network.host", LOOPBACK);
            // With port 0 the kernel chooses a port when binding, so no other process can take it first. The server
            // writes the ports to logs/http.ports and logs/transport.ports, each atomically.
            all.put("http.port", "0");
            all.put("transport.port", "0");
            all.put("node.portsfile", "true");
            all.put("path.data", folder.resolve("data").toString());
            all.put("path.logs", folder.resolve("logs").toString());
            // A disk that is 95 % full should not prevent a few megabytes of temporary data.
            all.put("cluster.routing.allocation.disk.threshold_enabled", "false");
            all.putAll(distribution.settings());
            if (aloneByDefault()) {
                all.put("discovery.type", "single-node");
            }
            all.putAll(settings);
            List<String> command = new ArrayList<>();
            command.add(Distribution.at(realHome).executable().toString());
            command.add("-p");
            command.add(folder.resolve("pid").toString());
            all.forEach((key, value) -> command.add("-E" + key + "=" + value));
            return command;
        }

        private ElasticsearchServer awaitReady(ServerProcess process) throws SpillwayException, InterruptedException {
            HttpClient client = client();
            long started = System.nanoTime();
            String last = "no response yet";
            while (true) {
                if (process.ended(PAUSE)) {
                    throw new SpillwayException(
                            Fault.SOURCE_UNAVAILABLE,
                            "%s exited with %d during startup: %s"
                                    .formatted(distribution.title(), process.exitCode(), process.lastLines()),
                            null);
                }
                Optional<ElasticsearchServer> listening = listening(process);
                if (listening.isPresent()) {
                    last = health(client, listening.get().url());
                    if (last.equals(READY)) {
                        return listening.get();
                    }
                }
                if (System.nanoTime() - started > limit.toNanos()) {
                    throw new SpillwayException(
                            Fault.SOURCE_UNAVAILABLE,
                            "%s was not ready within %d seconds (%s): %s"
                                    .formatted(distribution.title(), limit.toSeconds(), last, process.lastLines()),
                            "the machine may be busy or low on memory");
                }
            }
        }

        /** The server after its port files exist. They are written after the pid file, so all three exist. */
        private Optional<ElasticsearchServer> listening(ServerProcess process) {
            Path logs = process.folder().resolve("logs");
            try {
                if (!Files.exists(logs.resolve("http.ports")) || !Files.exists(logs.resolve("transport.ports"))) {
                    return Optional.empty();
                }
                long pid = Long.parseLong(
                        Files.readString(process.folder().resolve("pid")).strip());
                Optional<ProcessHandle> server = ProcessHandle.of(pid);
                server.ifPresent(process::watch);
                URI url = URI.create((tls == null ? "http://" : "https://") + address(logs.resolve("http.ports")));
                int transportPort = URI.create("tcp://" + address(logs.resolve("transport.ports")))
                        .getPort();
                return server.map(handle ->
                        new ElasticsearchServer(process, handle, url, transportPort, distribution.openSearch()));
            } catch (IOException unreadable) {
                throw new IllegalStateException("cannot read the server's own files", unreadable);
            }
        }

        /** The first address that the server listens on, {@code 127.0.0.1:PORT} by default. */
        private static String address(Path portsFile) throws IOException {
            return Files.readString(portsFile).lines().findFirst().orElseThrow();
        }

        /** {@link #READY}, or a description of the response. */
        private String health(HttpClient client, URI url) throws InterruptedException {
            HttpRequest.Builder request = HttpRequest.newBuilder(
                            url.resolve("/_cluster/health?wait_for_status=yellow&timeout=1s"))
                    .timeout(ANSWER_LIMIT);
            if (authorization != null) {
                request.header("Authorization", authorization);
            }
            try {
                int status =
                        client.send(request.build(), BodyHandlers.discarding()).statusCode();
                return status == 200 ? READY : "the health request returned " + status;
            } catch (IOException unanswered) {
                return "the health request failed: " + unanswered;
            }
        }

        private HttpClient client() {
            HttpClient.Builder builder =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(ANSWER_LIMIT);
            return tls == null ? builder.build() : builder.sslContext(tls).build();
        }
    }
}
