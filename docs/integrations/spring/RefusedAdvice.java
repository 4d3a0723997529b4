package org.example.notices;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Answers {@link Refused}. Needs a bean of {@link SpillwayNotices}. */
@RestControllerAdvice
public class RefusedAdvice {
    private final SpillwayNotices notices;

    public RefusedAdvice(SpillwayNotices notices) {
        this.notices = notices;
    }

    /** Bytes with a type of their own: no converter negotiates them again. */
    @ExceptionHandler
    ResponseEntity<byte[]> refused(Refused e, HttpServletRequest request) {
        var answer = notices.answer(
                e.getStatusCode().value(),
                new SpillwayNotices.Request(
                        path(request),
                        request.getHeader(HttpHeaders.ACCEPT),
                        request.getHeader(HttpHeaders.USER_AGENT)),
                e.retryAfter(),
                e.getBody().getDetail());
        var response = ResponseEntity.status(answer.status());
        answer.headers().forEach(response::header);
        return response.body(answer.body());
    }

    /** As the container decoded it: it knows the encoding of URLs, which is not that of the body. */
    private static String path(HttpServletRequest request) {
        String within = request.getPathInfo() == null ? "" : request.getPathInfo();
        return request.getContextPath() + request.getServletPath() + within;
    }
}
