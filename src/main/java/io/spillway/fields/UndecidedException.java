package io.spillway.fields;

import java.io.IOException;

/** A document has a field that nobody decided on. Never leaves the filter. */
final class UndecidedException extends IOException {
    private static final long serialVersionUID = 1;

    private final String path;

    UndecidedException(String path) {
        super(path);
        this.path = path;
    }

    String path() {
        return path;
    }
}
