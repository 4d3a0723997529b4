package io.spillway.destination.archive;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spillway.destination.archive.StubExchange.Trouble;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server that answers like the Internet Archive: uploads, deletes, limits, records, tasks and downloads, held in
 * memory. An upload appears in the record after as many reads of the record as the test sets. Accepts requests for both
 * of the archive's hosts, in origin form and in absolute form, so that the real clients can use it as a proxy.
 *
 * <p>Loopback, two free ports: {@link #url()}, and {@link #node()} to redirect to. Closing it frees every connection.
 */
public final class StubArchive implements AutoCloseable {
    /** The one access key that it accepts. */
    public static final String ACCESS_KEY = "testaccess";
    /** The secret key for that access key. */
    public static final String SECRET_KEY = "testsecret";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern META_HEADER = Pattern.compile("x-(?:archive|amz)-meta(\\d*)-(.+)");
    private static final Pattern FILE_META_HEADER = Pattern.compile("x-(?:archive|amz)-filemeta(\\d*)-(.+)");

    private final ServerSocket server = listen();
    private final ServerSocket second = listen();
    private final ExecutorService connections;
    private final Set<Socket> open = new HashSet<>();
    private final Object lock = new Object();

    private final Map<String, StubItem> items = new TreeMap<>();
    private final List<Call> calls = new ArrayList<>();
    private final List<String> stored = new ArrayList<>();
    private final List<Rule> rules = new ArrayList<>();
    private final Deque<String> limits = new ArrayDeque<>();
    private volatile int readsUntilShown;

    /** Started, and empty except for the test collection. */
    public StubArchive() {
        connections = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "stub-archive");
            thread.setDaemon(true);
            return thread;
        });
        connections.execute(() -> acceptAll(server));
        connections.execute(() -> acceptAll(second));
        items.put("test_collection", StubItem.of(Map.of("mediatype", List.of("collection"))));
    }

    /** Its URL. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    /** The same archive at another port, which counts as another host. */
    URI node() {
        return URI.create("http://127.0.0.1:" + second.getLocalPort());
    }

    int port() {
        return server.getLocalPort();
    }

    // What the test sets

    /** Uploads from now on appear after so many reads of the record. Until then a task is pending. */
    public void showAfter(int reads) {
        readsUntilShown = reads;
    }

    /** The item as another owner has created it. */
    StubItem item(String identifier) {
        synchronized (lock) {
            return items.computeIfAbsent(identifier, i -> StubItem.of(Map.of("title", List.of("of somebody"))));
        }
    }

    /** Makes so many requests of this kind fail in this way. */
    void on(Predicate<Call> which, int times, Trouble fault) {
        synchronized (lock) {
            rules.add(new Rule(which, times, fault));
        }
    }

    /** The next answers of {@code check_limit}. When all are used up, there is room. */
    public void answerLimits(String... answers) {
        synchronized (lock) {
            limits.addAll(List.of(answers));
        }
    }

    // What was requested

    List<Call> calls() {
        synchronized (lock) {
            return List.copyOf(calls);
        }
    }

    /** {@code item/file} of every accepted upload and delete, in order. A delete has a minus in front. */
    public List<String> stored() {
        synchronized (lock) {
            return List.copyOf(stored);
        }
    }

    /** The bytes of a file, visible or not; null if there is none. */
    public byte[] bytes(String identifier, String name) {
        synchronized (lock) {
            StubItem item = items.get(identifier);
            return item == null || !item.files.containsKey(name) ? null : item.files.get(name).bytes;
        }
    }

    @Override
    public void close() {
        connections.shutdownNow();
        try {
            server.close();
            second.close();
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

    private static ServerSocket listen() {
        try {
            return new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void acceptAll(ServerSocket from) {
        while (!from.isClosed()) {
            try {
                Socket socket = from.accept();
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
            Call call = StubExchange.readHead(in);
            while (call != null && serve(new StubExchange(call, in, socket, this::answer))) {
                call = StubExchange.readHead(in);
            }
        } catch (IOException e) {
            // The client has disconnected.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            synchronized (lock) {
                open.remove(socket);
            }
        }
    }

    private boolean serve(StubExchange exchange) throws IOException, InterruptedException {
        Trouble fault = Trouble.NONE;
        synchronized (lock) {
            calls.add(exchange.call());
            for (int i = 0; i < rules.size(); i++) {
                Rule rule = rules.get(i);
                if (rule.times > rule.used && rule.which.test(exchange.call())) {
                    rules.set(i, new Rule(rule.which, rule.times, rule.fault, rule.used + 1));
                    fault = rule.fault;
                    break;
                }
            }
        }
        return fault.answer(exchange);
    }

    /** The normal answer to a request whose body has arrived. */
    private Reply answer(Call call, byte[] body) {
        synchronized (lock) {
            String path = call.path();
            if (path.startsWith("/metadata/")) {
                return record(path.substring("/metadata/".length()));
            } else if (path.startsWith("/download/")) {
                return Reply.of(302, "", "Location: /nodes/" + path.substring("/download/".length()));
            } else if (path.startsWith("/nodes/")) {
                return download(path.substring("/nodes/".length()));
            } else if (path.equals("/services/tasks.php")) {
                return tasks(call);
            } else if (path.equals("/services/check_identifier.php")) {
                boolean free = !items.containsKey(call.parameter("identifier"));
                return Reply.json("{\"type\":\"success\",\"code\":\"" + (free ? "available" : "not_available") + "\"}");
            } else if (path.equals("/") && call.parameter("check_limit").equals("1")) {
                return Reply.json(limits.isEmpty() ? limit(call, "0", "") : limits.remove());
            }
            return ias3(call, body);
        }
    }

    /** The answer of check_limit. */
    public static String limit(String over, String reason) {
        return ("{\"accesskey\":\"%s\",\"bucket\":\"b\",\"over_limit\":%s,\"detail\":{\"accesskey_ration\":74,"
                        + "\"bucket_ration\":24,\"limit_reason\":\"%s\",\"rationing_engaged\":0,"
                        + "\"total_global_limit\":1799,\"total_tasks_queued\":1017}}")
                .formatted(ACCESS_KEY, over, reason);
    }

    private static String limit(Call call, String over, String reason) {
        return limit(over, reason).replace("\"b\"", "\"" + call.parameter("bucket") + "\"");
    }

    private Reply ias3(Call call, byte[] body) {
        if (!call.isAuthorized()) {
            return call.header("authorization").startsWith("LOW " + ACCESS_KEY + ":")
                    ? Reply.error(403, "SignatureDoesNotMatch", "The keys do not match.", call.header("authorization"))
                    : Reply.error(403, "InvalidAccessKeyId", "No such key.", call.header("authorization"));
        }
        String simulated = call.header("x-archive-simulate-error");
        if (simulated.equals("SlowDown")) {
            return Reply.slowDown("simulated");
        }
        if (call.identifier().length() < 3 || call.name().isEmpty()) {
            return Reply.error(400, "InvalidBucketName", "The specified bucket is not valid.", call.identifier());
        }
        boolean make = call.header("x-archive-auto-make-bucket").equals("1")
                || call.header("x-amz-auto-make-bucket").equals("1");
        if (!items.containsKey(call.identifier()) && !(call.method().equals("PUT") && make)) {
            return Reply.error(404, "NoSuchBucket", "The specified bucket does not exist.", call.identifier());
        }
        return call.method().equals("DELETE") ? delete(call) : put(call, body);
    }

    private Reply delete(Call call) {
        StubItem item = items.get(call.identifier());
        if (item.files.containsKey(call.name())) {
            item.goAfter(call.name(), readsUntilShown);
            stored.add("-" + call.identifier() + "/" + call.name());
        }
        return Reply.of(204, "");
    }

    private Reply put(Call call, byte[] body) {
        if (call.header("transfer-encoding").equalsIgnoreCase("chunked")) {
            return Reply.error(411, "MissingContentLength", "You must provide the Content-Length header.", "");
        }
        String announced = call.header("content-md5");
        String md5 = hash("MD5", body);
        String base64 = Base64.getEncoder().encodeToString(HexFormat.of().parseHex(md5));
        if (!announced.isEmpty() && !announced.equalsIgnoreCase(md5) && !announced.equals(base64)) {
            return Reply.error(
                    400,
                    "BadDigest",
                    "The Content-MD5 you specified did not match what we received.",
                    "hex " + md5 + " base64 " + base64);
        }
        StubItem.File file = new StubItem.File(body, md5, hash("SHA-1", body), readsUntilShown);
        metadata(call, FILE_META_HEADER).forEach((field, values) -> file.metadata.put(field, values.get(0)));
        items.computeIfAbsent(call.identifier(), i -> StubItem.of(metadata(call, META_HEADER)))
                .add(call.name(), file);
        stored.add(call.identifier() + "/" + call.name());
        return Reply.of(200, "");
    }

    /** Metadata from the headers of an upload, of the item that it creates or of the file. */
    private static Map<String, List<String>> metadata(Call call, Pattern header) {
        Map<String, Map<String, String>> numbered = new LinkedHashMap<>();
        call.headers().forEach((name, value) -> {
            Matcher matcher = header.matcher(name);
            if (matcher.matches()) {
                numbered.computeIfAbsent(matcher.group(2).replace("--", "_"), field -> new TreeMap<>())
                        .put(matcher.group(1), decode(value));
            }
        });
        Map<String, List<String>> metadata = new LinkedHashMap<>();
        numbered.forEach((field, values) -> metadata.put(field, List.copyOf(values.values())));
        return metadata;
    }

    static String decode(String value) {
        return value.startsWith("uri(") && value.endsWith(")")
                ? URLDecoder.decode(value.substring(4, value.length() - 1).replace("+", "%2B"), StandardCharsets.UTF_8)
                : value;
    }

    /** One read of the record, which also brings pending files one step closer to being visible. */
    private Reply record(String path) {
        String identifier = path.replaceAll("/.*", "");
        StubItem item = items.get(identifier);
        if (item == null) {
            return Reply.json("{}");
        }
        item.read();
        if (item.dark) {
            return Reply.json("{\"is_dark\":true,\"metadata\":{\"identifier\":\"" + identifier + "\"}}");
        }
        if (!item.isMade()) {
            return Reply.json("{}");
        }
        ObjectNode record =
                JSON.createObjectNode().put("created", 1_616_004_182).put("server", "ia0.example");
        record.set("metadata", metadata(identifier, item));
        ArrayNode files = record.putArray("files");
        item.files.forEach((name, file) -> {
            if (file.shows()) {
                ObjectNode entry = files.addObject()
                        .put("name", name)
                        .put("source", "original")
                        .put("mtime", "1479169618")
                        .put("size", String.valueOf(file.bytes.length))
                        .put("md5", file.md5)
                        .put("crc32", "00000000")
                        .put("sha1", file.sha1);
                file.metadata.forEach(entry::put);
            }
        });
        files.addObject()
                .put("name", identifier + "_files.xml")
                .put("source", "original")
                .put("format", "Metadata")
                .put("md5", "0".repeat(32))
                .put("summation", "md5");
        files.addObject()
                .put("name", identifier + "_archive.torrent")
                .put("source", "metadata")
                .put("size", "1")
                .put("md5", "0".repeat(32))
                .put("sha1", "0".repeat(40));
        if (item.isBusy()) {
            record.put("pending_tasks", true);
            record.putArray("tasks").addObject().put("cmd", "archive.php");
        }
        return Reply.json(record.toString());
    }

    private static ObjectNode metadata(String identifier, StubItem item) {
        ObjectNode metadata = JSON.createObjectNode().put("identifier", identifier);
        item.metadata.forEach((field, values) -> {
            if (values.size() == 1) {
                metadata.put(field, values.get(0));
            } else {
                values.forEach(metadata.withArray(field)::add);
            }
        });
        return metadata;
    }

    private Reply download(String path) {
        int slash = path.indexOf('/');
        StubItem item = items.get(path.substring(0, Math.max(0, slash)));
        StubItem.File file = item == null ? null : item.files.get(path.substring(slash + 1));
        return file == null || !file.shows()
                ? Reply.of(404, "<html>Item not available</html>")
                : new Reply(200, file.bytes);
    }

    private Reply tasks(Call call) {
        if (!call.isAuthorized()) {
            return Reply.of(401, "{\"success\":false}");
        }
        StubItem item = items.get(call.parameter("identifier"));
        StringBuilder rows = new StringBuilder();
        if (item != null && (item.isBusy() || item.failedTask)) {
            rows.append("{\"identifier\":\"x\",\"task_id\":41,\"cmd\":\"bup.php\",\"status\":\"queued\"}\n");
            rows.append(
                            "{\"identifier\":\"x\",\"task_id\":42,\"cmd\":\"archive.php\",\"category\":\"catalog\",\"status\":\"")
                    .append(item.failedTask ? "error" : "running")
                    .append("\"}\n");
        }
        return Reply.of(200, rows.toString(), "Content-Type: application/json-l");
    }

    static String hash(String algorithm, byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /**
     * The head of a request.
     *
     * @param host    the Host header, or the host of an absolute target
     * @param path    decoded
     * @param query   as received
     * @param headers by lower-case name
     */
    record Call(String method, String host, String path, String query, Map<String, String> headers) {
        String header(String name) {
            return headers.getOrDefault(name, "");
        }

        boolean isAuthorized() {
            return header("authorization").equals("LOW " + ACCESS_KEY + ":" + SECRET_KEY);
        }

        String identifier() {
            return path.substring(1).replaceAll("/.*", "");
        }

        /** The file's name in the item, or empty. */
        String name() {
            int slash = path.indexOf('/', 1);
            return slash < 0 ? "" : path.substring(slash + 1);
        }

        String parameter(String name) {
            for (String pair : query.split("&", -1)) {
                if (pair.startsWith(name + "=")) {
                    return pair.substring(name.length() + 1);
                }
            }
            return "";
        }

        boolean puts(String name) {
            return method.equals("PUT") && name().equals(name);
        }

        boolean puts() {
            return method.equals("PUT");
        }

        boolean readsRecord() {
            return method.equals("GET") && path.startsWith("/metadata/");
        }

        boolean asksForLimit() {
            return query.startsWith("check_limit=1");
        }

        @Override
        public String toString() {
            return method.toLowerCase(Locale.ROOT) + " "
                    + (asksForLimit() ? "check_limit" : readsRecord() ? "record" : path.replaceAll(".*/", ""));
        }
    }

    /** A whole answer. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Reply(int status, byte[] body, String... headers) {
        static Reply of(int status, String body, String... headers) {
            return new Reply(status, body.getBytes(StandardCharsets.UTF_8), headers);
        }

        static Reply json(String body) {
            return of(200, body, "Content-Type: application/json");
        }

        static Reply error(int status, String code, String message, String resource) {
            return of(
                    status,
                    "<?xml version='1.0' encoding='UTF-8'?>\n<Error><Code>" + code + "</Code><Message>" + message
                            + "</Message><Resource>" + resource + "</Resource><RequestId>0baa17b3</RequestId></Error>",
                    "Content-Type: application/xml");
        }

        static Reply slowDown(String reason) {
            return error(503, "SlowDown", "Please reduce your request rate.", "%s exceeds ration".formatted(reason));
        }

        static Reply spam() {
            return error(503, "SlowDown", "Please reduce your request rate.", "Your upload appears to be spam.");
        }
    }

    private record Rule(Predicate<Call> which, int times, Trouble fault, int used) {
        private Rule(Predicate<Call> which, int times, Trouble fault) {
            this(which, times, fault, 0);
        }
    }
}
