package io.spillway.source.elasticsearch;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.http.Header;
import org.apache.http.HttpResponse;
import org.apache.http.HttpResponseInterceptor;
import org.apache.http.protocol.HttpContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the headers of every response, whichever client sent the request: the product, and warnings, which some servers
 * repeat in every response and which are logged once each. Thread-safe.
 */
final class ServerNotes implements HttpResponseInterceptor {
    private static final Logger LOG = LoggerFactory.getLogger(ServerNotes.class);
    private static final String PRODUCT = "X-Elastic-Product";
    private static final String WARNING = "Warning";
    /** Maximum number of different warnings; a server that has more includes variable text. */
    private static final int MAX_WARNINGS = 20;

    private final Set<String> warnings = ConcurrentHashMap.newKeySet();
    private volatile boolean elasticsearch;

    @Override
    public void process(HttpResponse response, HttpContext context) {
        for (Header header : response.getAllHeaders()) {
            if (header.getName().equalsIgnoreCase(PRODUCT)) {
                elasticsearch = true;
            } else if (header.getName().equalsIgnoreCase(WARNING)) {
                String text = String.valueOf(header.getValue());
                if (warnings.size() < MAX_WARNINGS && warnings.add(text)) {
                    LOG.warn("the server warns, logged once text=\"{}\"", text);
                }
            }
        }
    }

    /** Whether a response had the header that Elasticsearch sends since 7.14. */
    boolean isElasticsearch() {
        return elasticsearch;
    }
}
