package io.spillway.cli;

import io.spillway.manifest.ManifestJson;
import java.nio.charset.StandardCharsets;

/** What {@code --json} prints: one object a line. */
final class JsonText {
    private JsonText() {}

    /** Writes a Spillway record or a map on one line, without a line end; member names as in a manifest. */
    static String line(Object value) {
        return new String(ManifestJson.writeLine(value), StandardCharsets.UTF_8);
    }
}
