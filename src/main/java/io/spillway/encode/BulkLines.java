package io.spillway.encode;

import io.spillway.source.Document;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Elasticsearch's bulk format, two lines per document: {@code {"index":{"_id":…,"routing":…}}}, then the source. It
 * contains no index name, so that a part can be sent to {@code /ANY-INDEX/_bulk}; documents of several indices, which
 * could have the same id, are refused before anything is read.
 *
 * <p>A part is one request: it does not exceed the limit, unless a single document does.
 */
public final class BulkLines implements Encoder {
    /** The format's name. */
    public static final String FORMAT = "bulk";

    private static final byte[] ROUTING = bytes(",\"routing\":");
    private static final byte[] SOURCE = bytes("}}\n");

    private final byte[] begin;
    private final long requestBytes;
    private final Counter counter = new Counter();
    private long written;

    /**
     * An encoder for one part.
     *
     * @param requestBytes maximum uncompressed size of a part in bytes, at least 1
     */
    public BulkLines(Action action, long requestBytes) {
        this.begin = bytes("{\"" + action.word() + "\":{\"_id\":");
        this.requestBytes = requestBytes;
    }

    /** How the server handles a document whose id exists. */
    public enum Action {
        /** Replaces the document, so that a part can be sent twice. */
        INDEX,
        /** Keeps the existing document and reports a conflict. The only action that data streams accept. */
        CREATE;

        /** The word used in action lines. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The manifest's options for such parts. */
    public static Map<String, Object> facts(Action action, long requestBytes) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("action", action.word());
        facts.put("request_bytes", requestBytes);
        return facts;
    }

    @Override
    public String format() {
        return FORMAT;
    }

    @Override
    public String extension() {
        return "bulk.ndjson";
    }

    @Override
    public boolean isFullFor(Document document) throws IOException {
        return written > 0 && written + length(document) > requestBytes;
    }

    @Override
    public void encode(Document document, OutputStream out) throws IOException {
        write(document, out);
        written += length(document);
    }

    private void write(Document document, OutputStream out) throws IOException {
        out.write(begin);
        document.writeId(out);
        if (document.hasRouting()) {
            out.write(ROUTING);
            document.writeRouting(out);
        }
        out.write(SOURCE);
        document.writeSource(out);
        out.write('\n');
    }

    /** Bytes of both lines, counted by the same writes as {@link #encode}, without copying. */
    private long length(Document document) throws IOException {
        counter.bytes = 0;
        write(document, counter);
        return counter.bytes;
    }

    private static byte[] bytes(String ascii) {
        return ascii.getBytes(StandardCharsets.US_ASCII);
    }

    private static final class Counter extends OutputStream {
        private long bytes;

        @Override
        public void write(int b) {
            bytes++;
        }

        @Override
        public void write(byte[] buffer, int offset, int length) {
            bytes += length;
        }
    }
}
