package io.spillway.fields;

import java.util.Optional;

/**
 * Makes a value less identifying before it is published. To add a kind of blurring, implement this interface, give it a
 * name, and offer it in the schedule. Thread-safe; a result depends only on the value.
 */
public interface Blur {

    /** Its name in schedules and manifests: {@code hash}. */
    String name();

    /**
     * Returns the blurred value.
     *
     * @param text the value: a string's text, a number's digits, {@code true} or {@code false}; never null, an array or
     *             an object
     * @return the text of a JSON string; empty if this blur cannot handle the value, which is then not published
     */
    Optional<String> blur(String text);
}
