package io.spillway.source.repository;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.TSFBuilder;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.fasterxml.jackson.dataformat.smile.SmileFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Sources that are not JSON: a client may index CBOR, SMILE or YAML, which the server stores as it is and converts in its
 * answers. Converts them as the server does, by copying each token.
 */
final class OtherFormats {
    /** A source is limited by the server alone. */
    private static final StreamReadConstraints UNLIMITED = StreamReadConstraints.builder()
            .maxStringLength(Integer.MAX_VALUE)
            .maxNestingDepth(Integer.MAX_VALUE)
            .maxNumberLength(Integer.MAX_VALUE)
            .maxNameLength(Integer.MAX_VALUE)
            .build();

    private static final JsonFactory JSON = new JsonFactory();
    private static final JsonFactory CBOR = unlimited(CBORFactory.builder());
    private static final JsonFactory SMILE = unlimited(SmileFactory.builder());
    private static final JsonFactory YAML = unlimited(YAMLFactory.builder());

    private OtherFormats() {}

    private static JsonFactory unlimited(TSFBuilder<?, ?> builder) {
        return builder.streamReadConstraints(UNLIMITED).build();
    }

    /**
     * The source as JSON, or null if it is not in one of these formats.
     *
     * @throws IOException if it is, but cannot be converted
     */
    static byte @Nullable [] toJson(byte[] source) throws IOException {
        JsonFactory format = format(source);
        if (format == null) {
            return null;
        }
        ByteArrayOutputStream json = new ByteArrayOutputStream(source.length * 2);
        try (JsonParser parser = format.createParser(source);
                JsonGenerator generator = JSON.createGenerator(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("an object expected");
            }
            generator.copyCurrentStructure(parser);
        } catch (RuntimeException e) {
            throw new IOException(e.getMessage(), e);
        }
        return json.toByteArray();
    }

    private static @Nullable JsonFactory format(byte[] source) {
        int first = source.length == 0 ? -1 : source[0] & 0xFF;
        if (first == ':' && at(source, 1) == ')' && at(source, 2) == '\n') {
            return SMILE;
        } else if (first == '-' && at(source, 1) == '-' && at(source, 2) == '-') {
            return YAML;
        }
        // A map, or the tag that says that CBOR follows.
        boolean tagged = first == 0xD9 && at(source, 1) == 0xD9 && at(source, 2) == 0xF7;
        return ((first & 0xE0) == 0xA0 && first > 0) || tagged ? CBOR : null;
    }

    private static int at(byte[] source, int position) {
        return position < source.length ? source[position] & 0xFF : -1;
    }
}
