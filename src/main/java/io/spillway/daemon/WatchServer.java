package io.spillway.daemon;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.spillway.config.Secret;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.ManifestJson;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a daemon answers over HTTP: {@code /health/live}, {@code /health/ready}, {@code /metrics}, {@code /status} (JSON, or
 * a page for a browser), {@code /notice} for refused clients, and {@code POST /datasets/NAME/export} for who has the token.
 */
final class WatchServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WatchServer.class);

    private static final Pattern EXPORT = Pattern.compile("/datasets/([a-z0-9-]+)/export");
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String JSON = "application/json";
    private static final int THREADS = 4;

    private final HttpServer server;
    private final ExecutorService threads;
    private final Source source;
    private final NoticeEndpoint notices;
    private final @Nullable Secret token;

    /** What the answers come from. */
    interface Source {
        Overview overview() throws SQLException, SpillwayException;

        String metrics() throws SQLException, SpillwayException;

        /** Lets a dataset be exported soon; false where there is none of that name. */
        boolean export(String dataset) throws SpillwayException;
    }

    private WatchServer(
            HttpServer server, ExecutorService threads, Source source, NoticeEndpoint notices, @Nullable Secret token) {
        this.server = server;
        this.threads = threads;
        this.source = source;
        this.notices = notices;
        this.token = token;
    }

    /** Answers at once; fails with {@link Fault#CONFIG} where the address can't be had. */
    static WatchServer start(InetSocketAddress address, @Nullable Secret token, Source source, NoticeEndpoint notices)
            throws SpillwayException {
        try {
            HttpServer server = HttpServer.create(address, 0);
            ExecutorService threads = Executors.newFixedThreadPool(THREADS, task -> {
                Thread thread = new Thread(task, "http");
                thread.setDaemon(true);
                return thread;
            });
            WatchServer watch = new WatchServer(server, threads, source, notices, token);
            server.createContext("/", watch::answer);
            server.setExecutor(threads);
            server.start();
            return watch;
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "cannot listen on " + address + " (" + e.getMessage() + ")",
                    "name another address with --listen, or none",
                    e);
        }
    }

    /** The port it listens on. */
    int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        // Not interrupted: the JDK closes a file, such as the state's, when a thread that reads it is interrupted.
        threads.shutdown();
        try {
            if (!threads.awaitTermination(2, TimeUnit.SECONDS)) {
                LOG.warn("an answer did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            try {
                route(exchange);
            } catch (SQLException | SpillwayException | RuntimeException e) {
                LOG.error(
                        "a request could not be answered path={}",
                        exchange.getRequestURI().getPath(),
                        e);
                send(exchange, 503, TEXT, "the state database does not answer\n");
            }
        }
    }

    private void route(HttpExchange exchange) throws IOException, SQLException, SpillwayException {
        String path = exchange.getRequestURI().getPath();
        Matcher export = EXPORT.matcher(path);
        if (export.matches()) {
            export(exchange, export.group(1));
            return;
        }
        if (path.equals("/notice")) {
            notices.answer(exchange);
            return;
        }
        if (!exchange.getRequestMethod().equals("GET")
                && !exchange.getRequestMethod().equals("HEAD")) {
            send(exchange, 405, TEXT, "GET only\n");
            return;
        }
        switch (path) {
            case "/health/live" -> send(exchange, 200, TEXT, "alive\n");
            case "/health/ready" -> {
                var unused = source.overview();
                send(exchange, 200, TEXT, "ready\n");
            }
            case "/metrics" -> send(exchange, 200, Metrics.TYPE, source.metrics());
            case "/", "/status" -> status(exchange);
            default -> send(exchange, 404, TEXT, "no such page\n");
        }
    }

    private void status(HttpExchange exchange) throws IOException, SQLException, SpillwayException {
        boolean trusted =
                token != null && isAllowed(exchange.getRequestHeaders().getFirst("Authorization"), token);
        Overview now = trusted ? source.overview() : source.overview().withoutDetails();
        String accepted = exchange.getRequestHeaders().getFirst("Accept");
        if (accepted != null && accepted.contains("text/html")) {
            send(exchange, 200, "text/html; charset=utf-8", StatusPage.of(now));
        } else {
            send(exchange, 200, JSON, new String(ManifestJson.write(now), StandardCharsets.UTF_8));
        }
    }

    private void export(HttpExchange exchange, String dataset) throws IOException, SpillwayException {
        if (!exchange.getRequestMethod().equals("POST")) {
            send(exchange, 405, TEXT, "POST only\n");
        } else if (token == null) {
            send(exchange, 403, TEXT, "this daemon was started without --token\n");
        } else if (!isAllowed(exchange.getRequestHeaders().getFirst("Authorization"), token)) {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
            send(exchange, 401, TEXT, "Authorization: Bearer TOKEN is missing or wrong\n");
        } else if (source.export(dataset)) {
            LOG.info("an export was asked for over HTTP dataset={} by={}", dataset, exchange.getRemoteAddress());
            Map<String, Object> answer = Map.of("dataset", dataset, "status", "queued");
            send(exchange, 202, JSON, new String(ManifestJson.writeLine(answer), StandardCharsets.UTF_8) + "\n");
        } else {
            send(exchange, 404, TEXT, "no dataset of that name\n");
        }
    }

    /** Takes as long for a near miss as for any other token. */
    private static boolean isAllowed(@Nullable String given, Secret token) {
        byte[] expected = ("Bearer " + token.reveal()).getBytes(StandardCharsets.UTF_8);
        return given != null && MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), expected);
    }

    private static void send(HttpExchange exchange, int status, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
        exchange.getResponseHeaders().set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, head ? -1 : bytes.length);
        if (!head) {
            exchange.getResponseBody().write(bytes);
        }
    }
}
