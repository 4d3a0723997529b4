package io.spillway.destination.web;

import io.spillway.destination.TimedBody;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Sends single requests, without cookies or credentials. Follows redirects, but not from https to http. Thread-safe;
 * needs no closing.
 */
final class WebClient {
    private final WebPatience patience;
    private final HttpClient http;

    WebClient(WebPatience patience) {
        this.patience = patience;
        this.http = HttpClient.newBuilder()
                .connectTimeout(patience.connect())
                // One connection per file: a stalled one does not block the others.
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build();
    }

    WebPatience patience() {
        return patience;
    }

    /** Requests the metadata of a file. */
    HttpResponse<Void> head(URI address) throws IOException, InterruptedException {
        return http.send(
                request(address).method("HEAD", BodyPublishers.noBody()).build(), BodyHandlers.discarding());
    }

    /**
     * Requests a file's content starting at {@code from}; the caller closes the body. The server may send the whole
     * file.
     *
     * @param validator a strong ETag, which makes a range safe, or null if unknown
     */
    HttpResponse<InputStream> get(URI address, long from, @Nullable String validator)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = request(address).GET();
        if (from > 0) {
            request.header("Range", "bytes=" + from + "-");
            if (validator != null) {
                request.header("If-Range", validator);
            }
        }
        return http.send(request.build(), answer -> new TimedBody(patience.answer()));
    }

    /**
     * Requests a file's first byte, whose response contains the length; the caller closes the body. The server may send
     * the whole file.
     */
    HttpResponse<InputStream> firstByte(URI address) throws IOException, InterruptedException {
        return http.send(
                request(address).GET().header("Range", "bytes=0-0").build(),
                answer -> new TimedBody(patience.answer()));
    }

    private HttpRequest.Builder request(URI address) {
        return HttpRequest.newBuilder(address)
                .timeout(patience.answer())
                .header("User-Agent", "spillway")
                // The stored bytes, without compression in transit.
                .header("Accept-Encoding", "identity");
    }

    /** Whether a later request may get another status. */
    static boolean mayPass(int status) {
        return status == 408 || status == 425 || status == 429 || status >= 500;
    }

    /** Waits before the next attempt: as long as the server asks for, up to the longest pause, or longer each time. */
    void pause(int failures, @Nullable HttpResponse<?> answer) throws InterruptedException {
        Duration pause = patience.pause(failures);
        String asked = answer == null
                ? ""
                : answer.headers().firstValue("Retry-After").orElse("").strip();
        if (asked.matches("[0-9]{1,6}")) {
            Duration wanted = Duration.ofSeconds(Long.parseLong(asked));
            pause = wanted.compareTo(patience.longestPause()) < 0 ? wanted : patience.longestPause();
        }
        Thread.sleep(pause.toMillis());
    }
}
