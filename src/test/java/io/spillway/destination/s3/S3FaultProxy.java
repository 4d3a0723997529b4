package io.spillway.destination.s3;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A proxy between a bucket and its store, on a free port of loopback, which disturbs the requests that a rule selects.
 * It also works for clients that use it as an HTTP proxy and name the store's host in the first line of a request. Each
 * connection carries one request, so that the data of one cannot leak into the next.
 */
public final class S3FaultProxy implements AutoCloseable {

    /** The purpose of a request. */
    public enum Kind {
        PUT,
        CREATE,
        PIECE,
        COMPLETE,
        ABORT,
        LIST_UPLOADS,
        LIST_PIECES,
        LIST,
        HEAD,
        GET,
        DELETE
    }

    /** How a request is handled. */
    public enum Fault {
        /** The connection ends before the store receives anything. */
        DROPPED,
        /** The connection ends in the middle of the body. */
        CUT,
        /** The store accepts the request, and its answer is lost. */
        ANSWER_LOST,
        /** The store asks for fewer requests. */
        SLOW_DOWN,
        /** The store fails. */
        INTERNAL_ERROR,
        /** The answer begins with 200 and contains an error. */
        ERROR_IN_200,
        /** No answer until the proxy is closed. */
        HELD
    }

    /** Which requests are disturbed, and how. */
    public interface Rule {
        /** The fault, or null for none; {@code number} counts all requests, from 1. */
        Fault choose(Kind kind, int number);
    }

    private final ServerSocket listener;
    private final URI upstream;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final List<Kind> seen = new CopyOnWriteArrayList<>();
    private final List<List<String>> heads = new CopyOnWriteArrayList<>();
    private final AtomicInteger numbers = new AtomicInteger();
    private final Semaphore answered = new Semaphore(0);
    private volatile boolean damaging;
    private volatile boolean hiding;
    private volatile boolean unconditional;
    private volatile Rule rule = (kind, number) -> null;

    private S3FaultProxy(ServerSocket listener, URI upstream) {
        this.listener = listener;
        this.upstream = upstream;
    }

    /** In front of that store; the caller closes it. */
    public static S3FaultProxy before(URI upstream) throws IOException {
        S3FaultProxy proxy = new S3FaultProxy(new ServerSocket(0, 100, InetAddress.getLoopbackAddress()), upstream);
        proxy.threads.execute(proxy::listen);
        return proxy;
    }

    /** The URL that a bucket sends its requests to. */
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + listener.getLocalPort());
    }

    /** Applies from now on; the count of requests starts again. */
    public void disturb(Rule other) {
        seen.clear();
        heads.clear();
        numbers.set(0);
        answered.drainPermits();
        rule = other;
    }

    /** From now on the last byte of every object that is read is changed. */
    void damageReads() {
        damaging = true;
    }

    /** From now on the store supports no checksums except ETags. */
    void hideChecksums() {
        hiding = true;
    }

    /** From now on the store ignores the conditions of requests. */
    public void ignoreConditions() {
        unconditional = true;
    }

    /** Waits until so many requests since {@link #disturb} have ended, also if their client no longer waits for the answer. */
    public void awaitEnded(int requests) throws InterruptedException {
        answered.acquire(requests);
        answered.release(requests);
    }

    /** The requests since {@link #disturb}, in the order of their heads. */
    public List<Kind> seen() {
        return List.copyOf(seen);
    }

    /** The first line and the headers of each of those requests, as received. */
    public List<List<String>> heads() {
        return List.copyOf(heads);
    }

    /** The heads of the requests of one kind. */
    List<List<String>> heads(Kind kind) {
        return heads.stream().filter(head -> kind(head.get(0)) == kind).toList();
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
        try (client) {
            InputStream in = new BufferedInputStream(client.getInputStream());
            List<String> head = head(in);
            if (!head.isEmpty()) {
                Kind kind = kind(head.get(0));
                seen.add(kind);
                heads.add(head);
                Fault fault = rule.choose(kind, numbers.incrementAndGet());
                try {
                    carryOut(fault, head, in, client.getOutputStream());
                } finally {
                    answered.release();
                }
            }
        } catch (IOException gone) {
            // The client or the server has closed its side, or this proxy was closed.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            sockets.remove(client);
        }
    }

    private void carryOut(Fault fault, List<String> head, InputStream in, OutputStream out)
            throws IOException, InterruptedException {
        if (fault == Fault.DROPPED) {
            return;
        }
        int length = length(head);
        if (length > 0
                && head.stream().anyMatch(line -> line.toLowerCase(Locale.ROOT).startsWith("expect:"))) {
            out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }
        if (fault == Fault.CUT) {
            in.readNBytes(length / 2);
            return;
        }
        byte[] body = in.readNBytes(length);
        if (fault == Fault.HELD) {
            closed.await();
        } else if (fault == Fault.SLOW_DOWN) {
            out.write(error("503 Slow Down", "SlowDown"));
        } else if (fault == Fault.INTERNAL_ERROR) {
            out.write(error("500 Internal Server Error", "InternalError"));
        } else if (fault == Fault.ERROR_IN_200) {
            out.write(error("200 OK", "InternalError"));
        } else {
            byte[] answer = forward(head, body);
            if (damaging && kind(head.get(0)) == Kind.GET) {
                answer[answer.length - 1]++;
            }
            if (hiding && kind(head.get(0)) == Kind.HEAD) {
                String text = new String(answer, StandardCharsets.ISO_8859_1);
                answer = text.replaceAll("(?i)\r\nx-amz-checksum-[^\r]*", "").getBytes(StandardCharsets.ISO_8859_1);
            }
            if (fault == null) {
                out.write(answer);
            }
        }
        out.flush();
    }

    private byte[] forward(List<String> head, byte[] body) throws IOException {
        try (Socket server = new Socket(upstream.getHost(), upstream.getPort())) {
            sockets.add(server);
            StringBuilder text = new StringBuilder();
            text.append(head.get(0).replaceFirst(" http://[^/ ]+", " ")).append("\r\n");
            for (String line : head.subList(1, head.size())) {
                String lower = line.toLowerCase(Locale.ROOT);
                boolean condition = lower.startsWith("if-match:") || lower.startsWith("if-none-match:");
                if (!lower.startsWith("connection:") && !lower.startsWith("expect:") && !(condition && unconditional)) {
                    text.append(line).append("\r\n");
                }
            }
            server.getOutputStream().write((text + "Connection: close\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
            server.getOutputStream().write(body);
            server.getOutputStream().flush();
            try {
                return server.getInputStream().readAllBytes();
            } finally {
                sockets.remove(server);
            }
        }
    }

    private static byte[] error(String status, String code) {
        String body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code><Message>m</Message></Error>"
                .formatted(code);
        return "HTTP/1.1 %s\r\nContent-Type: application/xml\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
                .formatted(status, body.length(), body)
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static Kind kind(String start) {
        String method = start.substring(0, start.indexOf(' '));
        String target = start.substring(method.length() + 1, start.lastIndexOf(' '));
        boolean upload = target.contains("uploadId=");
        return switch (method) {
            case "PUT" -> upload ? Kind.PIECE : Kind.PUT;
            case "POST" -> upload ? Kind.COMPLETE : Kind.CREATE;
            case "DELETE" -> upload ? Kind.ABORT : Kind.DELETE;
            case "HEAD" -> Kind.HEAD;
            default ->
                upload
                        ? Kind.LIST_PIECES
                        : target.contains("uploads")
                                ? Kind.LIST_UPLOADS
                                : target.contains("list-type") ? Kind.LIST : Kind.GET;
        };
    }

    private static int length(List<String> head) {
        return head.stream()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("content-length:"))
                .mapToInt(line -> Integer.parseInt(
                        line.substring("content-length:".length()).strip()))
                .findFirst()
                .orElse(0);
    }

    private static List<String> head(InputStream in) throws IOException {
        List<String> lines = new ArrayList<>();
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0; b = in.read()) {
            if (b == '\n') {
                String text = line.toString(StandardCharsets.ISO_8859_1).strip();
                if (text.isEmpty()) {
                    return lines;
                }
                lines.add(text);
                line.reset();
            } else {
                line.write(b);
            }
        }
        return List.of();
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
        threads.shutdownNow();
    }
}
