package io.spillway.support;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A proxy in front of a real Elasticsearch that breaks some answers: one disturbance for one request, chosen by the
 * request's number among those of its kind. Everything else passes through unchanged, byte for byte.
 *
 * <pre>{@code
 * try (FaultProxy proxy = FaultProxy.before(cluster.url(), 1)) {
 *     proxy.disturb(Kind.PAGE, n -> n == 3, FaultProxy.cut());
 *     ... export from proxy.url() ...
 * }
 * }</pre>
 *
 * <p>Supports as much HTTP/1.1 as Elasticsearch and its client need: requests and answers with a Content-Length, chunks
 * or no body. Bodies are Latin-1 text here, in which every byte is one character, so that they can be searched and
 * changed without loss. Listens on loopback. Safe for use by many threads.
 */
public final class FaultProxy implements AutoCloseable {
    /** The purpose of a request, as far as an export sends it. */
    public enum Kind {
        /** Some documents: a search with a size above 0. */
        PAGE,
        /** A search without documents. */
        COUNT,
        /** Opens a point in time. */
        OPEN,
        /** Closes one. */
        CLOSE,
        /** Mappings, settings, aliases. */
        OTHER
    }

    /** What happens to one request instead of passing through. Called by the thread of its connection. */
    @FunctionalInterface
    public interface Disturbance {
        /** Answers the request, or does not. */
        void carryOut(Exchange exchange) throws IOException, InterruptedException;
    }

    private static final Pattern SIZE = Pattern.compile("\"size\":(\\d+)");
    /** The suffix that {@link #pitIds} appends to an id; no id contains this character. */
    private static final Pattern PIT_SUFFIX = Pattern.compile("~(\\d+)\"");

    private static final Pattern PIT_ID = Pattern.compile("(\"(?:pit_id|id)\":\"[^\"~]*)\"");
    private static final Pattern SHARDS = Pattern.compile("\"_shards\":\\{[^{}]*\\}");
    private static final Pattern SEARCH_AFTER = Pattern.compile(",\"search_after\":\\[[^\\]]*\\]");

    private final URI upstream;
    private final long seed;
    private final ServerSocket listener;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Rule> rules = new CopyOnWriteArrayList<>();
    private final Map<Kind, AtomicInteger> requests = new ConcurrentHashMap<>();
    private final AtomicInteger disturbed = new AtomicInteger();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);

    private FaultProxy(URI upstream, long seed, ServerSocket listener) {
        this.upstream = upstream;
        this.seed = seed;
        this.listener = listener;
    }

    /**
     * A proxy that disturbs nothing yet.
     *
     * @param upstream http URL of the server
     * @param seed     of all random choices
     */
    public static FaultProxy before(URI upstream, long seed) throws IOException {
        var proxy = new FaultProxy(upstream, seed, new ServerSocket(0, 100, InetAddress.getLoopbackAddress()));
        proxy.threads.execute(proxy::listen);
        return proxy;
    }

    /** The URL to send requests to. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + listener.getLocalPort());
    }

    /**
     * Disturbs the requests of a kind whose number, from 1, is selected. The first of several matching rules applies.
     */
    public FaultProxy disturb(Kind kind, IntPredicate which, Disturbance disturbance) {
        rules.add((asked, number) -> asked == kind && which.test(number) ? disturbance : null);
        return this;
    }

    /**
     * Disturbs each page with this probability in one of these ways; the choice depends only on the seed and the
     * number.
     */
    public FaultProxy disturbPages(double probability, List<Disturbance> ways) {
        rules.add((asked, number) -> {
            SplittableRandom random = random(asked, number);
            return asked == Kind.PAGE && random.nextDouble() < probability
                    ? ways.get(random.nextInt(ways.size()))
                    : null;
        });
        return this;
    }

    /** Requests of this kind so far. */
    public int requests(Kind kind) {
        return counter(kind).get();
    }

    /** Requests disturbed so far. */
    public int disturbed() {
        return disturbed.get();
    }

    /** Cuts every connection, and returns when its threads have ended. */
    @Override
    public void close() {
        closed.countDown();
        closeQuietly(listener);
        sockets.forEach(FaultProxy::closeQuietly);
        threads.shutdownNow();
        boolean interrupted = false;
        while (true) {
            try {
                if (threads.awaitTermination(1, TimeUnit.MINUTES)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Answers late. */
    public static Disturbance late(Duration delay) {
        return exchange -> {
            exchange.pause(delay);
            exchange.reply(exchange.forward());
        };
    }

    /** Ends the connection somewhere in the answer's body, which has the Content-Length of the whole body. */
    public static Disturbance cut() {
        return exchange -> exchange.replyCut(exchange.forward(), false);
    }

    /** Ends the connection somewhere in the answer's body, which is sent in chunks. */
    public static Disturbance cutInChunks() {
        return exchange -> exchange.replyCut(exchange.forward(), true);
    }

    /** Sends the correct answer in chunks. */
    public static Disturbance inChunks() {
        return exchange -> exchange.replyInChunks(exchange.forward());
    }

    /** Closes the connection; the server receives nothing of the request. */
    public static Disturbance dropRequest() {
        return Exchange::drop;
    }

    /** Closes the connection after the server has answered. */
    public static Disturbance dropAnswer() {
        return exchange -> {
            exchange.forward();
            exchange.drop();
        };
    }

    /** Lets the server answer and sends this instead. */
    public static Disturbance afterwards(Answer answer) {
        return exchange -> {
            exchange.forward();
            exchange.reply(answer);
        };
    }

    /** Sends this; the server receives nothing of the request. */
    public static Disturbance instead(Answer answer) {
        return exchange -> exchange.reply(answer);
    }

    /** Changes the server's good answers. */
    public static Disturbance changed(UnaryOperator<String> body) {
        return exchange -> {
            Answer answer = exchange.forward();
            exchange.reply(answer.status() == 200 ? answer.withBody(body.apply(answer.body())) : answer);
        };
    }

    /** One shard has failed: status 200, no hits, and only {@code _shards} reveals it. */
    public static Disturbance shardFailed() {
        String failed =
                "\"_shards\":{\"total\":3,\"successful\":2,\"skipped\":0,\"failed\":1,\"failures\":[{\"shard\":0,"
                        + "\"index\":\"index\",\"node\":\"node\",\"reason\":{\"type\":\"es_rejected_execution_exception\","
                        + "\"reason\":\"rejected execution of search\"}}]}";
        return changed(body -> SHARDS.matcher(withoutHits(body)).replaceFirst(Matcher.quoteReplacement(failed)));
    }

    /** Two of three shards have answered, and no shard is reported as failed. */
    public static Disturbance shardMissing() {
        String missing = "\"_shards\":{\"total\":3,\"successful\":2,\"skipped\":0,\"failed\":0}";
        return changed(body -> SHARDS.matcher(withoutHits(body)).replaceFirst(missing));
    }

    /** The search timed out: status 200, no hits. */
    public static Disturbance timedOut() {
        return changed(body -> withoutHits(body).replaceFirst("\"timed_out\":false", "\"timed_out\":true"));
    }

    /** The search reached its limit of collected documents: status 200, no hits. */
    public static Disturbance terminatedEarly() {
        return changed(body ->
                withoutHits(body).replaceFirst("\"timed_out\":false", "\"timed_out\":false,\"terminated_early\":true"));
    }

    /** The empty answer that ends a slice, before its end. Nothing in this answer alone is wrong. */
    public static Disturbance empty() {
        return changed(FaultProxy::withoutHits);
    }

    /** Fewer hits than requested, although more would follow. */
    public static Disturbance shorter() {
        return exchange -> {
            Matcher size = SIZE.matcher(exchange.body());
            String fewer = size.replaceFirst(m -> "\"size\":" + Math.max(1, Integer.parseInt(m.group(1)) / 3));
            exchange.reply(exchange.forward(fewer));
        };
    }

    /** The first page of the slice again, whatever page was requested. */
    public static Disturbance firstPageAgain() {
        return exchange -> exchange.reply(
                exchange.forward(SEARCH_AFTER.matcher(exchange.body()).replaceFirst("")));
    }

    /**
     * Each answer names the point in time by the id for the answer's number; the server knows it under one id. The
     * suffix is removed from the real id in a request.
     */
    public static Disturbance pitIds(IntFunction<String> suffix) {
        return exchange -> {
            Answer answer = exchange.forward();
            exchange.reply(answer.withBody(PIT_ID.matcher(answer.body())
                    .replaceFirst(m -> Matcher.quoteReplacement(m.group(1) + suffix.apply(exchange.number()) + "\""))));
        };
    }

    /** Every answer names a new id, and previous ids soon become unknown. */
    public static Disturbance newPitIds(int stillKnown) {
        AtomicInteger newest = new AtomicInteger();
        return exchange -> {
            Matcher used = PIT_SUFFIX.matcher(exchange.body());
            if (used.find() && Integer.parseInt(used.group(1)) < newest.get() - stillKnown) {
                exchange.reply(CONTEXT_MISSING);
                return;
            }
            pitIds(n -> "~" + newest.incrementAndGet()).carryOut(exchange);
        };
    }

    /** The point in time is gone. */
    public static final Answer CONTEXT_MISSING =
            Answer.json(404, error(404, "search_context_missing_exception", "No search context found for id [1]"));

    /** Too many searches are queued. */
    public static final Answer REJECTED =
            Answer.json(429, error(429, "es_rejected_execution_exception", "rejected execution of search"));

    /** The node is short of memory. */
    public static final Answer BREAKER =
            Answer.json(429, error(429, "circuit_breaking_exception", "[parent] Data too large"));

    /** No privilege to read. */
    public static final Answer FORBIDDEN =
            Answer.json(403, error(403, "security_exception", "action [indices:data/read/search] is unauthorized"));

    /** A shard's node is unavailable. */
    public static final Answer NO_SHARD =
            Answer.json(503, error(503, "no_shard_available_action_exception", "no shard available"));

    /** A proxy's own error page. */
    public static Answer page(int status) {
        return new Answer(
                status,
                List.of("Content-Type: text/html"),
                "<html><head><title>" + status + "</title></head><body><h1>" + status + "</h1></body></html>");
    }

    private static String error(int status, String type, String reason) {
        String cause = "{\"type\":\"" + type + "\",\"reason\":\"" + reason + "\"}";
        return ("{\"error\":{\"root_cause\":[%s],\"type\":\"search_phase_execution_exception\","
                        + "\"reason\":\"all shards failed\",\"phase\":\"query\",\"grouped\":true,"
                        + "\"failed_shards\":[{\"shard\":0,\"index\":\"index\",\"reason\":%s}]},\"status\":%d}")
                .formatted(cause, cause, status);
    }

    private static String withoutHits(String body) {
        int hits = body.indexOf("\"hits\":[");
        return hits < 0 ? body : body.substring(0, hits) + "\"hits\":[]}}";
    }

    /** Depends only on these, whatever the order of the threads. */
    private SplittableRandom random(Kind kind, int number) {
        return new SplittableRandom(seed * 1_000_003 + kind.name().hashCode() * 100_003L + number);
    }

    private AtomicInteger counter(Kind kind) {
        return requests.computeIfAbsent(kind, k -> new AtomicInteger());
    }

    private void listen() {
        while (closed.getCount() > 0) {
            try {
                Socket client = listener.accept();
                sockets.add(client);
                threads.execute(() -> serve(client));
            } catch (IOException | java.util.concurrent.RejectedExecutionException ended) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client;
                Socket server = new Socket(upstream.getHost(), upstream.getPort())) {
            sockets.add(server);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(client.getInputStream());
            InputStream answers = new BufferedInputStream(server.getInputStream());
            boolean open = closed.getCount() > 0;
            while (open) {
                Message request = Message.read(in, false);
                if (request == null) {
                    return;
                }
                Kind kind = kind(request);
                int number = counter(kind).incrementAndGet();
                Exchange exchange = new Exchange(
                        request, kind, number, random(kind, number), client.getOutputStream(), server, answers);
                Disturbance disturbance = disturbance(kind, number);
                if (disturbance == null) {
                    exchange.reply(exchange.forward());
                } else {
                    disturbed.incrementAndGet();
                    disturbance.carryOut(exchange);
                }
                open = exchange.open;
            }
        } catch (IOException gone) {
            // The client or the server has closed its side, or this proxy was closed.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            sockets.remove(client);
        }
    }

    private Disturbance disturbance(Kind kind, int number) {
        for (Rule rule : rules) {
            Disturbance disturbance = rule.choose(kind, number);
            if (disturbance != null) {
                return disturbance;
            }
        }
        return null;
    }

    private static Kind kind(Message request) {
        if (request.start().contains("/_search?") || request.start().contains("/_search ")) {
            Matcher size = SIZE.matcher(request.body());
            return size.find() && !size.group(1).equals("0") ? Kind.PAGE : Kind.COUNT;
        } else if (request.start().contains("spillway=probe")) {
            return Kind.OTHER;
        } else if (request.start().contains("/_pit") || request.start().contains("/_search/point_in_time")) {
            return request.start().startsWith("DELETE") ? Kind.CLOSE : Kind.OPEN;
        }
        return Kind.OTHER;
    }

    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            // It is already closed, as intended.
        }
    }

    /** One rule: which requests, and what happens to them; null for requests that it does not affect. */
    private interface Rule {
        Disturbance choose(Kind kind, int number);
    }

    /**
     * An answer to a request.
     *
     * @param headers lines without their ends; those about the body's length are created again
     * @param body    Latin-1, one character per byte
     */
    public record Answer(int status, List<String> headers, String body) {
        /** With a JSON body. */
        public static Answer json(int status, String body) {
            return new Answer(
                    status, List.of("X-elastic-product: Elasticsearch", "Content-Type: application/json"), body);
        }

        /** The same with another body. */
        public Answer withBody(String other) {
            return new Answer(status, headers, other);
        }

        /** The same without the header of this name, in lower case. */
        public Answer withoutHeader(String name) {
            return new Answer(
                    status,
                    headers.stream()
                            .filter(line -> !line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
                            .toList(),
                    body);
        }

        /** The same with one more header line. */
        public Answer withHeader(String line) {
            List<String> more = new ArrayList<>(headers);
            more.add(line);
            return new Answer(status, more, body);
        }

        private String head(String length) {
            StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Status\r\n");
            headers.forEach(line -> head.append(line).append("\r\n"));
            return head + length + "\r\n\r\n";
        }
    }

    /** One request, and the ways to answer it. */
    public final class Exchange {
        private final Message request;
        private final Kind kind;
        private final int number;
        private final SplittableRandom random;
        private final OutputStream out;
        private final Socket server;
        private final InputStream answers;
        private boolean open = true;

        private Exchange(
                Message request,
                Kind kind,
                int number,
                SplittableRandom random,
                OutputStream out,
                Socket server,
                InputStream answers) {
            this.request = request;
            this.kind = kind;
            this.number = number;
            this.random = random;
            this.out = out;
            this.server = server;
            this.answers = answers;
        }

        public Kind kind() {
            return kind;
        }

        /** Its number among the requests of its kind, from 1. */
        public int number() {
            return number;
        }

        /** The request's path, with its query. */
        public String path() {
            return request.start().split(" ", 3)[1];
        }

        /** The request's body. */
        public String body() {
            return request.body();
        }

        /** Waits, or until the proxy is closed. */
        public void pause(Duration duration) throws IOException, InterruptedException {
            if (closed.await(duration.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException("the proxy was closed");
            }
        }

        /** The server's answer. */
        public Answer forward() throws IOException {
            return forward(body());
        }

        /** The server's answer to another body. */
        public Answer forward(String body) throws IOException {
            byte[] bytes = latin1(PIT_SUFFIX.matcher(body).replaceAll("\""));
            StringBuilder head = new StringBuilder(request.start()).append("\r\n");
            request.headers().forEach(line -> head.append(line).append("\r\n"));
            if (bytes.length > 0) {
                head.append("Content-Length: ").append(bytes.length).append("\r\n");
            }
            OutputStream to = server.getOutputStream();
            to.write(latin1(head + "\r\n"));
            to.write(bytes);
            to.flush();
            Message answer = Message.read(answers, true);
            if (answer == null) {
                throw new IOException("the server has closed the connection");
            }
            return new Answer(Integer.parseInt(answer.start().split(" ", 3)[1]), answer.headers(), answer.body());
        }

        /** Sends a whole answer. */
        public void reply(Answer answer) throws IOException {
            send(answer.head("Content-Length: " + answer.body().length()), answer.body());
        }

        private void replyInChunks(Answer answer) throws IOException {
            send(answer.head("Transfer-Encoding: chunked"), chunks(answer.body()) + "0\r\n\r\n");
        }

        private void replyCut(Answer answer, boolean chunked) throws IOException {
            String body = answer.body();
            String cut = body.substring(0, random.nextInt(body.length()));
            if (chunked) {
                send(answer.head("Transfer-Encoding: chunked"), chunks(cut));
            } else {
                send(answer.head("Content-Length: " + body.length()), cut);
            }
            drop();
        }

        /** Ends the connection. */
        public void drop() {
            open = false;
        }

        private String chunks(String body) {
            StringBuilder chunks = new StringBuilder();
            for (int at = 0; at < body.length(); ) {
                int end = Math.min(body.length(), at + 1 + random.nextInt(20_000));
                chunks.append(Integer.toHexString(end - at))
                        .append("\r\n")
                        .append(body, at, end)
                        .append("\r\n");
                at = end;
            }
            return chunks.toString();
        }

        private void send(String head, String body) throws IOException {
            out.write(latin1(head + body));
            out.flush();
        }
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** A request or an answer as received, without the headers for the length of its body. */
    private record Message(String start, List<String> headers, String body) {

        /** The next one, or null at the end of the connection. */
        static Message read(InputStream in, boolean answer) throws IOException {
            String start = line(in);
            if (start == null) {
                return null;
            }
            List<String> headers = new ArrayList<>();
            int length = -1;
            boolean chunked = false;
            for (String line = line(in); line != null && !line.isEmpty(); line = line(in)) {
                String lower = line.toLowerCase(Locale.ROOT);
                if (lower.startsWith("content-length:")) {
                    length = Integer.parseInt(
                            line.substring("content-length:".length()).strip());
                } else if (lower.startsWith("transfer-encoding:")) {
                    chunked = lower.contains("chunked");
                } else {
                    headers.add(line);
                }
            }
            if (chunked) {
                return new Message(start, headers, chunkedBody(in));
            } else if (length < 0 && answer) {
                throw new IOException("an answer of unknown length: " + start);
            }
            return new Message(start, headers, length <= 0 ? "" : bytes(in, length));
        }

        private static String chunkedBody(InputStream in) throws IOException {
            StringBuilder body = new StringBuilder();
            while (true) {
                String size = line(in);
                if (size == null) {
                    throw new IOException("the body ends before its last chunk");
                }
                int length = Integer.parseInt(size.strip(), 16);
                body.append(bytes(in, length));
                line(in);
                if (length == 0) {
                    return body.toString();
                }
            }
        }

        private static String bytes(InputStream in, int length) throws IOException {
            byte[] bytes = in.readNBytes(length);
            if (bytes.length < length) {
                throw new IOException("the body ends after " + bytes.length + " of " + length + " bytes");
            }
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }

        private static String line(InputStream in) throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int b = in.read(); b >= 0; b = in.read()) {
                if (b == '\n') {
                    byte[] bytes = line.toByteArray();
                    int length = bytes.length > 0 && bytes[bytes.length - 1] == '\r' ? bytes.length - 1 : bytes.length;
                    return new String(Arrays.copyOf(bytes, length), StandardCharsets.ISO_8859_1);
                }
                line.write(b);
            }
            return null;
        }
    }
}
