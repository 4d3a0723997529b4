package io.spillway.encode;

import io.spillway.source.Document;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Elasticsearch's own bulk format, two lines a document: {@code {"index":{"_id":…,"routing":…}}}, then the source. Names
 * no index, so that a part can be sent to {@code /ANY-INDEX/_bulk} as it is; documents of several indices, which could
 * have the same id, are refused before anything is read.
 */
public final class BulkLines implements Encoder {
    /** The format's name. */
    public static final String FORMAT = "bulk";

    private static final byte[] ACTION = bytes("{\"index\":{\"_id\":");
    private static final byte[] ROUTING = bytes(",\"routing\":");
    private static final byte[] SOURCE = bytes("}}\n");

    @Override
    public String format() {
        return FORMAT;
    }

    @Override
    public String extension() {
        return "bulk.ndjson";
    }

    @Override
    public void encode(Document document, OutputStream out) throws IOException {
        out.write(ACTION);
        document.writeId(out);
        if (document.hasRouting()) {
            out.write(ROUTING);
            document.writeRouting(out);
        }
        out.write(SOURCE);
        document.writeSource(out);
        out.write('\n');
    }

    private static byte[] bytes(String ascii) {
        return ascii.getBytes(StandardCharsets.US_ASCII);
    }
}
