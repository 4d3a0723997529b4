package io.spillway.support;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/**
 * Something in front of a cluster: a gateway that checks each request, an HTTP proxy, or a server that asks clients for a
 * certificate. Passes on what its check allows.
 */
public final class Gateway implements AutoCloseable {
    private final HttpServer server;
    private final String scheme;
    private final URI upstream;
    private final Function<Received, Refusal> check;
    private final HttpClient client = HttpClient.newHttpClient();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Received> received = new CopyOnWriteArrayList<>();

    /**
     * A request as received.
     *
     * @param target  the target in the request line: path and query, or a whole URL for a proxy
     * @param headers by name in lower case
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    public record Received(String method, String target, Map<String, String> headers, byte[] body) {}

    /** A response instead of the cluster's, with headers other than the type. */
    public record Refusal(int status, String body, Map<String, String> headers) {
        public Refusal(int status, String body) {
            this(status, body, Map.of());
        }
    }

    private Gateway(HttpServer server, String scheme, URI upstream, Function<Received, Refusal> check) {
        this.server = server;
        this.scheme = scheme;
        this.upstream = upstream;
        this.check = check;
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    /** A gateway whose check returns null for requests that pass. */
    public static Gateway before(URI upstream, Function<Received, Refusal> check) throws IOException {
        return new Gateway(HttpServer.create(loopback(), 0), "http", upstream, check);
    }

    /** A TLS server that rejects clients without a certificate that this context trusts. */
    public static Gateway askingForCertificates(URI upstream, SSLContext context) throws IOException {
        HttpsServer server = HttpsServer.create(loopback(), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters wanted = context.getDefaultSSLParameters();
                wanted.setNeedClientAuth(true);
                parameters.setSSLParameters(wanted);
            }
        });
        return new Gateway(server, "https", upstream, request -> null);
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    public URI url() {
        return URI.create(scheme + "://127.0.0.1:" + server.getAddress().getPort());
    }

    /** The requests so far. */
    public List<Received> received() {
        return List.copyOf(received);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            Map<String, String> headers = new TreeMap<>();
            exchange.getRequestHeaders()
                    .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), String.join(",", values)));
            Received request = new Received(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().toString(),
                    headers,
                    exchange.getRequestBody().readAllBytes());
            received.add(request);
            Refusal refusal = check.apply(request);
            if (refusal != null) {
                refusal.headers().forEach(exchange.getResponseHeaders()::set);
                send(exchange, refusal.status(), refusal.body().getBytes(StandardCharsets.UTF_8));
                return;
            }
            URI target = exchange.getRequestURI();
            String path = target.getRawPath() + (target.getRawQuery() == null ? "" : "?" + target.getRawQuery());
            HttpRequest.Builder copy = HttpRequest.newBuilder(URI.create(upstream + path))
                    .method(request.method(), BodyPublishers.ofByteArray(request.body()));
            if (request.body().length > 0) {
                copy.header("Content-Type", "application/json");
            }
            HttpResponse<byte[]> answer = client.send(copy.build(), BodyHandlers.ofByteArray());
            send(exchange, answer.statusCode(), answer.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
