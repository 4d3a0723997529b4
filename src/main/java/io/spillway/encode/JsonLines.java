package io.spillway.encode;

import io.spillway.source.Document;
import java.io.IOException;
import java.io.OutputStream;

/**
 * JSON Lines: each document's source as it was indexed, one a line, lines ended by LF alone. U+2028, U+2029 and U+0085
 * inside strings stay as they are: they end no line here.
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
