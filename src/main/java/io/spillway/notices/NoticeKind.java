package io.spillway.notices;

import java.util.Arrays;
import java.util.Optional;

/** Why a request is refused: the HTTP status, and the problem type (RFC 9457) of the body. */
public enum NoticeKind {
    /** The client exceeds its limit. */
    RATE_LIMITED(429, "rate-limited"),
    /** The client is blocked. */
    BLOCKED(403, "blocked"),
    /** The client pages deeper than the site allows. */
    PAGE_TOO_DEEP(400, "page-too-deep");

    private final int status;
    private final String problem;

    NoticeKind(int status, String problem) {
        this.status = status;
        this.problem = problem;
    }

    /** The HTTP status, which is also the start of the file name. */
    public int status() {
        return status;
    }

    /** The last segment of the problem type's URL. */
    public String problem() {
        return problem;
    }

    /** The kind with this status, or empty if there is none. */
    public static Optional<NoticeKind> of(int status) {
        return Arrays.stream(values()).filter(kind -> kind.status == status).findFirst();
    }
}
