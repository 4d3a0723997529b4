package io.spillway.destination.web;

import io.spillway.destination.PublicFiles;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Files on the web by their URLs, requested without credentials. Retries temporary errors, and resumes an interrupted
 * download, both within a {@link WebPatience}. An interrupt ends a call with {@code CANCELLED} and leaves the flag set.
 * Follows redirects, but not from https to http.
 */
public final class WebFiles implements PublicFiles {
    private static final Pattern TOTAL = Pattern.compile("bytes (?:\\d+-\\d+|\\*)/(\\d+)");

    private static final Set<String> NO_ENCODINGS = Set.of("identity", "aws-chunked");

    private final WebClient client;

    /** Uses these timeouts and retries. */
    public WebFiles(WebPatience patience) {
        this.client = new WebClient(patience);
    }

    /**
     * {@inheritDoc} Uses HEAD; if that fails or lacks a length, a GET for the first byte, because some stores allow
     * nothing else.
     */
    @Override
    public Optional<Look> look(URI address) throws SpillwayException {
        HttpResponse<?> answer = ask(address, () -> client.head(address));
        if (isMissing(answer)) {
            return Optional.empty();
        } else if (answer.statusCode() == 200 && length(answer) >= 0) {
            return Optional.of(look(answer, length(answer)));
        } else if (answer.statusCode() != 501 && WebClient.mayPass(answer.statusCode())) {
            throw unexpected(address, answer);
        }
        HttpResponse<InputStream> first = ask(address, () -> client.firstByte(address));
        discard(first.body());
        if (isMissing(first)) {
            return Optional.empty();
        } else if (first.statusCode() == 200) {
            return Optional.of(look(first, length(first)));
        } else if (first.statusCode() == 206 || first.statusCode() == 416) {
            return Optional.of(look(first, total(first)));
        }
        throw unexpected(address, first);
    }

    private static Look look(HttpResponse<?> answer, long bytes) {
        return new Look(answer.uri(), bytes, date(answer), encoding(answer));
    }

    /**
     * The response's encoding, although none was requested; null if there is none. Some stores keep the
     * {@code aws-chunked} of an upload, which clients ignore.
     */
    private static @Nullable String encoding(HttpResponse<?> answer) {
        String named = answer.headers().allValues("Content-Encoding").stream()
                .flatMap(value -> Stream.of(value.split(",", -1)))
                .map(String::strip)
                .filter(value -> !value.isEmpty() && !NO_ENCODINGS.contains(value.toLowerCase(Locale.ROOT)))
                .collect(Collectors.joining(", "));
        return named.isEmpty() ? null : named;
    }

    private static long length(HttpResponse<?> answer) {
        return answer.headers().firstValueAsLong("Content-Length").orElse(-1);
    }

    /** Length of the whole file, from a partial response, or from one to a range of an empty file. */
    private static long total(HttpResponse<?> answer) {
        Matcher range =
                TOTAL.matcher(answer.headers().firstValue("Content-Range").orElse(""));
        return range.matches() ? Long.parseLong(range.group(1)) : -1;
    }

    private static @Nullable Instant date(HttpResponse<?> answer) {
        try {
            return answer.headers()
                    .firstValue("Date")
                    .map(text -> Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text)))
                    .orElse(null);
        } catch (DateTimeException e) {
            return null; // an invalid date is ignored
        }
    }

    @Override
    public InputStream open(URI address) throws SpillwayException {
        return find(address).orElseThrow(() -> refused(address + " does not exist", null));
    }

    /** Opens a file; empty if it does not exist. */
    Optional<InputStream> find(URI address) throws SpillwayException {
        HttpResponse<InputStream> answer = ask(address, () -> client.get(address, 0, null));
        String encoding = answer.statusCode() == 200 ? encoding(answer) : null;
        if (answer.statusCode() == 200 && encoding == null) {
            return Optional.of(new ResumedBody(client, address, answer));
        }
        discard(answer.body());
        if (encoding != null) {
            throw new SpillwayException(Fault.INTEGRITY, Look.encoded(address, encoding), WITHOUT_ENCODING);
        }
        if (isMissing(answer)) {
            return Optional.empty();
        }
        throw unexpected(address, answer);
    }

    private static boolean isMissing(HttpResponse<?> answer) {
        return answer.statusCode() == 404 || answer.statusCode() == 410;
    }

    private interface Request<T> {
        HttpResponse<T> send() throws IOException, InterruptedException;
    }

    /** Retries until the response is final or the attempts are used up. */
    private <T> HttpResponse<T> ask(URI address, Request<T> request) throws SpillwayException {
        try {
            for (int failures = 1; ; failures++) {
                boolean last = failures >= client.patience().attempts();
                HttpResponse<T> answer = null;
                try {
                    answer = request.send();
                    if (last || !WebClient.mayPass(answer.statusCode())) {
                        return answer;
                    }
                    if (answer.body() instanceof InputStream body) {
                        discard(body);
                    }
                } catch (IOException e) {
                    if (last || e instanceof SSLException || isUnknownHost(e)) {
                        throw unanswered(address, e);
                    }
                }
                client.pause(failures, answer);
            }
        } catch (InterruptedException e) {
            throw SpillwayException.cancelled("while requesting " + address, e);
        }
    }

    private static boolean isUnknownHost(IOException e) {
        return e instanceof UnknownHostException
                || e.getCause() instanceof UnresolvedAddressException
                || (e.getCause() != null && e.getCause().getCause() instanceof UnresolvedAddressException);
    }

    private static void discard(InputStream body) {
        try {
            body.close();
        } catch (IOException e) {
            // The status is sufficient.
        }
    }

    private static SpillwayException unexpected(URI address, HttpResponse<?> answer) {
        int status = answer.statusCode();
        String what = "%s returned status %d".formatted(address, status);
        if (WebClient.mayPass(status)) {
            return new SpillwayException(Fault.DESTINATION_UNAVAILABLE, what, "try again later");
        } else if (status >= 300 && status < 400) {
            return refused(what, "the redirect cannot be followed, for example because it leads from https to http");
        }
        return refused(what, "make the file public: no credentials are sent");
    }

    private static SpillwayException unanswered(URI address, IOException e) {
        String reason;
        if (isUnknownHost(e)) {
            reason = "unknown host";
        } else if (e instanceof SSLException) {
            reason = "TLS connection failed (" + e.getMessage() + ")";
        } else if (e instanceof ConnectException || e instanceof HttpConnectTimeoutException) {
            reason = "connection failed";
        } else if (e instanceof HttpTimeoutException) {
            reason = "request timed out";
        } else {
            reason = "connection lost (" + e.getMessage() + ")";
        }
        return new SpillwayException(
                Fault.DESTINATION_UNAVAILABLE, "cannot reach " + address + ": " + reason, "check the URL", e);
    }

    static SpillwayException refused(String what, @Nullable String hint) {
        return new SpillwayException(Fault.DESTINATION_REFUSED, what, hint);
    }
}
