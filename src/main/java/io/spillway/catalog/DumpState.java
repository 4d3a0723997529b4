package io.spillway.catalog;

/**
 * The state of a dump at one destination. Deliveries, retention, the catalog, the gate, withdrawal and the commands all ask
 * for it; that a file of some name exists decides nothing.
 */
public enum DumpState {
    /** The manifest reads, belongs to this dump, and every file that it names is there with its length. */
    COMPLETE("complete"),
    /** The manifest is there and is none, belongs to another dump, or names files that are missing or of another length. */
    DAMAGED("damaged"),
    /** The manifest is there, and the destination does not hand it out now. Nothing is known of the dump. */
    UNREADABLE("unreadable now"),
    /** A notice says that the dump is withdrawn. Its files may be there. */
    WITHDRAWN("withdrawn"),
    /** Retention removes the dump, or has removed it. Some of its files may be there. */
    PRUNED("pruned"),
    /** There is no manifest here, but files of the dump, or a dump at home that waits to be sent here. */
    PENDING("pending"),
    /** The destination has nothing of the dump. */
    ABSENT("absent");

    private final String word;

    DumpState(String word) {
        this.word = word;
    }

    /** The word for people, such as in {@code spillway list}. */
    @Override
    public String toString() {
        return word;
    }
}
