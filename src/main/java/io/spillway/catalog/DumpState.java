package io.spillway.catalog;

/**
 * The state of a dump at one destination, as used by deliveries, retention, the catalog, the gate, withdrawal and the
 * commands. The mere existence of a file never determines it.
 */
public enum DumpState {
    /** The manifest is readable, belongs to this dump, and every file that it lists exists with the listed length. */
    COMPLETE("complete"),
    /**
     * The manifest exists, but is invalid, belongs to another dump, or lists files that are missing or have another
     * length.
     */
    DAMAGED("damaged"),
    /** The manifest exists, but the destination does not return it now. Nothing is known about the dump. */
    UNREADABLE("unreadable now"),
    /** A notice marks the dump as withdrawn. Its files may still exist. */
    WITHDRAWN("withdrawn"),
    /** Retention is removing the dump or has removed it. Some of its files may still exist. */
    PRUNED("pruned"),
    /** There is no manifest here, but there are files of the dump, or a dump at home is waiting to be sent here. */
    PENDING("pending"),
    /** The destination has nothing of the dump. */
    ABSENT("absent");

    private final String word;

    DumpState(String word) {
        this.word = word;
    }

    /** The word shown to people, such as in {@code spillway list}. */
    @Override
    public String toString() {
        return word;
    }
}
