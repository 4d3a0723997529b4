package io.spillway.fields;

import java.io.IOException;

/** A document has a field without a decision. Never leaves the filter. */
final class UndecidedException extends IOException {
    private static final long serialVersionUID = 1;

    private final String path;
    private final boolean mapped;

    UndecidedException(String path, boolean mapped) {
        super(path);
        this.path = path;
        this.mapped = mapped;
    }

    /** Whether the mapping has the field. */
    boolean isMapped() {
        return mapped;
    }

    String path() {
        return path;
    }
}
