package io.spillway.json;

/** The bytes are not the expected JSON. The message describes what was expected and never quotes the bytes. */
public final class MalformedJsonException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int position;

    MalformedJsonException(int position, String message) {
        super(message + " at byte " + position);
        this.position = position;
    }

    /** The position in the array of the first unexpected byte, counted from 0. */
    public int position() {
        return position;
    }
}
