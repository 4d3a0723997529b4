package io.spillway.fields;

/** Tracks which members of an object, or elements of an array, are kept, and removes the commas of the others. */
final class Members {
    private final Result result;
    /** The end of the last kept member, or of the opening bracket. */
    private int keptEnd;

    private boolean keptAny;
    private boolean keptSomething;
    private boolean droppedAny;
    private boolean dropping;

    Members(Result result, int open) {
        this.result = result;
        this.keptEnd = open;
    }

    /** Starts a member: if no member before it is kept, its preceding comma is removed. */
    void begin(int start) {
        if (dropping && !keptAny) {
            result.skipTo(start);
        }
    }

    void keep(int end) {
        keepPlace(end);
        keptSomething = true;
    }

    /** Keeps an element without published content for the sake of its position. */
    void keepPlace(int end) {
        dropping = false;
        keptAny = true;
        keptEnd = end;
    }

    void drop(int end) {
        if (!dropping) {
            result.copyUpTo(keptEnd);
        }
        result.skipTo(end);
        dropping = true;
        droppedAny = true;
    }

    boolean all() {
        return !droppedAny;
    }

    Outcome outcome(boolean something) {
        if (!keptSomething) {
            return Outcome.HOLLOW;
        }
        return something ? Outcome.KEPT : Outcome.KEPT_EMPTY;
    }
}
