package io.spillway.notices;

import java.util.Arrays;
import java.util.Optional;

/** Why a request is refused: the status of the answer, and the problem type (RFC 9457) of its body. */
public enum NoticeKind {
    /** The client is over its limit. */
    RATE_LIMITED(429, "rate-limited"),
    /** The client is not served at all. */
    BLOCKED(403, "blocked"),
    /** The client pages further into a list than the site goes. */
    PAGE_TOO_DEEP(400, "page-too-deep");

    private final int status;
    private final String problem;

    NoticeKind(int status, String problem) {
        this.status = status;
        this.problem = problem;
    }

    /** The HTTP status, which is also what the files are called. */
    public int status() {
        return status;
    }

    /** The last word of the problem type's address. */
    public String problem() {
        return problem;
    }

    /** The one with this status, or empty where there is none. */
    public static Optional<NoticeKind> of(int status) {
        return Arrays.stream(values()).filter(kind -> kind.status == status).findFirst();
    }
}
