package io.spillway.encode;

import io.spillway.source.Document;
import java.io.IOException;
import java.io.OutputStream;

/**
 * JSON Lines: each document's source as it was indexed, one per line, with LF as the only line end. U+2028, U+2029 and
 * U+0085 inside strings are kept: they do not end a line here.
 */
public final class JsonLines implements Encoder {

    @Override
    public String format() {
        return "jsonl";
    }

    @Override
    public void encode(Document document, OutputStream out) throws IOException {
        document.writeSource(out);
        out.write('\n');
    }
}
