package io.spillway.verify;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Counts the objects of one JSON array as its bytes arrive: {@code [}, objects separated by single commas, {@code ]},
 * with only white space around them. Inside an object it tracks strings and brackets, which have to match. Not
 * thread-safe.
 */
final class ArrayCount {
    private enum Place {
        BEFORE,
        FIRST,
        NEXT,
        INSIDE,
        AFTER,
        END
    }

    private Place place = Place.BEFORE;
    private long documents;
    /** One bit per level, set for an object. */
    private final BitSet levels = new BitSet();

    private int depth;
    private boolean inString;
    private boolean escaped;
    private @Nullable String flaw;

    /** Adds the next bytes: {@code buffer[from, to)}. */
    void take(byte[] buffer, int from, int to) {
        for (int i = from; i < to && flaw == null; i++) {
            byte b = buffer[i];
            if (inString) {
                string(b);
            } else if (place == Place.INSIDE) {
                inside(b);
            } else if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                between(b);
            }
        }
    }

    /** Number of complete objects so far. */
    long documents() {
        return documents;
    }

    /** What is wrong with the array if it ends here, or null. */
    @Nullable
    String flaw() {
        return flaw == null && place != Place.END ? "an array without an end" : flaw;
    }

    private void string(byte b) {
        if (escaped) {
            escaped = false;
        } else if (b == '\\') {
            escaped = true;
        } else if (b == '"') {
            inString = false;
        } else if (b >= 0 && b < ' ') {
            flaw = "a control character in a string";
        }
    }

    private void inside(byte b) {
        switch (b) {
            case '"' -> inString = true;
            case '{', '[' -> levels.set(depth++, b == '{');
            case '}', ']' -> {
                depth--;
                if (levels.get(depth) != (b == '}')) {
                    flaw = "brackets that do not match";
                } else if (depth == 0) {
                    documents++;
                    place = Place.AFTER;
                }
            }
            default -> {}
        }
    }

    private void between(byte b) {
        if (b == '[' && place == Place.BEFORE) {
            place = Place.FIRST;
        } else if (b == '{' && (place == Place.FIRST || place == Place.NEXT)) {
            place = Place.INSIDE;
            levels.set(depth++);
        } else if (b == ',' && place == Place.AFTER) {
            place = Place.NEXT;
        } else if (b == ']' && (place == Place.FIRST || place == Place.AFTER)) {
            place = Place.END;
        } else {
            flaw = "a file that is not an array of objects";
        }
    }
}
