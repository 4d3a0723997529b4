package io.spillway.manifest;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * The JSON of Spillway's files: snake_case names, instants in ISO 8601, indented, unknown values left out. Unknown
 * members are ignored when reading.
 */
public final class ManifestJson {
    /**
     * Maximum length in bytes of a file that is read: a manifest of 100,000 parts has about 40 MiB. The limit is needed
     * because anyone who may write to a destination may have written the file.
     */
    public static final int LARGEST = 48 << 20;

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxDocumentLength(LARGEST)
                            // The names of fields, of any length, are names of members.
                            .maxNameLength(LARGEST)
                            .maxNestingDepth(100)
                            .build())
                    .build())
            .addModule(new JavaTimeModule())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
            .enable(SerializationFeature.WRITE_ENUMS_USING_TO_STRING)
            .enable(DeserializationFeature.READ_ENUMS_USING_TO_STRING)
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
            .build();

    private ManifestJson() {}

    /** A record as JSON in UTF-8, with a final line end. */
    public static byte[] write(Object value) {
        try {
            return (JSON.writeValueAsString(value) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("cannot write a record as JSON", e);
        }
    }

    /** The same on one line, without a line end. */
    public static byte[] writeLine(Object value) {
        try {
            return JSON.writer().without(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("cannot write a record as JSON", e);
        }
    }

    /** The same as text in ASCII, which keeps every string as it is, also one that is not valid UTF-16. */
    public static String text(Object value) {
        try {
            return JSON.writer()
                    .without(SerializationFeature.INDENT_OUTPUT)
                    .with(JsonWriteFeature.ESCAPE_NON_ASCII)
                    .writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("cannot write a record as JSON", e);
        }
    }

    /**
     * Reads a manifest. The stream stays open.
     *
     * @param where its name in errors
     * @throws SpillwayException if it is invalid or inconsistent
     */
    public static Manifest read(InputStream in, String where) throws SpillwayException {
        return read(in, Manifest.class, where, "a manifest");
    }

    /**
     * Reads another file of Spillway. The stream stays open.
     *
     * @param type  a record whose constructor rejects invalid values
     * @param where its name in errors
     * @param what  the expected kind of file, with its article
     * @throws SpillwayException {@link Fault#INTEGRITY} if it is invalid or inconsistent;
     *     {@link Fault#DESTINATION_UNAVAILABLE} if the stream failed, which says nothing about the file
     */
    public static <T> T read(InputStream in, Class<T> type, String where, String what) throws SpillwayException {
        try {
            T value = JSON.readValue(in, type);
            if (value == null) {
                throw new IllegalArgumentException("it is null");
            }
            return value;
        } catch (IOException | RuntimeException e) {
            if (e instanceof IOException && !(e instanceof JsonProcessingException)) {
                throw new SpillwayException(
                        Fault.DESTINATION_UNAVAILABLE, "cannot read " + where + ": " + e.getMessage(), "try again", e);
            }
            Throwable cause = e instanceof ValueInstantiationException && e.getCause() != null ? e.getCause() : e;
            String message = cause instanceof JsonProcessingException json
                    ? json.getOriginalMessage()
                    : String.valueOf(cause.getMessage());
            throw new SpillwayException(
                    Fault.INTEGRITY,
                    where + " is not " + what + ": " + message,
                    "the file was changed or truncated",
                    e);
        }
    }
}
