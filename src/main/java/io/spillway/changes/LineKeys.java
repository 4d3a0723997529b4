package io.spillway.changes;

import io.spillway.json.DottedPath;
import io.spillway.json.Escapes;
import io.spillway.json.JsonCursor;
import io.spillway.json.MalformedJsonException;

/**
 * Finds the key of a document in its line, and the range of its source and its routing. Lines are those that Spillway wrote:
 * valid JSON. Not thread-safe; used again for each line.
 */
public final class LineKeys {
    /** The key for the id of a document. */
    public static final String ID = "_id";

    /** A longer key, in bytes of its line, is none: every record of a digest file has its key. */
    static final int LONGEST_KEY = 2_048;

    /** A document with a longer routing, in bytes of its line, has no key: records have its length in two bytes. */
    private static final int LONGEST_ROUTING = Short.MAX_VALUE;

    private final boolean ofId;
    private final DottedPath path;
    private final boolean wrapped;

    private byte[] line = {};
    private int sourceFrom;
    private int sourceTo;
    private int routingFrom;
    private int routingTo;
    private int keyFrom;
    private int keyTo;
    private int found;
    private byte[] text = new byte[64];

    /**
     * Finds keys in lines of one form.
     *
     * @param key     {@link #ID}, or the dotted path of a field
     * @param wrapped whether the lines wrap the source with {@code _id}; true for the key {@link #ID}
     */
    public LineKeys(String key, boolean wrapped) {
        this.ofId = key.equals(ID);
        this.path = new DottedPath(key);
        this.wrapped = wrapped;
        if (ofId && !wrapped) {
            throw new IllegalArgumentException("lines without _id have no key _id");
        }
    }

    /** Finds the same keys as another one, and has read nothing. */
    LineKeys(LineKeys other) {
        this.ofId = other.ofId;
        this.path = other.path;
        this.wrapped = other.wrapped;
    }

    /**
     * Reads {@code bytes[from, to)}, a line without its end, which stays the caller's and must not change while results are
     * used.
     *
     * @return whether the line has exactly one key
     * @throws MalformedJsonException if the line is not what Spillway wrote
     */
    public boolean read(byte[] bytes, int from, int to) throws MalformedJsonException {
        line = bytes;
        found = 0;
        routingFrom = 0;
        routingTo = 0;
        sourceFrom = from;
        sourceTo = to;
        if (wrapped && !unwrap(JsonCursor.ofValid(bytes, from, to))) {
            return false;
        }
        // Several documents may lie in an array above the field, so it gives no single key.
        boolean single = ofId || path.visit(bytes, sourceFrom, sourceTo, this::take);
        return single
                && found == 1
                && routingTo - routingFrom <= LONGEST_ROUTING
                && keyTo - keyFrom <= LONGEST_KEY
                && isStringOrInteger();
    }

    /** Finds the source and what is before it; false if there is no source. */
    private boolean unwrap(JsonCursor cursor) throws MalformedJsonException {
        cursor.expect('{');
        do {
            String name = cursor.name();
            cursor.peek();
            int start = cursor.position();
            if (name.equals("_source")) {
                sourceFrom = start;
                // The source ends before the last byte of the line, which closes the object around it.
                sourceTo--;
                return true;
            }
            cursor.skipValue();
            if (name.equals(ID) && ofId) {
                take(line, start, cursor.position());
            } else if (name.equals("_routing")) {
                routingFrom = start;
                routingTo = cursor.position();
            }
        } while (cursor.accept(','));
        return false;
    }

    private boolean take(byte[] bytes, int from, int to) {
        keyFrom = from;
        keyTo = to;
        found++;
        return true;
    }

    private boolean isStringOrInteger() {
        if (line[keyFrom] == '"') {
            return true;
        }
        int digits = line[keyFrom] == '-' ? keyFrom + 1 : keyFrom;
        for (int i = digits; i < keyTo; i++) {
            if (line[i] < '0' || line[i] > '9') {
                return false;
            }
        }
        return digits < keyTo;
    }

    /** The first byte of the key in the line. */
    public int keyFrom() {
        return keyFrom;
    }

    /** After the last byte of the key in the line. */
    public int keyTo() {
        return keyTo;
    }

    /** The first byte of the source in the line. */
    public int sourceFrom() {
        return sourceFrom;
    }

    /** After the last byte of the source in the line. */
    public int sourceTo() {
        return sourceTo;
    }

    /** The first byte of the routing, a JSON string; equal to {@link #routingTo} if the line has none. */
    public int routingFrom() {
        return routingFrom;
    }

    /** After the last byte of the routing. */
    public int routingTo() {
        return routingTo;
    }

    /**
     * Decodes the key that was read last into {@link #canonical()}: equal keys give equal bytes, however they are escaped.
     *
     * @return the number of bytes
     */
    public int canonicalLength() {
        if (text.length <= keyTo - keyFrom) {
            text = new byte[LONGEST_KEY + 1];
        }
        boolean string = line[keyFrom] == '"';
        text[0] = (byte) (string ? 's' : 'i');
        boolean minusZero = !string && keyTo - keyFrom == 2 && line[keyFrom] == '-' && line[keyFrom + 1] == '0';
        int from = string || minusZero ? keyFrom + 1 : keyFrom;
        int to = string ? keyTo - 1 : keyTo;
        if (string && Escapes.within(line, from, to)) {
            byte[] unescaped = new byte[to - from];
            int length = Escapes.decodeName(line, from, to, unescaped);
            System.arraycopy(unescaped, 0, text, 1, length);
            return length + 1;
        }
        System.arraycopy(line, from, text, 1, to - from);
        return to - from + 1;
    }

    /** The bytes of the key after {@link #canonicalLength()}; valid until the next line. */
    public byte[] canonical() {
        return text;
    }
}
