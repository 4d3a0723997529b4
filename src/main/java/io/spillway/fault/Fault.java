package io.spillway.fault;

/**
 * Why a run failed: one row per kind, used by the exit code, the retry policy and the docs. Any fault means that
 * nothing new was published or, with several destinations, not at those that the message names.
 *
 * <p>Exit codes 0 (done), 1 (internal error) and 2 (usage) have no row: 0 is not a fault, and the other two never reach
 * a caller as a {@link SpillwayException}. {@link #CANCELLED} is 130 for every signal that ends a run cleanly, unlike a
 * shell's 128 + signal.
 */
public enum Fault {
    CONFIG(3, Retry.NEVER, "configuration: a schedule, an option or a secret is missing or invalid"),
    SOURCE_UNAVAILABLE(10, Retry.BACKOFF, "source unavailable: Elasticsearch did not answer, or not in time"),
    SNAPSHOT_LOST(
            11,
            Retry.NEW_RUN,
            "snapshot lost: the point in time expired, or the snapshot was deleted, while it was being read"),
    SOURCE_REFUSED(
            12, Retry.NEVER, "source refused: no permission, no such index, or an index that cannot be exported"),
    DESTINATION_UNAVAILABLE(20, Retry.BACKOFF, "destination unavailable: it did not answer, or its disk is full"),
    DESTINATION_REFUSED(21, Retry.NEVER, "destination refused: no write permission, or the name is already in use"),
    INTEGRITY(30, Retry.NEW_RUN, "integrity: counts or checksums differ"),
    GATE(31, Retry.NEVER, "gate: the dump is empty, shrank by more than the schedule allows, or lost fields"),
    FIELD_POLICY(32, Retry.NEVER, "field policy: a field without a decision"),
    ALREADY_RUNNING(40, Retry.NEVER, "already running: another export of this dataset holds the lock"),
    STALE(
            41,
            Retry.NEVER,
            "stale: the latest dump, or the snapshot to read, is older than the limit, or no changes lead from a copy to the"
                    + " newest dump"),
    STATE_UNAVAILABLE(
            50,
            Retry.BACKOFF,
            "state unavailable: the daemon's state database does not answer, its port is in use, or an engine did not run all"
                    + " slices"),
    CANCELLED(130, Retry.NEVER, "cancelled by a signal, or by the daemon after the time limit");

    /** How a scheduler may retry after a fault. */
    public enum Retry {
        /** Requires a change by a person. */
        NEVER,
        /** The same call may succeed later; waits grow from one attempt to the next. */
        BACKOFF,
        /** The whole export may restart from a new snapshot, but cannot resume. */
        NEW_RUN
    }

    private final int exitCode;
    private final Retry retry;
    private final String meaning;

    Fault(int exitCode, Retry retry, String meaning) {
        this.exitCode = exitCode;
        this.retry = retry;
        this.meaning = meaning;
    }

    /** The exit code of the process, 3 to 130. */
    public int exitCode() {
        return exitCode;
    }

    /** How this fault may be retried. */
    public Retry retry() {
        return retry;
    }

    /** One line for the docs and for {@code --help}. */
    public String meaning() {
        return meaning;
    }

    /**
     * A description of a failure that is safe to publish: the meaning of its fault, without details of the run. A
     * message quotes ids, queries and paths, and belongs in the log.
     *
     * @param name the name of a fault, or any other text for an internal error
     */
    public static String publicReason(String name) {
        for (Fault fault : values()) {
            if (fault.name().equals(name)) {
                return fault.meaning;
            }
        }
        return "internal error; see the log for details";
    }
}
