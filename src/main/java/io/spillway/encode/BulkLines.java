package io.spillway.encode;

import io.spillway.source.Document;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Elasticsearch's own bulk format, two lines a document: {@code {"index":{"_id":…,"routing":…}}}, then the source. Names
 * no index, so that a part can be sent to {@code /ANY-INDEX/_bulk}; documents of several indices, which could have the
 * same id, are refused before anything is read.
 *
 * <p>A part is one request: it is no longer than the limit, unless a single document is.
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
     * @param requestBytes the most bytes of a part before compression, at least 1
     */
    public BulkLines(Action action, long requestBytes) {
        this.begin = bytes("{\"" + action.word() + "\":{\"_id\":");
        this.requestBytes = requestBytes;
    }

    /** What the server does with a document whose id it has already. */
    public enum Action {
        /** Replaces the document: a part can be sent twice. */
        INDEX,
        /** Keeps it, and reports a conflict. The only action that data streams accept. */
        CREATE;

        /** As action lines have it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What a manifest says of such parts. */
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

    /** Bytes of both lines. The same writes as {@link #encode}, to nowhere: nothing is copied. */
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
