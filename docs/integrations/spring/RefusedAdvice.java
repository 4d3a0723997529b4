package org.example.notices;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.util.UrlPathHelper;

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
                        UrlPathHelper.defaultInstance.getRequestUri(request),
                        request.getHeader(HttpHeaders.ACCEPT),
                        request.getHeader(HttpHeaders.USER_AGENT)),
                e.retryAfter(),
                e.getBody().getDetail());
        var response = ResponseEntity.status(answer.status());
        answer.headers().forEach(response::header);
        return response.body(answer.body());
    }
}
