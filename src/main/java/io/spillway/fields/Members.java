package io.spillway.fields;

/** The members of an object or the elements of an array, and the commas between those that are kept. */
final class Members {
    private final Result result;
    /** Behind the last one that is kept, or behind the opening bracket. */
    private int keptEnd;

    private boolean keptAny;
    private boolean keptSomething;
    private boolean droppedAny;
    private boolean dropping;

    Members(Result result, int open) {
        this.result = result;
        this.keptEnd = open;
    }

    /** A member begins: without one before it that is kept, the comma before it goes too. */
    void begin(int start) {
        if (dropping && !keptAny) {
            result.skipTo(start);
        }
    }

    void keep(int end) {
        keepPlace(end);
        keptSomething = true;
    }

    /** Keeps what has nothing to show, for the sake of what stands beside it. */
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
