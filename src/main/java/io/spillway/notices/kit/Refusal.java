package io.spillway.notices.kit;

/** Why a request is refused with a notice. */
enum Refusal {
    /** Faster than the limit (RFC 6585). */
    TOO_MANY(429, "Too Many Requests"),
    /** A program that the operator does not want. */
    BLOCKED(403, "Forbidden"),
    /** Paged deeper than the cap. */
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
