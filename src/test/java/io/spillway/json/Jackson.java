package io.spillway.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Jackson as the reference for valid JSON, with its limits lifted and none of its leniencies. In one respect it is
 * stricter than RFC 8259: an escaped surrogate without its other half is an error in a name. So the first digit of such
 * escapes becomes 0 before Jackson reads them, which does not change the structure.
 */
final class Jackson {
    private static final JsonFactory STRICT = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private static final Pattern SURROGATE = Pattern.compile("(\\\\u)[dD]");

    private Jackson() {}

    /** The tokens of the one value, each with its text: a number as it is spelled. */
    static List<String> tokens(String text) throws IOException {
        List<String> tokens = new ArrayList<>();
        try (JsonParser parser = STRICT.createParser(SURROGATE.matcher(text).replaceAll("$10"))) {
            int depth = 0;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (depth == 0 && !tokens.isEmpty()) {
                    throw new IOException("a second value");
                }
                tokens.add(token + " " + parser.getText());
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
            }
            if (tokens.isEmpty() || depth != 0) {
                throw new IOException("no whole value");
            }
            return tokens;
        }
    }

    static List<String> tokens(byte[] utf8) throws IOException {
        return tokens(new String(utf8, StandardCharsets.UTF_8));
    }

    /**
     * Whether these bytes are one JSON value if any byte above ASCII counts as a character: read as ISO 8859-1, so that
     * only the structure is judged, not UTF-8, and no other encoding is guessed.
     */
    static boolean acceptsStructureOf(byte[] bytes) {
        try {
            return !tokens(new String(bytes, StandardCharsets.ISO_8859_1)).isEmpty();
        } catch (IOException e) {
            return false;
        }
    }

    static boolean isUtf8(byte[] bytes, int from, int to) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, from, to - from));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
