package io.spillway.fields;

import java.io.IOException;

/** A document nests too deep for rules to be applied. Never leaves the filter. */
final class TooDeepException extends IOException {
    private static final long serialVersionUID = 1;

    private final String path;

    TooDeepException(String path) {
        super(path);
        this.path = path;
    }

    String path() {
        return path;
    }
}
