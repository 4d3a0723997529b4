package io.spillway.manifest;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
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
 * JSON as it stands in a dump: snake_case names, instants in ISO 8601, indented, what is unknown left out. Readers of an
 * older version pass over members that they do not know.
 */
public final class ManifestJson {
    /**
     * The most that a file of Spillway's may hold when it is read, in bytes: a manifest of 100,000 parts has about 40 MiB.
     * Anyone who may write to a destination may have written the file, so that its size has a limit.
     */
    public static final int LARGEST = 48 << 20;

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxDocumentLength(LARGEST)
                            .maxNestingDepth(100)
                            .build())
                    .build())
            .addModule(new JavaTimeModule())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
            .enable(SerializationFeature.WRITE_ENUMS_USING_TO_STRING)
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
            .build();

    private ManifestJson() {}

    /** A record of ours as JSON in UTF-8, ended by a line end. */
    public static byte[] write(Object value) {
        try {
            return (JSON.writeValueAsString(value) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("a record of ours that is not JSON", e);
        }
    }

    /** The same on one line, without a line end. */
    public static byte[] writeLine(Object value) {
        try {
            return JSON.writer().without(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("a record of ours that is not JSON", e);
        }
    }

    /**
     * Reads a manifest. The stream stays open.
     *
     * @param where what to call it in an error
     * @throws SpillwayException it is not one, or does not add up
     */
    public static Manifest read(InputStream in, String where) throws SpillwayException {
        return read(in, Manifest.class, where, "a manifest");
    }

    /**
     * Reads another file of ours. The stream stays open.
     *
     * @param type  a record whose constructor refuses what cannot be
     * @param where what to call it in an error
     * @param what  what it should be, with its article
     * @throws SpillwayException as {@link Fault#INTEGRITY}: it is not one, or does not add up; as {@link
     *                           Fault#DESTINATION_UNAVAILABLE}: the stream failed, which says nothing of the file
     */
    public static <T> T read(InputStream in, Class<T> type, String where, String what) throws SpillwayException {
        try {
            T value = JSON.readValue(in, type);
            if (value == null) {
                throw new IllegalArgumentException("it says null");
            }
            return value;
        } catch (IOException | RuntimeException e) {
            if (e instanceof IOException && !(e instanceof JsonProcessingException)) {
                throw new SpillwayException(
                        Fault.DESTINATION_UNAVAILABLE, where + " cannot be read: " + e.getMessage(), "try again", e);
            }
            Throwable cause = e instanceof ValueInstantiationException && e.getCause() != null ? e.getCause() : e;
            String message = cause instanceof JsonProcessingException json
                    ? json.getOriginalMessage()
                    : String.valueOf(cause.getMessage());
            throw new SpillwayException(
                    Fault.INTEGRITY, where + " is not " + what + ": " + message, "the file was changed or cut off", e);
        }
    }
}
