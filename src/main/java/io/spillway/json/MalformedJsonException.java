package io.spillway.json;

/** The bytes are not the JSON that was asked for. The message says what stood there instead, never the bytes' text. */
public final class MalformedJsonException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int position;

    MalformedJsonException(int position, String message) {
        super(message + " at byte " + position);
        this.position = position;
    }

    /** Where in the array the first byte stands that fits nothing, counted from 0. */
    public int position() {
        return position;
    }
}
