package io.spillway.encode;

import io.spillway.source.Document;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * JSON Lines that include the document's metadata: {@code {"_id":…,"_index":…,"_routing":…,"_source":{…}}}, with the
 * routing if the document has one. The bytes of source and id are as they were indexed.
 */
public final class JsonLinesWithId implements Encoder {
    private static final byte[] ID = bytes("{\"_id\":");
    private static final byte[] INDEX = bytes(",\"_index\":");
    private static final byte[] ROUTING = bytes(",\"_routing\":");
    private static final byte[] SOURCE = bytes(",\"_source\":");

    @Override
    public String format() {
        return "jsonl";
    }

    @Override
    public void encode(Document document, OutputStream out) throws IOException {
        write(document, out);
        out.write('\n');
    }

    /** Writes the document with its metadata as one JSON object on one line, without a line end. */
    static void write(Document document, OutputStream out) throws IOException {
        out.write(ID);
        document.writeId(out);
        out.write(INDEX);
        document.writeIndex(out);
        if (document.hasRouting()) {
            out.write(ROUTING);
            document.writeRouting(out);
        }
        out.write(SOURCE);
        document.writeSource(out);
        out.write('}');
    }

    private static byte[] bytes(String ascii) {
        return ascii.getBytes(StandardCharsets.US_ASCII);
    }
}
