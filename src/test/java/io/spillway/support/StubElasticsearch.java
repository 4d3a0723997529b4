package io.spillway.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.function.UnaryOperator;

/**
 * A server that answers like Elasticsearch for one index, {@code books}, held in memory: resolve, alias, mapping,
 * settings, points in time, and searches on them with real slices, sort values and {@code search_after}. A test
 * replaces an answer by a {@link Fault}, byte by byte if necessary, and inspects the requests.
 *
 * <p>Sort values are {@code [_doc, _shard_doc]}; as on the real server, a shortened {@code search_after} is accepted
 * and silently loses documents. Loopback, a free port. Closing it frees every connection and every withheld answer.
 */
public final class StubElasticsearch implements AutoCloseable {
    public static final String INDEX = "books";
    /** The body of the answer if a search context is missing. */
    public static final String CONTEXT_MISSING =
            error("search_context_missing_exception", "No search context found for id [26]", 404);

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_WAIT_SECONDS = 30;

    private final List<byte[]> sources;
    private final int shards;
    private final ServerSocket server;
    private final ExecutorService connections;
    private final Set<Socket> open = new HashSet<>();
    private final Object lock = new Object();

    private final List<Call> calls = new ArrayList<>();
    private final List<Search> searches = new ArrayList<>();
    private final Map<String, List<Integer>> attempts = new LinkedHashMap<>();
    private final Set<String> pitIds = new HashSet<>();
    private final List<Rule> rules = new ArrayList<>();
    private int opened;
    private int answered;

    private volatile Function<Integer, String> nameOfPit = n -> "46ToAwMDaWR5QQ==";
    private volatile boolean onlyNewestPit;
    private volatile String newestPit = "";
    private volatile int window = 10_000;
    private volatile boolean closedIndex;
    private final AtomicBoolean dataStream = new AtomicBoolean();
    private volatile ToIntFunction<Search> hitsGiven = Search::size;
    private volatile Function<Search, Fault> searchRule = search -> null;

    /** A server of these documents, spread over so many shards, with ids {@code d0}, {@code d1} and so on. */
    public StubElasticsearch(List<byte[]> sources, int shards) {
        this.sources = List.copyOf(sources);
        this.shards = shards;
        try {
            server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        connections = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "stub-elasticsearch");
            thread.setDaemon(true);
            return thread;
        });
        connections.execute(this::acceptAll);
    }

    /** A server of so many small documents of different lengths. */
    public static StubElasticsearch of(int documents, int shards) {
        List<byte[]> sources = new ArrayList<>();
        for (int i = 0; i < documents; i++) {
            sources.add(
                    ("{\"n\":" + i + ",\"t\":\"" + "x".repeat(i * 7 % 60) + "\"}").getBytes(StandardCharsets.UTF_8));
        }
        return new StubElasticsearch(sources, shards);
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    /** The sources of all documents as text, in the order of their sort values. */
    public List<String> documents() {
        return sources.stream()
                .map(source -> new String(source, StandardCharsets.UTF_8))
                .toList();
    }

    // Faults

    /** The ids of points in time: the id in the server's n-th answer, from 1. */
    public void namePits(Function<Integer, String> name) {
        nameOfPit = name;
    }

    /** Every answer names a new id, and only the newest is known. */
    public void renewPits() {
        nameOfPit = n -> "pit-" + n;
        onlyNewestPit = true;
    }

    /** Sets index.max_result_window. */
    public void window(int documents) {
        window = documents;
    }

    public void closeIndex() {
        closedIndex = true;
    }

    /** The first requested name is that of a data stream, whose one backing index is {@code books}. */
    public void holdInADataStream() {
        dataStream.set(true);
    }

    /** The maximum number of hits of a search, even if there are more and it requested more. */
    public void limitHits(ToIntFunction<Search> hits) {
        hitsGiven = hits;
    }

    /** What happens to each search for a page; null is a good answer. */
    public void whenSearching(Function<Search, Fault> rule) {
        searchRule = rule;
    }

    /**
     * Makes the first attempts for the n-th page, from 1, fail; later attempts are answered. Pages are counted by what
     * is requested, across all slices, in the order of their first requests.
     */
    public void onPage(int page, Fault... firstTries) {
        whenSearching(search -> search.page() == page && search.attempt() <= firstTries.length
                ? firstTries[search.attempt() - 1]
                : null);
    }

    /** Makes so many requests of this kind, other than searches for pages, fail. */
    public void on(Predicate<Call> which, int times, Fault fault) {
        synchronized (lock) {
            rules.add(new Rule(which, times, fault));
        }
    }

    // Requests

    public List<Call> calls() {
        synchronized (lock) {
            return List.copyOf(calls);
        }
    }

    /** The searches for pages, in the order of arrival. */
    public List<Search> searches() {
        synchronized (lock) {
            return List.copyOf(searches);
        }
    }

    /** The number of points in time that were opened and whose ids were given to the client. */
    public int opened() {
        synchronized (lock) {
            return opened;
        }
    }

    /** The ids in requests to close a point in time. */
    public List<String> closed() {
        return calls().stream()
                .filter(Call::closesPit)
                .map(call -> tree(call.body()).path("id").asText())
                .toList();
    }

    /** Waits until so many searches for pages have arrived; fails after a long time. */
    public void awaitSearches(int count) throws InterruptedException {
        await("searches", count, searches::size);
    }

    /** Waits until so many searches for pages have been answered with every byte. */
    public void awaitAnswers(int count) throws InterruptedException {
        await("answers", count, () -> answered);
    }

    private void await(String what, int count, Amount amount) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(MAX_WAIT_SECONDS);
        synchronized (lock) {
            while (amount.now() < count) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    throw new AssertionError(amount.now() + " " + what + " came, not " + count);
                }
                lock.wait(left);
            }
        }
    }

    /** Whether a good answer to this search would contain the document of this number. */
    public boolean wouldReturn(Search search, int document) {
        return hits(search).contains(document);
    }

    @Override
    public void close() {
        connections.shutdownNow();
        try {
            server.close();
            synchronized (lock) {
                for (Socket socket : open) {
                    socket.close();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // The server

    private void acceptAll() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                synchronized (lock) {
                    open.add(socket);
                }
                connections.execute(() -> serve(socket));
            } catch (IOException e) {
                // Closed: the loop ends.
            }
        }
    }

    private void serve(Socket socket) {
        try (socket;
                InputStream in = new BufferedInputStream(socket.getInputStream(), 64 << 10)) {
            Wire wire = new Wire(in, socket.getOutputStream());
            for (Call call = readCall(in); call != null; call = readCall(in)) {
                if (!answer(call, wire)) {
                    return;
                }
            }
        } catch (IOException e) {
            // The client has disconnected: this thread ends too.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            synchronized (lock) {
                open.remove(socket);
            }
        }
    }

    private boolean answer(Call call, Wire wire) throws IOException, InterruptedException {
        if (call.target().endsWith("&spillway=probe")) {
            String unknown = error("illegal_argument_exception", "contains unrecognized parameter: [spillway]", 400);
            return Fault.status(400, unknown).answer(new byte[0], wire);
        }
        synchronized (lock) {
            calls.add(call);
            lock.notifyAll();
        }
        if (call.target().startsWith("/_search?")) {
            return search(call, tree(call.body()), wire);
        }
        Fault fault = ruleFor(call);
        if (fault != null) {
            return fault.answer(good(call), wire);
        }
        if (call.opensPit()) {
            synchronized (lock) {
                opened++;
            }
        }
        return Fault.NONE.answer(good(call), wire);
    }

    private Fault ruleFor(Call call) {
        synchronized (lock) {
            for (Rule rule : rules) {
                if (rule.which().test(call) && rule.used() < rule.times()) {
                    rules.set(rules.indexOf(rule), new Rule(rule.which(), rule.times(), rule.fault(), rule.used() + 1));
                    return rule.fault();
                }
            }
            return null;
        }
    }

    private byte[] good(Call call) {
        String path = call.target().replaceFirst("\\?.*", "");
        String json;
        if (path.startsWith("/_resolve/index/") && dataStream.getAndSet(false)) {
            json = "{\"indices\":[],\"aliases\":[],\"data_streams\":[{\"name\":\"stream\","
                    + "\"timestamp_field\":\"@timestamp\",\"backing_indices\":[\"books\"]}]}";
        } else if (path.startsWith("/_resolve/index/")) {
            json = "{\"indices\":[{\"name\":\"books\",\"attributes\":[\"" + (closedIndex ? "closed" : "open")
                    + "\"]}],\"aliases\":[],\"data_streams\":[]}";
        } else if (path.endsWith("/_alias")) {
            json = "{\"books\":{\"aliases\":{}}}";
        } else if (path.endsWith("/_mapping")) {
            json = "{\"books\":{\"mappings\":{\"properties\":{\"n\":{\"type\":\"long\"},\"t\":{\"type\":\"text\"}}}}}";
        } else if (path.endsWith("/_settings")) {
            json = "{\"books\":{\"settings\":{\"index.number_of_shards\":\"" + shards
                    + "\",\"index.max_result_window\":\"" + window + "\"}}}";
        } else if (path.equals("/")) {
            json = "{\"version\":{\"number\":\"8.19.21\"},\"tagline\":\"You Know, for Search\"}";
        } else if (call.opensPit()) {
            json = "{\"id\":\"" + nextPitId() + "\",\"_shards\":" + shardsAnswered() + "}";
        } else if (call.closesPit()) {
            json = "{\"succeeded\":true,\"num_freed\":1}";
        } else if (path.endsWith("/_search")) {
            return page(
                    "",
                    new Search(0, 0, 0, "", 0, 1, tree(call.body()).path("size").asInt(), "", ""),
                    true);
        } else {
            json = error("illegal_argument_exception", "the stub knows no " + call.method() + " " + path, 400);
        }
        return json.getBytes(StandardCharsets.UTF_8);
    }

    private boolean search(Call call, JsonNode body, Wire wire) throws IOException, InterruptedException {
        String id = body.path("pit").path("id").asText();
        boolean known;
        synchronized (lock) {
            known = onlyNewestPit ? id.equals(newestPit) : pitIds.contains(id);
        }
        boolean named = body.path("_source").isBoolean();
        int size = body.path("size").asInt();
        if (size == 0 || named) {
            Fault fault = ruleFor(call);
            if (fault == null && !known) {
                fault = Fault.status(404, CONTEXT_MISSING);
            }
            Search search = searchOf(body, 0, 0, id);
            byte[] good = size == 0
                    ? ("{\"pit_id\":\"" + nextPitId() + "\",\"took\":1,\"timed_out\":false,\"_shards\":"
                                    + shardsAnswered()
                                    + ",\"hits\":{\"total\":{\"value\":" + sources.size()
                                    + ",\"relation\":\"eq\"},\"max_score\":null,\"hits\":[]}}")
                            .getBytes(StandardCharsets.UTF_8)
                    : page(newestPit, search, false);
            return (fault == null ? Fault.NONE : fault).answer(good, wire);
        }
        Search search;
        synchronized (lock) {
            String key = body.path("slice") + " after " + searchAfter(call.body());
            List<Integer> tries = attempts.computeIfAbsent(key, k -> new ArrayList<>(List.of(attempts.size() + 1, 0)));
            tries.set(1, tries.get(1) + 1);
            search = searchOf(body, tries.get(0), tries.get(1), id);
            search = search.in(searches.size() + 1, searchAfter(call.body()), call.body());
            searches.add(search);
            lock.notifyAll();
        }
        Fault fault = searchRule.apply(search);
        if (fault == null && !known) {
            fault = Fault.status(404, CONTEXT_MISSING);
        }
        boolean kept = (fault == null ? Fault.NONE : fault).answer(page(nextPitId(), search, true), wire);
        synchronized (lock) {
            answered++;
            lock.notifyAll();
        }
        return kept;
    }

    private static Search searchOf(JsonNode body, int page, int attempt, String pitId) {
        return new Search(
                0,
                page,
                attempt,
                pitId,
                body.path("slice").path("id").asInt(0),
                body.path("slice").path("max").asInt(1),
                body.path("size").asInt(),
                body.path("search_after").isArray() ? body.path("search_after").toString() : "",
                "");
    }

    /** The bytes as sent, or empty. */
    private static String searchAfter(String body) {
        int start = body.indexOf("\"search_after\":");
        return start < 0 ? "" : body.substring(start + 15, body.indexOf(']', start) + 1);
    }

    private String nextPitId() {
        synchronized (lock) {
            String id = nameOfPit.apply(pitIds.size() + 1);
            pitIds.add(id);
            newestPit = id;
            return id;
        }
    }

    private String shardsAnswered() {
        return "{\"total\":" + shards + ",\"successful\":" + shards + ",\"skipped\":0,\"failed\":0}";
    }

    private List<Integer> hits(Search search) {
        long[] after = search.searchAfter().isEmpty()
                ? new long[0]
                : Arrays.stream(search.searchAfter()
                                .replaceAll("[\\[\\]\\s]", "")
                                .split(",", -1))
                        .mapToLong(Long::parseLong)
                        .toArray();
        List<Integer> hits = new ArrayList<>();
        int most = Math.min(search.size(), hitsGiven.applyAsInt(search));
        for (int i = 0; i < sources.size() && hits.size() < most; i++) {
            if (inSlice(i, search.slice(), search.slices()) && isBehind(sort(i), after)) {
                hits.add(i);
            }
        }
        return hits;
    }

    private boolean inSlice(int document, int slice, int slices) {
        int shard = document % shards;
        return slices <= shards ? shard % slices == slice : Math.floorMod(document * 31 + shard, slices) == slice;
    }

    /** Fewer values than two omit the tiebreaker: all documents with the same first value are skipped. */
    private static boolean isBehind(long[] sort, long[] after) {
        for (int i = 0; i < after.length; i++) {
            if (sort[i] != after[i]) {
                return sort[i] > after[i];
            }
        }
        return after.length == 0;
    }

    private long[] sort(int document) {
        long doc = document / shards;
        return new long[] {doc, ((long) (document % shards) << 32) + doc};
    }

    private byte[] page(String pitId, Search search, boolean withSource) {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        String pit = pitId.isEmpty() ? "" : "\"pit_id\":\"" + pitId + "\",";
        String total = pitId.isEmpty() ? "\"total\":{\"value\":" + sources.size() + ",\"relation\":\"eq\"}," : "";
        write(
                answer,
                "{" + pit + "\"took\":1,\"timed_out\":false,\"_shards\":" + shardsAnswered() + ",\"hits\":{" + total
                        + "\"max_score\":null,\"hits\":[");
        String separator = "";
        for (int i : hits(search)) {
            write(answer, separator + "{\"_index\":\"books\",\"_id\":\"d" + i + "\",\"_score\":null,");
            if (withSource) {
                write(answer, "\"_source\":");
                answer.writeBytes(sources.get(i));
                write(answer, ",");
            }
            long[] sort = sort(i);
            write(answer, "\"sort\":[" + sort[0] + "," + sort[1] + "]}");
            separator = ",";
        }
        write(answer, "]}}");
        return answer.toByteArray();
    }

    private static void write(ByteArrayOutputStream answer, String text) {
        answer.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    private static JsonNode tree(String body) {
        try {
            return JSON.readTree(body);
        } catch (IOException e) {
            throw new UncheckedIOException("a request that is not JSON", e);
        }
    }

    private static Call readCall(InputStream in) throws IOException {
        String line = readLine(in);
        if (line == null) {
            return null;
        }
        String[] words = line.split(" ", -1);
        int length = 0;
        boolean chunked = false;
        for (String header = readLine(in); header != null && !header.isEmpty(); header = readLine(in)) {
            if (header.regionMatches(true, 0, "content-length:", 0, 15)) {
                length = Integer.parseInt(header.substring(15).trim());
            }
            chunked |= header.equalsIgnoreCase("transfer-encoding: chunked");
        }
        if (chunked) {
            return new Call(words[0], words[1], readChunks(in));
        }
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw new EOFException();
        }
        return new Call(words[0], words[1], new String(body, StandardCharsets.UTF_8));
    }

    private static String readChunks(InputStream in) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (String size = readLine(in); size != null; size = readLine(in)) {
            int length = Integer.parseInt(size.trim(), 16);
            body.writeBytes(in.readNBytes(length));
            readLine(in);
            if (length == 0) {
                return body.toString(StandardCharsets.UTF_8);
            }
        }
        throw new EOFException();
    }

    private static String readLine(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int b;
        while ((b = in.read()) != '\n') {
            if (b < 0) {
                return null;
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    /** An error body as Elasticsearch writes it. */
    public static String error(String type, String reason, int status) {
        String cause = "\"type\":\"" + type + "\",\"reason\":\"" + reason + "\"";
        return "{\"error\":{\"root_cause\":[{" + cause + "}]," + cause + "},\"status\":" + status + "}";
    }

    /** One request. */
    public record Call(String method, String target, String body) {
        public boolean opensPit() {
            return method.equals("POST") && target.startsWith("/" + INDEX + "/_pit?");
        }

        public boolean closesPit() {
            return method.equals("DELETE") && target.equals("/_pit");
        }

        /** Whether it requests the number of documents. */
        public boolean counts() {
            return target.startsWith("/_search?") && body.startsWith("{\"size\":0,\"track_total_hits\":true");
        }

        public boolean asksFor(String path) {
            return target.startsWith(path);
        }
    }

    /**
     * One search for a page.
     *
     * @param number      from 1, across all slices
     * @param page        the requested page, from 1, across all slices; a retry has the same number
     * @param attempt     the attempt for that page, from 1
     * @param searchAfter the bytes as sent, or empty at the start of a slice
     */
    public record Search(
            int number,
            int page,
            int attempt,
            String pitId,
            int slice,
            int slices,
            int size,
            String searchAfter,
            String body) {
        private Search in(int place, String after, String text) {
            return new Search(place, page, attempt, pitId, slice, slices, size, after, text);
        }
    }

    /** How the end of a body is marked. */
    public enum Framing {
        /** Content-Length. */
        LENGTH,
        /** Chunks, with an empty one at the end. */
        CHUNKED,
        /** The end of the connection, as a proxy with HTTP/1.0 does it: a truncation cannot be detected. */
        UNTIL_CLOSED
    }

    /** A fault that replaces an answer or breaks it. */
    public interface Fault {
        Fault NONE = (good, wire) -> wire.send(200, good);

        /**
         * Answers, or does not.
         *
         * @param good the correct answer
         * @return whether the connection can be used again
         */
        boolean answer(byte[] good, Wire wire) throws IOException, InterruptedException;

        /** An error, with headers such as {@code Retry-After: 0}. */
        static Fault status(int status, String body, String... headers) {
            return (good, wire) -> wire.send(status, body.getBytes(StandardCharsets.UTF_8), headers);
        }

        /** The good answer, changed; each byte is one character. */
        static Fault editing(UnaryOperator<String> edit) {
            return (good, wire) -> wire.send(
                    200,
                    edit.apply(new String(good, StandardCharsets.ISO_8859_1)).getBytes(StandardCharsets.ISO_8859_1));
        }

        /** The good answer up to {@code where}; then the connection is closed. */
        static Fault cut(Framing framing, ToIntFunction<String> where) {
            return (good, wire) -> {
                int length = where.applyAsInt(new String(good, StandardCharsets.ISO_8859_1));
                wire.sendPart(framing, good, length);
                return false;
            };
        }

        /** The whole good answer with this framing. */
        static Fault framed(Framing framing) {
            return (good, wire) -> {
                wire.sendPart(framing, good, good.length);
                if (framing == Framing.CHUNKED) {
                    wire.endChunks();
                }
                return framing != Framing.UNTIL_CLOSED;
            };
        }

        /** Closes the connection without a byte. */
        static Fault hangUp() {
            return (good, wire) -> false;
        }

        /** The good answer, once the latch is open. */
        static Fault after(CountDownLatch latch) {
            return (good, wire) -> {
                latch.await();
                return wire.send(200, good);
            };
        }

        /** Nothing, for as long as the client waits. */
        static Fault silence() {
            return (good, wire) -> wire.awaitEnd();
        }

        /** A body that is announced with this length and never sent. */
        static Fault announcing(long bytes) {
            return (good, wire) -> {
                wire.head(200, "Content-Length: " + bytes);
                wire.write("{\"pit_id\":\"".getBytes(StandardCharsets.US_ASCII));
                return wire.awaitEnd();
            };
        }

        /** A body in chunks that never ends. */
        static Fault endless() {
            return (good, wire) -> {
                wire.head(200, "Transfer-Encoding: chunked");
                byte[] blanks = new byte[64 << 10];
                Arrays.fill(blanks, (byte) ' ');
                while (true) {
                    wire.chunk(blanks, blanks.length);
                }
            };
        }
    }

    /** One connection, for unusual answers. */
    public static final class Wire {
        private final InputStream in;
        private final OutputStream out;

        private Wire(InputStream in, OutputStream out) {
            this.in = in;
            this.out = out;
        }

        /** A whole answer; the connection can be used again. */
        boolean send(int status, byte[] body, String... headers) throws IOException {
            String[] all = Arrays.copyOf(headers, headers.length + 1);
            all[headers.length] = "Content-Length: " + body.length;
            head(status, all);
            write(body);
            return true;
        }

        void head(int status, String... headers) throws IOException {
            StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " X\r\n");
            head.append("X-Elastic-Product: Elasticsearch\r\n");
            if (Arrays.stream(headers).noneMatch(header -> header.startsWith("Content-Type:"))) {
                head.append("Content-Type: application/json\r\n");
            }
            for (String header : headers) {
                head.append(header).append("\r\n");
            }
            write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        }

        void sendPart(Framing framing, byte[] body, int length) throws IOException {
            switch (framing) {
                case LENGTH -> {
                    head(200, "Content-Length: " + body.length);
                    write(Arrays.copyOf(body, length));
                }
                case CHUNKED -> {
                    head(200, "Transfer-Encoding: chunked");
                    chunk(body, length);
                }
                case UNTIL_CLOSED -> {
                    head(200, "Connection: close");
                    write(Arrays.copyOf(body, length));
                }
            }
        }

        void chunk(byte[] bytes, int length) throws IOException {
            if (length > 0) {
                write((Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
                write(Arrays.copyOf(bytes, length));
                write("\r\n".getBytes(StandardCharsets.US_ASCII));
            }
        }

        void endChunks() throws IOException {
            write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        }

        void write(byte[] bytes) throws IOException {
            out.write(bytes);
            out.flush();
        }

        /** Waits until the client closes the connection. */
        boolean awaitEnd() throws IOException {
            in.transferTo(OutputStream.nullOutputStream());
            return false;
        }
    }

    private record Rule(Predicate<Call> which, int times, Fault fault, int used) {
        private Rule(Predicate<Call> which, int times, Fault fault) {
            this(which, times, fault, 0);
        }
    }

    private interface Amount {
        int now();
    }
}
