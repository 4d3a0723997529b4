package io.spillway.source.elasticsearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spillway.fault.SpillwayException;
import io.spillway.source.RequestSigner;
import io.spillway.source.elasticsearch.ElasticsearchOptions.ApiKey;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Basic;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Bearer;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Credentials;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Signed;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.apache.http.Header;
import org.apache.http.HttpHeaders;
import org.apache.http.HttpHost;
import org.apache.http.config.ConnectionConfig;
import org.apache.http.entity.ContentType;
import org.apache.http.message.BasicHeader;
import org.apache.http.nio.entity.NByteArrayEntity;
import org.elasticsearch.client.Cancellable;
import org.elasticsearch.client.Request;
import org.elasticsearch.client.RequestOptions;
import org.elasticsearch.client.Response;
import org.elasticsearch.client.ResponseException;
import org.elasticsearch.client.ResponseListener;
import org.elasticsearch.client.RestClient;
import org.jspecify.annotations.Nullable;

/**
 * The connections to one cluster, Elasticsearch or OpenSearch. One low-level client sends every request. Elasticsearch's
 * typed client is used on top of it for points in time ({@link TypedClient}). Mappings, index settings, names and pages are
 * read as JSON without a model, so that an unknown word of a newer server is not an error. Redirects are never followed,
 * because they would send the credentials to another host. An error response becomes a {@link ServerError}. A server's
 * warning is logged once. Thread-safe; closing it aborts pending requests.
 */
final class Connection implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CONNECT_TIMEOUT_MILLIS = 5_000;
    /** Enough for 64 lanes with a page ahead each, and other requests. */
    private static final int CONNECTIONS = 160;
    /** Maximum size of metadata responses: mappings of thousands of fields in hundreds of indices. */
    static final int MAX_QUESTION_BYTES = 256 << 20;

    /** An escaped surrogate, after any number of escaped backslashes. */
    private static final Pattern SURROGATE_ESCAPE =
            Pattern.compile("((?<!\\\\)(?:\\\\\\\\)*)\\\\u([dD][89a-fA-F][0-9a-fA-F]{2})");

    /** A page has megabytes: larger steps need fewer system calls. */
    private static final ConnectionConfig RECEIVING =
            ConnectionConfig.custom().setBufferSize(64 << 10).build();

    private final RestClient client;
    private final URI url;
    private final Duration timeout;
    private final ServerNotes notes;
    private final @Nullable RequestSigner signer;
    private volatile String name = "the cluster";

    private Connection(
            RestClient client, ServerNotes notes, URI url, Duration timeout, @Nullable RequestSigner signer) {
        this.client = client;
        this.notes = notes;
        this.url = url;
        this.timeout = timeout;
        this.signer = signer;
    }

    static Connection open(ElasticsearchOptions options) throws SpillwayException {
        URI url = options.url();
        SSLContext tls = ServerTrust.context(options);
        int timeoutMillis = Math.toIntExact(options.paging().requestTimeout().toMillis());
        RequestSigner signer = options.credentials() instanceof Signed signed ? signed.signer() : null;
        URI proxy = options.route().proxy();
        ServerNotes notes = new ServerNotes();
        var builder = RestClient.builder(host(url))
                .setDefaultHeaders(headers(options))
                .setCompressionEnabled(false)
                .setRequestConfigCallback(config -> config.setRedirectsEnabled(false)
                        .setConnectTimeout(CONNECT_TIMEOUT_MILLIS)
                        .setConnectionRequestTimeout(timeoutMillis)
                        .setSocketTimeout(timeoutMillis))
                .setHttpClientConfigCallback(http -> {
                    http.setMaxConnPerRoute(CONNECTIONS).setMaxConnTotal(CONNECTIONS);
                    http.setDefaultConnectionConfig(RECEIVING);
                    http.addInterceptorFirst(notes);
                    if (signer != null) {
                        http.addInterceptorLast(new Signing(signer, url));
                    }
                    if (proxy != null) {
                        http.setProxy(host(proxy));
                    }
                    return tls == null ? http : http.setSSLContext(tls);
                });
        if (url.getPath() != null && url.getPath().length() > 1) {
            builder.setPathPrefix(url.getPath());
        }
        return new Connection(builder.build(), notes, url, options.paging().requestTimeout(), signer);
    }

    /** The port of the URL; without one, requests name none either, as signatures want it. */
    private static HttpHost host(URI url) {
        return new HttpHost(url.getHost(), url.getPort(), url.getScheme());
    }

    /** The cluster's URL as shown in messages. */
    URI url() {
        return url;
    }

    /** The server and its URL for messages: {@code OpenSearch 2.19.4 at https://…}. */
    String server() {
        return name + " at " + url;
    }

    /** The server for messages: {@code OpenSearch 2.19.4}, or {@code the cluster} until that is known. */
    String name() {
        return name;
    }

    /** Sets the name of the server for messages. */
    void name(String title) {
        name = title;
    }

    /** Whether a response had the header that Elasticsearch sends since 7.14. */
    boolean isElasticsearch() {
        return notes.isElasticsearch();
    }

    /** Elasticsearch's typed client on the same connections; it accepts only responses of Elasticsearch. */
    TypedClient typed() {
        return new TypedClient(client, url, timeout);
    }

    /** Sends a request whose response goes to {@code buffer}, at most {@code limit} bytes of it. */
    Exchange send(String method, String path, byte @Nullable [] body, AnswerBuffer buffer, int limit) {
        return send(method, path, body, buffer, limit, Duration.ZERO, () -> {});
    }

    /**
     * The same after a pause, without blocking the caller.
     *
     * @param sent called once when the request is sent, on a JDK thread that must not be blocked; never if it is
     *             cancelled before
     */
    Exchange send(
            String method,
            String path,
            byte @Nullable [] body,
            AnswerBuffer buffer,
            int limit,
            Duration pause,
            Runnable sent) {
        Request request = new Request(method, path);
        if (body != null) {
            request.setEntity(new NByteArrayEntity(body, ContentType.APPLICATION_JSON));
        }
        request.setOptions(into(buffer, limit).addHeader(HttpHeaders.ACCEPT, "application/json"));
        Exchange exchange = new Exchange(url, request, buffer, System.nanoTime() + pause.toNanos());
        Runnable start = () -> exchange.start(() -> {
            sent.run();
            return client.performRequestAsync(request, exchange);
        });
        if (pause.isZero()) {
            start.run();
        } else {
            CompletableFuture.delayedExecutor(pause.toNanos(), TimeUnit.NANOSECONDS, Runnable::run)
                    .execute(start);
        }
        return exchange;
    }

    /**
     * Sends a metadata request and returns the response as JSON.
     *
     * @throws ServerErrorException if the response is an error or a redirect
     * @throws IOException if there is no complete response, or it is not JSON
     */
    JsonNode ask(String method, String path, byte @Nullable [] body) throws IOException, InterruptedException {
        return ask(method, path, body, timeout);
    }

    /** The same, with another time limit. */
    JsonNode ask(String method, String path, byte @Nullable [] body, Duration limit)
            throws IOException, InterruptedException {
        AnswerBuffer buffer = new AnswerBuffer();
        Exchange exchange = send(method, path, body, buffer, MAX_QUESTION_BYTES);
        try {
            int status = exchange.await(limit);
            if (status >= 300) {
                throw new ServerErrorException(exchange.error(status));
            }
            JsonNode answer = tree(buffer);
            if (answer == null || !answer.isContainerNode()) {
                throw new IOException("the response is not JSON");
            }
            return answer;
        } catch (ServerErrorException e) {
            throw e;
        } catch (IOException e) {
            throw new IOException("%s %s: %s".formatted(method, path.replaceFirst("\\?.*", ""), e.getMessage()), e);
        } finally {
            exchange.cancel();
        }
    }

    /** The meaning of a response with this status, 300 or above. */
    static ServerError error(URI cluster, int status, UnaryOperator<@Nullable String> header, AnswerBuffer buffer) {
        if (status < 400) {
            String location = header.apply(HttpHeaders.LOCATION);
            return ServerError.redirect(
                    status, cluster.toString(), location == null ? "nowhere" : shown(cluster, location));
        }
        Duration retryAfter = retryAfter(header.apply(HttpHeaders.RETRY_AFTER));
        JsonNode body = tree(buffer);
        return body != null && body.isContainerNode()
                ? ServerError.of(status, body, retryAfter)
                : ServerError.ofText(status, text(buffer), retryAfter);
    }

    /** A URL for a message: absolute, without user, query and fragment, which may contain secrets. */
    private static String shown(URI cluster, String location) {
        try {
            URI target = cluster.resolve(location);
            return new URI(target.getScheme(), null, target.getHost(), target.getPort(), target.getPath(), null, null)
                    .toString();
        } catch (IllegalArgumentException | URISyntaxException e) {
            return "an invalid URL";
        }
    }

    /** A Retry-After header in seconds, or null. */
    private static @Nullable Duration retryAfter(@Nullable String value) {
        return value != null && value.matches("\\d{1,5}") ? Duration.ofSeconds(Long.parseLong(value)) : null;
    }

    /** Options of a request whose response goes to {@code buffer}, at most {@code limit} bytes of it. */
    static RequestOptions.Builder into(AnswerBuffer buffer, int limit) {
        return RequestOptions.DEFAULT.toBuilder()
                .setHttpAsyncResponseConsumerFactory(() -> new AnswerConsumer(buffer, limit));
    }

    static IOException late(Duration limit, TimeoutException e) {
        return new IOException("no complete response within " + limit.toSeconds() + " s", e);
    }

    /** The body of a response as JSON, or null if it is not JSON. */
    static @Nullable JsonNode tree(AnswerBuffer buffer) {
        try {
            String text = text(buffer);
            return JSON.readTree(SURROGATE_ESCAPE.matcher(text).find() ? unescaped(text) : text);
        } catch (IOException notJson) {
            // A proxy's error page: the status is sufficient.
            return null;
        }
    }

    /**
     * Jackson rejects a name with an escaped unpaired surrogate, which a dynamic mapping may have, but accepts it as a
     * char.
     */
    private static String unescaped(String json) {
        return SURROGATE_ESCAPE
                .matcher(json)
                .replaceAll(escape ->
                        Matcher.quoteReplacement(escape.group(1) + (char) Integer.parseInt(escape.group(2), 16)));
    }

    private static String text(AnswerBuffer buffer) {
        return new String(buffer.bytes(), 0, buffer.length(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        try {
            client.close();
        } catch (IOException e) {
            // Nothing is lost: no request is pending any more.
        }
        if (signer != null) {
            signer.close();
        }
    }

    private static Header[] headers(ElasticsearchOptions options) {
        List<Header> headers = new ArrayList<>();
        options.route().headers().forEach((name, value) -> headers.add(new BasicHeader(name, value)));
        Credentials credentials = options.credentials();
        if (credentials instanceof ApiKey key) {
            headers.add(authorization("ApiKey " + key.encoded().reveal()));
        } else if (credentials instanceof Bearer bearer) {
            headers.add(authorization("Bearer " + bearer.token().reveal()));
        } else if (credentials instanceof Basic basic) {
            byte[] pair = (basic.username() + ":" + basic.password().reveal()).getBytes(StandardCharsets.UTF_8);
            headers.add(authorization("Basic " + Base64.getEncoder().encodeToString(pair)));
        }
        return headers.toArray(new Header[0]);
    }

    private static Header authorization(String value) {
        return new BasicHeader(HttpHeaders.AUTHORIZATION, value);
    }

    /** A response that is an error. */
    static final class ServerErrorException extends IOException {
        private static final long serialVersionUID = 1L;

        private final transient ServerError error;

        ServerErrorException(ServerError error) {
            super(error.toString());
            this.error = error;
        }

        ServerError error() {
            return error;
        }
    }

    /** A response and the arrival time of its last byte. */
    private record Arrival(Response response, long at) {}

    /**
     * One request that is pending or about to be sent. Its buffer belongs to the request until {@link #await} has
     * returned or it was cancelled.
     */
    static final class Exchange implements ResponseListener {
        private final CompletableFuture<Arrival> answer = new CompletableFuture<>();
        private final URI cluster;
        private final Request request;
        private final AnswerBuffer buffer;
        private final long notBefore;
        private volatile long sentAt;
        private @Nullable Cancellable cancellable;
        private boolean cancelled;

        private Exchange(URI cluster, Request request, AnswerBuffer buffer, long notBefore) {
            this.cluster = cluster;
            this.request = request;
            this.buffer = buffer;
            this.notBefore = notBefore;
        }

        private synchronized void start(Supplier<Cancellable> request) {
            if (!cancelled) {
                sentAt = System.nanoTime();
                try {
                    cancellable = request.get();
                } catch (RuntimeException e) {
                    // On the pause's thread the exception would be lost.
                    answer.completeExceptionally(e);
                }
            }
        }

        @Override
        public void onSuccess(Response response) {
            answer.complete(new Arrival(response, System.nanoTime()));
        }

        @Override
        public void onFailure(Exception e) {
            if (e instanceof ResponseException refused) {
                answer.complete(new Arrival(refused.getResponse(), System.nanoTime()));
            } else {
                answer.completeExceptionally(e);
            }
        }

        /** When the request is sent, as {@link System#nanoTime}; in the past if it was sent at once. */
        long notBefore() {
            return notBefore;
        }

        /**
         * Waits for the whole response and returns its status.
         *
         * @throws IOException if it did not arrive, not in time, or was too long; the buffer may still be written to
         *     afterwards
         */
        int await(Duration limit) throws IOException, InterruptedException {
            try {
                return answer.get(limit.toMillis(), TimeUnit.MILLISECONDS)
                        .response()
                        .getStatusLine()
                        .getStatusCode();
            } catch (TimeoutException e) {
                throw late(limit, e);
            } catch (ExecutionException e) {
                throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
            }
        }

        /** The meaning of a response with this status, 300 or above; only after {@link #await}. */
        ServerError error(int status) {
            Arrival arrival = arrival();
            return Connection.error(
                            cluster,
                            status,
                            name -> arrival == null ? null : arrival.response().getHeader(name),
                            buffer)
                    .to(request.getMethod(), request.getEndpoint());
        }

        /** Time from sending to the last byte; only after {@link #await}. */
        Duration took() {
            Arrival arrival = arrival();
            return arrival == null ? Duration.ZERO : Duration.ofNanos(arrival.at() - sentAt);
        }

        private @Nullable Arrival arrival() {
            return answer.isDone() && !answer.isCompletedExceptionally() ? answer.join() : null;
        }

        AnswerBuffer buffer() {
            return buffer;
        }

        /** When its last byte arrived, as {@link System#nanoTime}; only after {@link #await}. */
        long arrivedAt() {
            Arrival arrival = arrival();
            return arrival == null ? System.nanoTime() : arrival.at();
        }

        /** Aborts the request if it is pending; one that is still paused is never sent. */
        synchronized void cancel() {
            cancelled = true;
            if (cancellable != null) {
                cancellable.cancel();
            }
        }
    }
}
