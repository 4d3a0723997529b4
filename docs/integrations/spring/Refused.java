package org.example.notices;

import java.time.Duration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/**
 * Thrown by whatever refuses a request: an interceptor that limits, a controller that is asked for too deep a page.
 * {@link RefusedAdvice} answers it; without the advice it is an ordinary {@link ProblemDetail} of Spring's.
 */
public final class Refused extends ErrorResponseException {
    private final Duration retryAfter;

    private Refused(HttpStatus status, String detail, Duration retryAfter) {
        super(status, ProblemDetail.forStatus(status), null);
        this.retryAfter = retryAfter;
        getBody().setDetail(detail);
        if (retryAfter != null) {
            getHeaders().set(HttpHeaders.RETRY_AFTER, String.valueOf(Math.max(1, retryAfter.toSeconds())));
        }
    }

    /** Too many requests; the next one may come after so long. */
    public static Refused throttled(Duration retryAfter) {
        return new Refused(HttpStatus.TOO_MANY_REQUESTS, null, retryAfter);
    }

    /** A page deeper than the site goes. */
    public static Refused pageTooDeep(long page, long size, long most) {
        String detail =
                "Page %d of %d results each lies beyond the first %d results, which is as far as this site pages.";
        return new Refused(HttpStatus.BAD_REQUEST, detail.formatted(page, size, most), null);
    }

    /** A client that is not served page by page. */
    public static Refused blocked() {
        return new Refused(HttpStatus.FORBIDDEN, null, null);
    }

    /** Null where nobody has said. */
    Duration retryAfter() {
        return retryAfter;
    }
}
