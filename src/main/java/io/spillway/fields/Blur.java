package io.spillway.fields;

import java.util.Optional;

/**
 * Makes a value less telling before it is published. The seam for another way of blurring: implement it, give it a name,
 * and offer it in the schedule. May be asked by several threads at once; a result depends on the value alone.
 */
public interface Blur {

    /** How it is called in schedules and manifests: {@code hash}. */
    String name();

    /**
     * What is published in the place of a value.
     *
     * @param text the value: a string's text, a number's digits, {@code true} or {@code false}; never null, an array or
     *             an object
     * @return the text of a JSON string, or empty where the value is none that this can blur: then nothing of it is
     *     published
     */
    Optional<String> blur(String text);
}
