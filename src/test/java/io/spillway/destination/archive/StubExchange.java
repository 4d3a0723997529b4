package io.spillway.destination.archive;

import io.spillway.destination.archive.StubArchive.Call;
import io.spillway.destination.archive.StubArchive.Reply;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

/** One request to {@link StubArchive} whose body may not have been read yet, and how it is handled. */
final class StubExchange {
    private final Call call;
    private final InputStream in;
    private final Socket socket;
    private final BiFunction<Call, byte[], Reply> good;

    StubExchange(Call call, InputStream in, Socket socket, BiFunction<Call, byte[], Reply> good) {
        this.call = call;
        this.in = in;
        this.socket = socket;
        this.good = good;
    }

    /** A fault that replaces an answer or breaks it. */
    interface Trouble {
        Trouble NONE = exchange -> exchange.send(exchange.goodReply());

        /**
         * Answers, or does not.
         *
         * @return whether the connection can be used again
         */
        boolean answer(StubExchange exchange) throws IOException, InterruptedException;

        /** Reads the body, does not carry out the request, and sends this answer. */
        static Trouble reply(Reply reply) {
            return exchange -> {
                exchange.readBody();
                return exchange.send(reply);
            };
        }

        /** Sends this answer without reading the body, and closes the connection a little later. */
        static Trouble early(Reply reply) {
            return exchange -> {
                exchange.send(reply);
                TimeUnit.MILLISECONDS.sleep(200);
                return false;
            };
        }

        /** Reads so many bytes of the body at a time, with a pause after each; then sends the normal answer. */
        static Trouble slowly(int bytes, int pauseMillis) {
            return exchange -> {
                ByteArrayOutputStream body = new ByteArrayOutputStream();
                while (body.size() < exchange.contentLength()) {
                    byte[] some = exchange.in.readNBytes(Math.min(bytes, exchange.contentLength() - body.size()));
                    if (some.length == 0) {
                        return false;
                    }
                    body.writeBytes(some);
                    TimeUnit.MILLISECONDS.sleep(pauseMillis);
                }
                return exchange.send(exchange.good.apply(exchange.call, body.toByteArray()));
            };
        }

        /** Closes the connection without reading or sending a byte. */
        static Trouble hangUp() {
            return exchange -> false;
        }

        /** Resets the connection after so many bytes of the body, or after all of them. */
        static Trouble resetAfter(int bytes) {
            return exchange -> {
                exchange.in.readNBytes(Math.min(bytes, exchange.contentLength()));
                exchange.socket.setSoLinger(true, 0);
                return false;
            };
        }

        /** Carries out the request, and loses its answer. */
        static Trouble loseAnswer() {
            return exchange -> {
                exchange.goodReply();
                return false;
            };
        }

        /** Sends half of the normal answer's body, then closes the connection. */
        static Trouble cutAnswer() {
            return exchange -> {
                Reply reply = exchange.goodReply();
                exchange.head(reply, reply.body().length);
                exchange.socket.getOutputStream().write(reply.body(), 0, reply.body().length / 2);
                exchange.socket.getOutputStream().flush();
                return false;
            };
        }

        /** Sends half of the normal answer's body, and then nothing for as long as the client waits. */
        static Trouble stallAnswer() {
            return exchange -> {
                Reply reply = exchange.goodReply();
                exchange.head(reply, reply.body().length);
                exchange.socket.getOutputStream().write(reply.body(), 0, reply.body().length / 2);
                exchange.socket.getOutputStream().flush();
                return exchange.awaitEnd();
            };
        }

        /** Reads the body, and does not answer for as long as the client waits. */
        static Trouble silence() {
            return exchange -> {
                exchange.readBody();
                return exchange.awaitEnd();
            };
        }
    }

    Call call() {
        return call;
    }

    private Reply goodReply() throws IOException {
        return good.apply(call, readBody());
    }

    private int contentLength() {
        return Integer.parseInt(call.headers().getOrDefault("content-length", "0"));
    }

    private byte[] readBody() throws IOException {
        if (call.header("expect").equalsIgnoreCase("100-continue")) {
            write("HTTP/1.1 100 Continue\r\n\r\n");
        }
        if (call.header("transfer-encoding").equalsIgnoreCase("chunked")) {
            return readChunks();
        }
        int length = contentLength();
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw new EOFException();
        }
        return body;
    }

    private byte[] readChunks() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (String size = readLine(in); size != null; size = readLine(in)) {
            int length = Integer.parseInt(size.trim(), 16);
            body.writeBytes(in.readNBytes(length));
            readLine(in);
            if (length == 0) {
                return body.toByteArray();
            }
        }
        throw new EOFException();
    }

    private boolean send(Reply reply) throws IOException {
        head(reply, reply.body().length);
        OutputStream out = socket.getOutputStream();
        if (!call.method().equals("HEAD")) {
            out.write(reply.body());
        }
        out.flush();
        return !call.header("connection").equalsIgnoreCase("close");
    }

    private void head(Reply reply, int length) throws IOException {
        StringBuilder head = new StringBuilder("HTTP/1.1 " + reply.status() + " X\r\n");
        if (reply.status() != 204) {
            head.append("Content-Length: ").append(length).append("\r\n");
        }
        for (String header : reply.headers()) {
            head.append(header).append("\r\n");
        }
        write(head.append("\r\n").toString());
    }

    private void write(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    private boolean awaitEnd() throws IOException {
        in.transferTo(OutputStream.nullOutputStream());
        return false;
    }

    /** The next request's head, or null at the end of the connection. */
    static Call readHead(InputStream in) throws IOException {
        String line = readLine(in);
        if (line == null) {
            return null;
        }
        String[] words = line.split(" ", -1);
        Map<String, String> headers = new TreeMap<>();
        for (String header = readLine(in); header != null && !header.isEmpty(); header = readLine(in)) {
            int colon = header.indexOf(':');
            headers.put(
                    header.substring(0, colon).toLowerCase(Locale.ROOT),
                    header.substring(colon + 1).strip());
        }
        URI target = URI.create(words[1]);
        String host = target.getHost() == null ? headers.getOrDefault("host", "") : target.getHost();
        String path = URLDecoder.decode(target.getRawPath().replace("+", "%2B"), StandardCharsets.UTF_8);
        String query = target.getRawQuery() == null ? "" : target.getRawQuery();
        // A target in absolute form with an empty path, or with two slashes, is the same request.
        return new Call(words[0], host, path.isEmpty() ? "/" : path.replaceAll("^/+", "/"), query, headers);
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
}
