package io.spillway.destination.archive;

import io.spillway.dataset.DumpId;

/**
 * An item of the archive.
 *
 * @param identifier its name, unique on the whole archive
 * @param dump       the dump that it contains or will contain
 */
record Item(String identifier, DumpId dump) {
    /** The day of the snapshot, UTC: {@code 2026-11-21}. */
    String day() {
        return dump.instant().toString().substring(0, "2026-11-21".length());
    }

    @Override
    public String toString() {
        return identifier;
    }
}
