package io.spillway.verify;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Counts the objects of one JSON array as its bytes come: {@code [}, objects with one comma between, {@code ]}, and
 * nothing but white space around them. Within an object it follows strings and brackets, which have to match. Belongs to
 * one thread.
 */
final class ArrayCount {
    private enum Place {
        BEFORE,
        FIRST,
        NEXT,
        INSIDE,
        BEHIND,
        END
    }

    private Place place = Place.BEFORE;
    private long documents;
    /** One bit a level, set where it is an object. */
    private final BitSet levels = new BitSet();

    private int depth;
    private boolean inString;
    private boolean escaped;
    private @Nullable String flaw;

    /** The next bytes: {@code buffer[from, to)}. */
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

    /** Objects so far; one that is not complete does not count. */
    long documents() {
        return documents;
    }

    /** What is wrong with the array if no byte follows, or null. */
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
                    place = Place.BEHIND;
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
        } else if (b == ',' && place == Place.BEHIND) {
            place = Place.NEXT;
        } else if (b == ']' && (place == Place.FIRST || place == Place.BEHIND)) {
            place = Place.END;
        } else {
            flaw = "a file that is no array of objects";
        }
    }
}
