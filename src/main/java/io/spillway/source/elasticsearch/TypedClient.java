package io.spillway.source.elasticsearch;

import co.elastic.clients.elasticsearch.ElasticsearchAsyncClient;
import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import co.elastic.clients.json.jackson.JacksonJsonpMapper;
import co.elastic.clients.transport.TransportException;
import co.elastic.clients.transport.http.TransportHttpClient;
import co.elastic.clients.transport.rest_client.RestClientOptions;
import co.elastic.clients.transport.rest_client.RestClientTransport;
import com.fasterxml.jackson.databind.JsonNode;
import io.spillway.source.elasticsearch.Connection.ServerErrorException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.elasticsearch.client.RequestOptions;
import org.elasticsearch.client.Response;
import org.elasticsearch.client.ResponseException;
import org.elasticsearch.client.RestClient;
import org.jspecify.annotations.Nullable;

/**
 * Elasticsearch's typed client on the low-level client of a {@link Connection}, which owns it. Reports an error response as
 * the same {@link ServerError} as the connection does. A response that the typed client rejects is read as JSON: a newer
 * server may return values that the client does not know, and a proxy may remove the header that it requires from some
 * responses. The server has carried out such a request, so it is not sent again. Thread-safe.
 */
final class TypedClient {
    private final ElasticsearchAsyncClient typed;
    private final URI url;
    private final Duration timeout;

    TypedClient(RestClient client, URI url, Duration timeout) {
        this.typed = new ElasticsearchAsyncClient(new RestClientTransport(client, new JacksonJsonpMapper()));
        this.url = url;
        this.timeout = timeout;
    }

    /**
     * A request, and how its response is read.
     *
     * @param method HTTP method of the request, for messages
     * @param path   path of the request, for messages
     * @param send   sends the request
     * @param typed  reads the response of the typed client
     * @param json   reads a response that the typed client rejects
     */
    record Question<R, T>(
            String method,
            String path,
            Function<ElasticsearchAsyncClient, CompletableFuture<R>> send,
            Function<R, T> typed,
            Function<JsonNode, T> json) {}

    /**
     * Sends a request and waits for the response.
     *
     * @param limit timeout, after which the request is cancelled
     * @throws ServerErrorException if the response is an error or a redirect
     * @throws IOException if there is no complete response in time, or it is not JSON
     */
    <R, T> T ask(Question<R, T> question, Duration limit) throws IOException, InterruptedException {
        AnswerBuffer buffer = new AnswerBuffer();
        RequestOptions options =
                Connection.into(buffer, Connection.MAX_QUESTION_BYTES).build();
        CompletableFuture<R> answer =
                question.send().apply(typed.withTransportOptions(new RestClientOptions(options, false)));
        try {
            return question.typed().apply(answer.get(limit.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            throw unanswered(question.method(), question.path(), Connection.late(limit, e));
        } catch (ExecutionException e) {
            JsonNode body = isRejectedByTheClient(e.getCause()) ? Connection.tree(buffer) : null;
            if (body != null && body.isObject()) {
                return question.json().apply(body);
            }
            throw failure(question.method(), question.path(), e.getCause(), buffer);
        } finally {
            answer.cancel(true);
        }
    }

    /** The same with the timeout of every request. */
    <R, T> T ask(Question<R, T> question) throws IOException, InterruptedException {
        return ask(question, timeout);
    }

    /** Whether the server carried out the request, and only the typed client rejects its response. */
    private static boolean isRejectedByTheClient(@Nullable Throwable cause) {
        return cause instanceof TransportException failed
                && failed.response() != null
                && failed.response().statusCode() / 100 == 2;
    }

    /** A failure of the typed client as the connection reports it; the body of an error is in the buffer. */
    private IOException failure(String method, String path, @Nullable Throwable cause, AnswerBuffer buffer) {
        if (cause instanceof ResponseException refused) {
            Response response = refused.getResponse();
            return error(method, path, response.getStatusLine().getStatusCode(), response::getHeader, buffer);
        }
        TransportHttpClient.Response response = cause instanceof ElasticsearchException refused
                ? refused.httpResponse()
                : cause instanceof TransportException failed ? failed.response() : null;
        if (response != null && response.statusCode() >= 300) {
            return error(method, path, response.statusCode(), response::header, buffer);
        }
        return unanswered(method, path, cause instanceof IOException io ? io : new IOException(cause));
    }

    private ServerErrorException error(
            String method, String path, int status, UnaryOperator<@Nullable String> header, AnswerBuffer buffer) {
        return new ServerErrorException(
                Connection.error(url, status, header, buffer).to(method, path));
    }

    private static IOException unanswered(String method, String path, IOException cause) {
        return new IOException("%s %s: %s".formatted(method, path, cause.getMessage()), cause);
    }
}
