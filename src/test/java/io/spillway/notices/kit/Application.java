package io.spillway.notices.kit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The application behind a server: it serves everything, but limits below some paths itself. */
final class Application implements AutoCloseable {
    static final String SERVED = "{\"served\":true}";
    static final String OWN_429 = "{\"error\":\"slow down\"}";
    static final String OWN_RETRY_AFTER = "7";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(4);
    private final String limited;

    /**
     * Starts an application.
     *
     * @param limited an expression for the paths that it answers with 429
     */
    Application(String limited) throws IOException {
        this.limited = limited;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            boolean refused = exchange.getRequestURI().getPath().matches(limited);
            byte[] body = (refused ? OWN_429 : SERVED).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            if (refused) {
                exchange.getResponseHeaders().set("Retry-After", OWN_RETRY_AFTER);
            }
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(refused ? 429 : 200, head ? -1 : body.length);
            if (!head) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
