package io.spillway.cli;

import io.spillway.manifest.ManifestJson;
import java.nio.charset.StandardCharsets;

/** What {@code --json} prints: one object a line. */
final class JsonText {
    private JsonText() {}

    /** A record or map of ours on one line, without a line end; names as in a manifest. */
    static String line(Object value) {
        return new String(ManifestJson.writeLine(value), StandardCharsets.UTF_8);
    }
}
