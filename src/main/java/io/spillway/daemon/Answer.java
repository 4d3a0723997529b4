package io.spillway.daemon;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * An HTTP response with the header fields common to all responses of a daemon. Sending does not block a thread on a
 * slow client. {@code HEAD} gets the same head without the body.
 *
 * @param status HTTP status
 * @param type   media type, with its character set
 * @param body   text, sent as UTF-8
 */
record Answer(int status, String type, String body) {
    static final String TEXT = "text/plain; charset=utf-8";
    static final String HTML = "text/html; charset=utf-8";
    static final String JSON = "application/json";

    static Answer text(int status, String line) {
        return new Answer(status, TEXT, line + "\n");
    }

    void send(Response response, Callback callback) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, bytes.length);
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        response.getHeaders().put("X-Content-Type-Options", "nosniff");
        response.getHeaders().put("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
        response.write(true, ByteBuffer.wrap(bytes), callback);
    }
}
