package io.spillway.support;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A folder behind a web server on loopback that a test can program for a file's next answers: cut, stall, refuse,
 * redirect, lie. Otherwise it serves files whole or from a byte offset, with a strong ETag.
 */
public final class WebServer implements AutoCloseable {
    /** The media types that a browser needs; everything else is a download. */
    private static final Map<String, String> TYPES =
            Map.of("html", "text/html", "json", "application/json", "atom", "application/atom+xml");

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Path root;
    private final Map<String, Queue<Answer>> next = new ConcurrentHashMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final Map<String, Answer> always = new ConcurrentHashMap<>();
    private volatile boolean ranges = true;
    private volatile boolean heads = true;

    /** A request. */
    public record Request(String method, String path, Map<String, List<String>> headers) {
        /** A header's first value, or an empty text. */
        public String header(String name) {
            return headers.getOrDefault(name, List.of("")).get(0);
        }
    }

    /** Handles an exchange in place of serving the file. */
    public interface Answer {
        /** Answers; the exchange is closed afterwards, whatever was sent. */
        void to(HttpExchange exchange, WebServer server) throws IOException, InterruptedException;
    }

    private WebServer(Path root) throws IOException {
        this.root = root;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /** Serves everything below {@code root}, now or later. */
    public static WebServer serving(Path root) throws IOException {
        return new WebServer(root);
    }

    /** The root's URL, ending with a slash. */
    public URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    /** The next answers for a file, by its path without a leading slash; each answers one GET. */
    public WebServer then(String path, Answer... answers) {
        next.computeIfAbsent(path, each -> new ArrayDeque<>()).addAll(List.of(answers));
        return this;
    }

    /** From now on the answer for a file, by its path without a leading slash, whatever the method. */
    public WebServer always(String path, Answer answer) {
        always.put(path, answer);
        return this;
    }

    /** From now on that file is served again. */
    public WebServer normally(String path) {
        always.remove(path);
        return this;
    }

    /** From now on HEAD is not allowed. */
    public WebServer withoutHead() {
        heads = false;
        return this;
    }

    /** From now on every request gets the whole file. */
    public WebServer withoutRanges() {
        ranges = false;
        return this;
    }

    /** Every request so far, in order. */
    public List<Request> requests() {
        return requests;
    }

    /** The GETs for a path without a leading slash. */
    public List<Request> gets(String path) {
        return requests.stream()
                .filter(each -> each.method().equals("GET") && each.path().equals("/" + path))
                .toList();
    }

    /** Sends that many bytes of the requested file, and closes the connection. */
    public static Answer cutAfter(long bytes) {
        return (exchange, server) -> server.serve(exchange, bytes, 0);
    }

    /** Sends that many bytes and nothing more until the server is closed. */
    public static Answer stallAfter(long bytes) {
        return (exchange, server) -> {
            server.serve(exchange, bytes, 0);
            server.closed.await();
        };
    }

    /** Announces a length greater than the file's, and closes the connection at its end. */
    public static Answer announcing(long moreBytes) {
        return (exchange, server) -> server.serve(exchange, Long.MAX_VALUE, moreBytes);
    }

    /** Serves the file unchanged, with a {@code Content-Encoding}. */
    public static Answer labelled(String encoding) {
        return (exchange, server) -> {
            exchange.getResponseHeaders().set("Content-Encoding", encoding);
            server.serve(exchange, Long.MAX_VALUE, 0);
        };
    }

    /** Answers with a status and a short text. */
    public static Answer status(int status) {
        return (exchange, server) -> {
            exchange.getResponseHeaders().set("Retry-After", "0");
            exchange.sendResponseHeaders(status, 2);
            exchange.getResponseBody().write("no".getBytes(StandardCharsets.US_ASCII));
        };
    }

    /** Redirects to another URL. */
    public static Answer redirect(String location) {
        return (exchange, server) -> {
            exchange.getResponseHeaders().set("Location", location);
            exchange.sendResponseHeaders(302, -1);
        };
    }

    /** Waits until the server is closed. */
    public void untilClosed() throws InterruptedException {
        closed.await();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            requests.add(new Request(exchange.getRequestMethod(), path, Map.copyOf(exchange.getRequestHeaders())));
            Answer answer = exchange.getRequestMethod().equals("GET") ? next(path.substring(1)) : null;
            answer = answer == null ? always.get(path.substring(1)) : answer;
            if (!heads && exchange.getRequestMethod().equals("HEAD")) {
                exchange.sendResponseHeaders(405, -1);
            } else if (answer != null) {
                answer.to(exchange, this);
            } else {
                serve(exchange, Long.MAX_VALUE, 0);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Answer next(String path) {
        Queue<Answer> answers = next.get(path);
        if (answers == null) {
            return null;
        }
        synchronized (answers) {
            return answers.poll();
        }
    }

    private void serve(HttpExchange exchange, long most, long announcedMore) throws IOException {
        Path file = root.resolve(exchange.getRequestURI().getPath().substring(1));
        if (!Files.isRegularFile(file)) {
            exchange.sendResponseHeaders(404, -1);
            return;
        }
        byte[] bytes = Files.readAllBytes(file);
        String etag = "\"" + Integer.toHexString(Arrays.hashCode(bytes)) + "\"";
        exchange.getResponseHeaders().set("ETag", etag);
        String type = TYPES.get(file.toString().replaceFirst(".*\\.", ""));
        if (type != null) {
            exchange.getResponseHeaders().set("Content-Type", type);
        }
        int from = 0;
        int to = bytes.length;
        boolean asked = false;
        String range = exchange.getRequestHeaders().getFirst("Range");
        String condition = exchange.getRequestHeaders().getFirst("If-Range");
        if (ranges && range != null && (condition == null || condition.equals(etag))) {
            String[] ends = range.substring("bytes=".length()).split("-", -1);
            from = Integer.parseInt(ends[0]);
            to = ends[1].isEmpty() ? to : Math.min(to, Integer.parseInt(ends[1]) + 1);
            asked = from > 0 || !ends[1].isEmpty();
            if (from >= bytes.length) {
                exchange.getResponseHeaders().set("Content-Range", "bytes */" + bytes.length);
                exchange.sendResponseHeaders(416, -1);
                return;
            }
            exchange.getResponseHeaders().set("Content-Range", "bytes %d-%d/%d".formatted(from, to - 1, bytes.length));
        }
        long length = to - from + announcedMore;
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", String.valueOf(length));
            exchange.sendResponseHeaders(200, -1);
            return;
        }
        exchange.sendResponseHeaders(asked ? 206 : 200, length == 0 ? -1 : length);
        OutputStream body = exchange.getResponseBody();
        body.write(bytes, from, (int) Math.min(most, to - from));
        body.flush();
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
