package org.example.notices;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/**
 * Stands before a limiter and answers where that one says no more than {@code sendError(429)}: Tomcat's
 * RateLimitFilter, Jetty's DoSFilter, an application's own. Everything else passes as it is.
 *
 * <p>Parameters: {@code links}, {@code site}, {@code documentation}, {@code contact}, {@code problems}, {@code check} in
 * seconds, as {@link SpillwayNotices.Settings}; {@code retry-after}, the limiter's window in seconds, 60 where it is not
 * given, for limiters that don't set the header themselves.
 */
public class SpillwayFilter implements Filter {
    private static final int TOO_MANY_REQUESTS = 429;

    private SpillwayNotices notices;
    private Duration window;

    @Override
    public void init(FilterConfig config) {
        String check = parameter(config, "check");
        String seconds = parameter(config, "retry-after");
        notices = new SpillwayNotices(new SpillwayNotices.Settings(
                parameter(config, "links"),
                parameter(config, "site"),
                parameter(config, "documentation"),
                parameter(config, "contact"),
                parameter(config, "problems"),
                Map.of(),
                check == null ? null : Duration.ofMillis((long) (1000 * Double.parseDouble(check)))));
        window = Duration.ofSeconds(seconds == null ? 60 : Long.parseLong(seconds));
    }

    private static String parameter(FilterConfig config, String name) {
        String value = config.getInitParameter(name);
        return value == null || value.isBlank() ? null : value.strip();
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request instanceof HttpServletRequest asked && response instanceof HttpServletResponse answer) {
            chain.doFilter(request, new HttpServletResponseWrapper(answer) {
                @Override
                public void sendError(int status) throws IOException {
                    sendError(status, null);
                }

                @Override
                public void sendError(int status, String message) throws IOException {
                    if (status == TOO_MANY_REQUESTS && !isCommitted()) {
                        refuse(asked, answer);
                    } else {
                        super.sendError(status, message);
                    }
                }
            });
        } else {
            chain.doFilter(request, response);
        }
    }

    private void refuse(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var asked = new SpillwayNotices.Request(
                path(request), request.getHeader("Accept"), request.getHeader("User-Agent"));
        Duration retryAfter = response.containsHeader("Retry-After") ? null : window;
        var answer = notices.answer(TOO_MANY_REQUESTS, asked, retryAfter, null);
        response.resetBuffer();
        response.setStatus(answer.status());
        answer.headers().forEach(response::setHeader);
        response.setContentLength(answer.body().length);
        response.getOutputStream().write(answer.body());
        response.flushBuffer();
    }

    /** As the container decoded it, in which nobody can hide a path behind escapes. */
    private static String path(HttpServletRequest request) {
        String within = request.getPathInfo() == null ? "" : request.getPathInfo();
        return request.getContextPath() + request.getServletPath() + within;
    }
}
