package io.spillway.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The path of a field, and the values that a document has there. A document may spell the path with objects or with dots in
 * names: {@code {"a":{"b":1}}} and {@code {"a.b":1}} both have a value at {@code a.b}. Names are compared after their escapes
 * are decoded. Immutable, and usable by several threads.
 */
public final class DottedPath {
    private static final int ELSEWHERE = -1;

    private final byte[] path;

    /**
     * A path.
     *
     * @throws IllegalArgumentException if it is empty, or not Unicode text
     */
    public DottedPath(String path) {
        if (path.isEmpty() || !StandardCharsets.UTF_8.newEncoder().canEncode(path)) {
            throw new IllegalArgumentException("not the path of a field: \"" + path + "\"");
        }
        this.path = path.getBytes(StandardCharsets.UTF_8);
    }

    /** Receives the values at a path. */
    public interface Visitor {
        /**
         * Takes a value of any kind, {@code bytes[from, to)}.
         *
         * @return false to end the visit
         */
        boolean value(byte[] bytes, int from, int to);
    }

    /**
     * Visits each value that an object has at this path.
     *
     * @param bytes   {@code bytes[from, to)} is a valid JSON object, which was scanned before
     * @param visitor receives the values in the order of the document
     * @return false if the visitor ended the visit, or if there is an array above the field, whose elements may have it
     * @throws MalformedJsonException if it is not a valid JSON object
     */
    public boolean visit(byte[] bytes, int from, int to, Visitor visitor) throws MalformedJsonException {
        return new Walk(bytes, JsonCursor.ofValid(bytes, from, to), visitor).object(0);
    }

    private final class Walk {
        private final byte[] bytes;
        private final JsonCursor cursor;
        private final Visitor visitor;

        Walk(byte[] bytes, JsonCursor cursor, Visitor visitor) {
            this.bytes = bytes;
            this.cursor = cursor;
            this.visitor = visitor;
        }

        /** Reads an object, in which the path continues at {@code from}. */
        boolean object(int from) throws MalformedJsonException {
            cursor.expect('{');
            if (cursor.accept('}')) {
                return true;
            }
            do {
                cursor.peek();
                int start = cursor.position();
                cursor.skipValue();
                int rest = rest(start + 1, cursor.position() - 1, from);
                cursor.expect(':');
                if (!member(rest)) {
                    return false;
                }
            } while (cursor.accept(','));
            cursor.expect('}');
            return true;
        }

        private boolean member(int rest) throws MalformedJsonException {
            int kind = cursor.peek();
            if (rest > ELSEWHERE && rest <= path.length && kind == '{') {
                return object(rest);
            }
            int start = cursor.position();
            cursor.skipValue();
            if (rest > path.length) {
                return visitor.value(bytes, start, cursor.position());
            }
            // Objects in an array may have the field; a scalar cannot.
            return rest == ELSEWHERE || kind != '[';
        }

        /**
         * Where the path continues after a name: after its dot, beyond the path if the name ends it, or {@link #ELSEWHERE} if
         * the name is another one.
         */
        private int rest(int start, int end, int from) {
            byte[] name = bytes;
            int begin = start;
            int until = end;
            if (Escapes.within(bytes, start, end)) {
                name = new byte[end - start];
                begin = 0;
                until = Escapes.decodeName(bytes, start, end, name);
            }
            int after = from + until - begin;
            if (after > path.length || !Arrays.equals(name, begin, until, path, from, after)) {
                return ELSEWHERE;
            }
            return after == path.length || path[after] == '.' ? after + 1 : ELSEWHERE;
        }
    }
}
