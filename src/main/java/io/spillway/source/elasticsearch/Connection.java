package io.spillway.source.elasticsearch;

import co.elastic.clients.elasticsearch.ElasticsearchAsyncClient;
import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import co.elastic.clients.json.jackson.JacksonJsonpMapper;
import co.elastic.clients.transport.TransportException;
import co.elastic.clients.transport.http.TransportHttpClient;
import co.elastic.clients.transport.rest_client.RestClientOptions;
import co.elastic.clients.transport.rest_client.RestClientTransport;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spillway.fault.SpillwayException;
import io.spillway.source.elasticsearch.ElasticsearchOptions.ApiKey;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Basic;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Bearer;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Credentials;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.apache.http.Header;
import org.apache.http.HttpHeaders;
import org.apache.http.HttpHost;
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
 * The connections to one cluster. One low-level client sends every request. Elasticsearch's typed client is used on top
 * of it where requests and responses are the same in every version: to open and close a point in time, and to read the
 * cluster's settings. Mappings, index settings, names and pages are read as JSON without a model, so that an unknown
 * word of a newer server is not an error. Redirects are never followed, because they would send the credentials to
 * another host. Both clients report an error response as the same {@link ServerError}. Thread-safe; closing it aborts
 * pending requests.
 */
final class Connection implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CONNECT_TIMEOUT_MILLIS = 5_000;
    /** Enough for 64 lanes with a page ahead each, and other requests. */
    private static final int CONNECTIONS = 160;
    /** Maximum size of metadata responses: mappings of thousands of fields in hundreds of indices. */
    private static final int MAX_QUESTION_BYTES = 256 << 20;

    /** An escaped surrogate, after any number of escaped backslashes. */
    private static final Pattern SURROGATE_ESCAPE =
            Pattern.compile("((?<!\\\\)(?:\\\\\\\\)*)\\\\u([dD][89a-fA-F][0-9a-fA-F]{2})");

    private final RestClient client;
    private final ElasticsearchAsyncClient typed;
    private final URI url;
    private final Duration timeout;

    private Connection(RestClient client, URI url, Duration timeout) {
        this.client = client;
        this.typed = new ElasticsearchAsyncClient(new RestClientTransport(client, new JacksonJsonpMapper()));
        this.url = url;
        this.timeout = timeout;
    }

    static Connection open(ElasticsearchOptions options) throws SpillwayException {
        URI url = options.url();
        int port = url.getPort() != -1 ? url.getPort() : url.getScheme().equals("https") ? 443 : 80;
        SSLContext tls = ServerTrust.context(options);
        Header[] headers = headers(options.credentials());
        int timeoutMillis = Math.toIntExact(options.paging().requestTimeout().toMillis());
        var builder = RestClient.builder(new HttpHost(url.getHost(), port, url.getScheme()))
                .setDefaultHeaders(headers)
                .setCompressionEnabled(false)
                .setRequestConfigCallback(config -> config.setRedirectsEnabled(false)
                        .setConnectTimeout(CONNECT_TIMEOUT_MILLIS)
                        .setConnectionRequestTimeout(timeoutMillis)
                        .setSocketTimeout(timeoutMillis))
                .setHttpClientConfigCallback(http -> {
                    http.setMaxConnPerRoute(CONNECTIONS).setMaxConnTotal(CONNECTIONS);
                    return tls == null ? http : http.setSSLContext(tls);
                });
        if (url.getPath() != null && url.getPath().length() > 1) {
            builder.setPathPrefix(url.getPath());
        }
        return new Connection(builder.build(), url, options.paging().requestTimeout());
    }

    /** The cluster's URL as shown in messages. */
    URI url() {
        return url;
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
        Exchange exchange = new Exchange(url, buffer, System.nanoTime() + pause.toNanos());
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
        AnswerBuffer buffer = new AnswerBuffer();
        Exchange exchange = send(method, path, body, buffer, MAX_QUESTION_BYTES);
        try {
            int status = exchange.await(timeout);
            if (status >= 300) {
                throw new ServerErrorException(exchange.error(status));
            }
            JsonNode answer = tree(buffer);
            if (answer == null || !answer.isContainerNode()) {
                throw new IOException("the response to %s %s is not JSON".formatted(method, path));
            }
            return answer;
        } finally {
            exchange.cancel();
        }
    }

    /**
     * Sends a request with the typed client and waits for the response.
     *
     * @param limit timeout, after which the request is cancelled
     * @throws ServerErrorException if the response is an error or a redirect
     * @throws IOException if there is no complete response in time, or the typed client rejects it
     */
    <T> T ask(Function<ElasticsearchAsyncClient, CompletableFuture<T>> question, Duration limit)
            throws IOException, InterruptedException {
        AnswerBuffer buffer = new AnswerBuffer();
        RequestOptions options = into(buffer, MAX_QUESTION_BYTES).build();
        CompletableFuture<T> answer = question.apply(typed.withTransportOptions(new RestClientOptions(options, false)));
        try {
            return answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw late(limit, e);
        } catch (ExecutionException e) {
            throw failure(e.getCause(), buffer);
        } finally {
            answer.cancel(true);
        }
    }

    /** The same with the timeout of every request. */
    <T> T ask(Function<ElasticsearchAsyncClient, CompletableFuture<T>> question)
            throws IOException, InterruptedException {
        return ask(question, timeout);
    }

    /**
     * Translates a failure of the typed client as {@link #ask(String, String, byte[])} reports it; the error's body is
     * in the buffer.
     */
    private IOException failure(@Nullable Throwable cause, AnswerBuffer buffer) {
        if (cause instanceof ResponseException refused) {
            Response response = refused.getResponse();
            return new ServerErrorException(
                    error(url, response.getStatusLine().getStatusCode(), response::getHeader, buffer));
        }
        TransportHttpClient.Response response = cause instanceof ElasticsearchException refused
                ? refused.httpResponse()
                : cause instanceof TransportException failed ? failed.response() : null;
        if (response != null && response.statusCode() >= 300) {
            return new ServerErrorException(error(url, response.statusCode(), response::header, buffer));
        }
        return cause instanceof IOException io ? io : new IOException(cause);
    }

    /** The meaning of a response with this status, 300 or above. */
    private static ServerError error(
            URI cluster, int status, UnaryOperator<@Nullable String> header, AnswerBuffer buffer) {
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
    private static RequestOptions.Builder into(AnswerBuffer buffer, int limit) {
        return RequestOptions.DEFAULT.toBuilder()
                .setHttpAsyncResponseConsumerFactory(() -> new AnswerConsumer(buffer, limit));
    }

    private static IOException late(Duration limit, TimeoutException e) {
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
    }

    private static Header[] headers(Credentials credentials) {
        if (credentials instanceof ApiKey key) {
            return new Header[] {authorization("ApiKey " + key.encoded().reveal())};
        } else if (credentials instanceof Bearer bearer) {
            return new Header[] {authorization("Bearer " + bearer.token().reveal())};
        } else if (credentials instanceof Basic basic) {
            byte[] pair = (basic.username() + ":" + basic.password().reveal()).getBytes(StandardCharsets.UTF_8);
            return new Header[] {authorization("Basic " + Base64.getEncoder().encodeToString(pair))};
        }
        return new Header[0];
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
        private final AnswerBuffer buffer;
        private final long notBefore;
        private volatile long sentAt;
        private @Nullable Cancellable cancellable;
        private boolean cancelled;

        private Exchange(URI cluster, AnswerBuffer buffer, long notBefore) {
            this.cluster = cluster;
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
                    buffer);
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
