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
 * One request after another, without cookies or credentials. Redirects are followed, never from https to http. Safe for
 * many threads; needs no closing.
 */
final class WebClient {
    private final WebPatience patience;
    private final HttpClient http;

    WebClient(WebPatience patience) {
        this.patience = patience;
        this.http = HttpClient.newBuilder()
                .connectTimeout(patience.connect())
                // A connection for each file: one that stalls does not hold up the others.
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build();
    }

    WebPatience patience() {
        return patience;
    }

    /** What the server says of a file. */
    HttpResponse<Void> head(URI address) throws IOException, InterruptedException {
        return http.send(
                request(address).method("HEAD", BodyPublishers.noBody()).build(), BodyHandlers.discarding());
    }

    /**
     * A file's bytes, from {@code from} on; the caller closes the body. A server may answer with the whole file.
     *
     * @param validator a strong ETag, for which alone a range makes sense, or null where none is known
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

    /** A file's first byte, which tells its length too; the caller closes the body. A server may send the whole file. */
    HttpResponse<InputStream> firstByte(URI address) throws IOException, InterruptedException {
        return http.send(
                request(address).GET().header("Range", "bytes=0-0").build(),
                answer -> new TimedBody(patience.answer()));
    }

    private HttpRequest.Builder request(URI address) {
        return HttpRequest.newBuilder(address)
                .timeout(patience.answer())
                .header("User-Agent", "spillway")
                // The file as it lies there, and not compressed once more on the way.
                .header("Accept-Encoding", "identity");
    }

    /** Whether a later request may get another status. */
    static boolean mayPass(int status) {
        return status == 408 || status == 425 || status == 429 || status >= 500;
    }

    /** Waits before the next attempt: as long as the server asks for, within the patience, or longer each time. */
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
