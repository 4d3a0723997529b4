package io.spillway.notices.kit;

/** Why a request is refused with a notice. */
enum Refusal {
    /** Exceeds the rate limit (RFC 6585). */
    TOO_MANY(429, "Too Many Requests"),
    /** A client that the operator blocks. */
    BLOCKED(403, "Forbidden"),
    /** Pages deeper than the cap. */
    TOO_DEEP(400, "Bad Request");

    private final int status;
    private final String reason;

    Refusal(int status, String reason) {
        this.status = status;
        this.reason = reason;
    }

    int status() {
        return status;
    }

    String reason() {
        return reason;
    }
}
