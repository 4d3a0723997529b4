package io.spillway.destination.s3;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An upload whose pieces are all in the store and that is not completed.
 *
 * @param key      of the object, without the prefix
 * @param upload   the store's id of the upload
 * @param bytes    length of the file
 * @param sha256   of the file, lower-case hex
 * @param sum      the file's checksum of the dialect's kind, in base64
 * @param expected the checksum that the store should report for the object
 * @param pieces   in the order of their numbers, from 1
 */
record HeldObject(
        String key,
        String upload,
        long bytes,
        String sha256,
        String sum,
        @Nullable String expected,
        List<Piece> pieces) {
    private static final JsonMapper JSON = new JsonMapper();

    /**
     * A piece in the store.
     *
     * @param etag as the store reported it
     * @param sum  the piece's checksum of the dialect's kind, in base64
     */
    record Piece(String etag, String sum) {}

    HeldObject {
        pieces = List.copyOf(pieces);
    }

    /** As JSON on one line. */
    String write() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write a record as JSON", e);
        }
    }

    /** Reads what {@link #write} returned. */
    static HeldObject read(String text) throws SpillwayException {
        try {
            return JSON.readValue(text, HeldObject.class);
        } catch (JsonProcessingException e) {
            throw new SpillwayException(
                    Fault.INTEGRITY, "not the text of an upload: " + e.getOriginalMessage(), "run the export again", e);
        }
    }

    static String base64(byte[] sum) {
        return Base64.getEncoder().encodeToString(sum);
    }

    static byte[] bytes(String base64) {
        return Base64.getDecoder().decode(base64);
    }
}
