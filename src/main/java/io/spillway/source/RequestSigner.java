package io.spillway.source;

import java.io.IOException;
import java.net.URI;
import java.util.Map;

/** Signs the requests to a hosted cluster, instead of credentials in a header. Thread-safe. */
public interface RequestSigner extends AutoCloseable {

    /**
     * The headers to add to a request.
     *
     * @param method in upper case
     * @param url    with host, encoded path and query, exactly as sent
     * @param body   the whole body; empty if the request has none
     * @throws IOException if the credentials cannot be read; a retry may succeed
     */
    Map<String, String> sign(String method, URI url, byte[] body) throws IOException;

    @Override
    void close();
}
