package io.spillway.fields;

import java.io.IOException;

/** A document nests deeper than can be looked into. Never leaves the filter. */
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
