package io.spillway.destination.archive;

import io.spillway.config.Secret;
import io.spillway.destination.TimedBody;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only class with the keys: sends requests to the archive's hosts and follows their redirects. Thread-safe. The
 * JDK's client releases its threads when it becomes unreachable.
 */
final class ArchiveClient {
    private static final Logger LOG = LoggerFactory.getLogger(ArchiveClient.class);

    private static final int MAX_REDIRECTS = 5;
    /** A GET has no body to lose, so any redirect may be followed; an upload must remain the same request. */
    private static final Set<Integer> ANY_REDIRECT = Set.of(301, 302, 303, 307, 308);

    private static final Set<Integer> SAME_REQUEST_REDIRECT = Set.of(307, 308);
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(30);
    /** How often an upload's progress is checked. */
    private static final long TICK_MILLIS = 1_000;

    private static final Pattern KEY = Pattern.compile("[!-9;-~]+");

    private final HttpClient http;
    private final ArchiveOptions options;

    /**
     * @throws SpillwayException {@code CONFIG} if a key is not valid in a header, in a message that does not quote it,
     *     or if keys would be sent to a host unencrypted
     */
    ArchiveClient(ArchiveOptions options) throws SpillwayException {
        requireEncryption(options.endpoints().upload());
        requireEncryption(options.endpoints().front());
        requireKey("access-key", options.accessKey());
        requireKey("secret-key", options.secretKey());
        this.options = options;
        // The archive supports only HTTP/1.1. The JDK's own redirects would send the keys to any host, or to none.
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT_WITHIN)
                .build();
    }

    private static void requireEncryption(URI endpoint) throws SpillwayException {
        boolean here = Set.of("127.0.0.1", "localhost", "[::1]").contains(String.valueOf(endpoint.getHost()));
        if (!"https".equals(endpoint.getScheme()) && !here) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "the Internet Archive's endpoint " + endpoint + " is not https",
                    "omit it or use https: keys would be sent in clear text");
        }
    }

    private static void requireKey(String name, Secret key) throws SpillwayException {
        if (!KEY.matcher(key.reveal()).matches()) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "the %s of the Internet Archive contains an invalid character".formatted(name),
                    "copy it from archive.org/account/s3.php without blanks, colons or a second line");
        }
    }

    /**
     * Sends a request, follows redirects, and waits for the whole response, whatever its status.
     *
     * @throws IOException if there is no response; the request may or may not have been carried out
     * @throws SpillwayException if a redirect leads outside of the archive
     */
    Answer send(ArchiveRequest request) throws IOException, InterruptedException, SpillwayException {
        HttpResponse<byte[]> response = follow(request, BodyHandlers.ofByteArray());
        boolean error = response.statusCode() >= 300;
        return new Answer(
                response.statusCode(),
                // Only error texts are shown to people; a record is compared, and stays as it is.
                error ? withoutKeys(response.body()) : response.body(),
                retryAfter(response));
    }

    /** The same with a streamed body. The stream of an error response contains the error. */
    HttpResponse<InputStream> open(ArchiveRequest request) throws IOException, InterruptedException, SpillwayException {
        return follow(request, info -> new TimedBody(options.patience().stalledAfter()));
    }

    private <T> HttpResponse<T> follow(ArchiveRequest request, BodyHandler<T> handler)
            throws IOException, InterruptedException, SpillwayException {
        Set<Integer> redirects = request.method().equals("GET") ? ANY_REDIRECT : SAME_REQUEST_REDIRECT;
        ArchiveRequest current = request;
        for (int followed = 0; followed <= MAX_REDIRECTS; followed++) {
            LOG.debug("request {}", current.line());
            HttpResponse<T> response = sendOnce(current, handler);
            LOG.debug("answer status={} to {}", response.statusCode(), current.line());
            if (!redirects.contains(response.statusCode())) {
                return response;
            }
            if (response.body() instanceof InputStream unread) {
                unread.close();
            }
            current = current.to(target(current, response));
        }
        throw new IOException("more than %d redirects from %s".formatted(MAX_REDIRECTS, request.address()));
    }

    private URI target(ArchiveRequest request, HttpResponse<?> response) throws IOException, SpillwayException {
        String location = response.headers().firstValue("Location").orElse("");
        URI target;
        try {
            target = request.address().resolve(location);
        } catch (IllegalArgumentException e) {
            throw new IOException("a redirect from " + request.address() + " to an invalid URL", e);
        }
        if (location.isEmpty() || !options.endpoints().trusts(target)) {
            throw new SpillwayException(
                    Fault.DESTINATION_REFUSED,
                    "%s %s was redirected to \"%s\", which is not a host of the Internet Archive with https"
                            .formatted(request.method(), request.address(), withoutKeys(location)),
                    "the keys were not sent there; check for a proxy between here and the archive");
        }
        return target;
    }

    private <T> HttpResponse<T> sendOnce(ArchiveRequest request, BodyHandler<T> handler)
            throws IOException, InterruptedException {
        AtomicLong moved = new AtomicLong();
        BodyPublisher body = request.file() == null ? BodyPublishers.noBody() : new CountedBody(request.file(), moved);
        // No timeout on the request, because it would cover the upload of the body. No Expect: 100-continue, because
        // JDK 17 hangs if the server rejects it.
        HttpRequest.Builder builder = HttpRequest.newBuilder(addressed(request)).method(request.method(), body);
        builder.header("User-Agent", "spillway");
        if (request.keys() == ArchiveRequest.Keys.HEADER) {
            builder.header(
                    "Authorization",
                    "LOW " + options.accessKey().reveal() + ":"
                            + options.secretKey().reveal());
        }
        request.headers().forEach(header -> builder.header(header.name(), header.value()));
        return await(http.sendAsync(builder.build(), handler), moved);
    }

    private URI addressed(ArchiveRequest request) {
        if (request.keys() != ArchiveRequest.Keys.PARAMETER) {
            return request.address();
        }
        String key = URLEncoder.encode(options.accessKey().reveal(), StandardCharsets.UTF_8);
        return URI.create(request.address() + "&accesskey=" + key);
    }

    /** Waits as long as bytes are moving. */
    private <T> HttpResponse<T> await(CompletableFuture<HttpResponse<T>> coming, AtomicLong moved)
            throws IOException, InterruptedException {
        long stalled = options.patience().stalledAfter().toMillis();
        long seen = 0;
        long since = System.nanoTime();
        while (true) {
            try {
                return coming.get(Math.min(TICK_MILLIS, stalled), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (moved.get() != seen) {
                    seen = moved.get();
                    since = System.nanoTime();
                } else if (TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since) >= stalled) {
                    coming.cancel(true);
                    throw new HttpTimeoutException("no data sent or received for " + stalled + " ms");
                }
            } catch (InterruptedException e) {
                coming.cancel(true);
                throw e;
            } catch (ExecutionException e) {
                if (e.getCause() instanceof IOException failure) {
                    throw failure;
                }
                throw new IllegalStateException("unexpected error while sending a request", e.getCause());
            }
        }
    }

    private byte[] withoutKeys(byte[] body) {
        String text = new String(body, StandardCharsets.ISO_8859_1);
        return withoutKeys(text).getBytes(StandardCharsets.ISO_8859_1);
    }

    private String withoutKeys(String text) {
        return text.replace(options.secretKey().reveal(), "****")
                .replace(options.accessKey().reveal(), "****");
    }

    /** Parses seconds or a date; anything else is ignored. */
    private static @Nullable Duration retryAfter(HttpResponse<?> response) {
        String value = response.headers().firstValue("Retry-After").orElse("").strip();
        try {
            if (value.matches("[0-9]{1,9}")) {
                return Duration.ofSeconds(Long.parseLong(value));
            }
            return value.isEmpty()
                    ? null
                    : Duration.between(
                            ZonedDateTime.now(ZoneOffset.UTC),
                            ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME));
        } catch (DateTimeParseException e) {
            return null;
        }
    }
}
