package io.spillway.source.elasticsearch;

import java.io.IOException;
import org.apache.http.HttpEntity;
import org.apache.http.HttpHeaders;
import org.apache.http.HttpResponse;
import org.apache.http.entity.ByteArrayEntity;
import org.apache.http.entity.ContentType;
import org.apache.http.nio.ContentDecoder;
import org.apache.http.nio.IOControl;
import org.apache.http.nio.protocol.AbstractAsyncResponseConsumer;
import org.apache.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/** Collects a response body in an {@link AnswerBuffer}, without a copy in between. */
final class AnswerConsumer extends AbstractAsyncResponseConsumer<HttpResponse> {
    private final AnswerBuffer buffer;
    private final int limit;
    private @Nullable HttpResponse response;

    AnswerConsumer(AnswerBuffer buffer, int limit) {
        this.buffer = buffer;
        this.limit = limit;
    }

    @Override
    protected void onResponseReceived(HttpResponse received) throws IOException {
        response = received;
        buffer.begin(-1, limit);
    }

    @Override
    protected void onEntityEnclosed(HttpEntity entity, @Nullable ContentType type) throws IOException {
        buffer.begin(entity.getContentLength(), limit);
    }

    @Override
    protected void onContentReceived(ContentDecoder decoder, IOControl control) throws IOException {
        buffer.takeFrom(decoder, limit);
    }

    @Override
    protected HttpResponse buildResult(HttpContext context) {
        HttpResponse received = response;
        if (received == null) {
            throw new IllegalStateException("completed without a response");
        }
        ByteArrayEntity body = new ByteArrayEntity(buffer.bytes(), 0, buffer.length());
        body.setContentType(received.getFirstHeader(HttpHeaders.CONTENT_TYPE));
        received.setEntity(body);
        return received;
    }

    @Override
    protected void releaseResources() {
        response = null;
    }
}
