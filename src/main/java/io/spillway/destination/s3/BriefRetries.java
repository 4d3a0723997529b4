package io.spillway.destination.s3;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLException;
import software.amazon.awssdk.retries.api.AcquireInitialTokenRequest;
import software.amazon.awssdk.retries.api.AcquireInitialTokenResponse;
import software.amazon.awssdk.retries.api.RecordSuccessRequest;
import software.amazon.awssdk.retries.api.RecordSuccessResponse;
import software.amazon.awssdk.retries.api.RefreshRetryTokenRequest;
import software.amazon.awssdk.retries.api.RefreshRetryTokenResponse;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.retries.api.RetryToken;
import software.amazon.awssdk.retries.api.TokenAcquisitionFailedException;

/**
 * Limits the retries of failed connections: a refused port, an unresolvable host name and an untrusted certificate
 * rarely recover within a minute, and the other destinations wait. For some time after such a failure each request is
 * tried only once, so that a run of many requests fails as fast as a single one.
 *
 * <p>Thread-safe if the wrapped strategy is.
 */
final class BriefRetries implements RetryStrategy {
    /** Enough for a store that restarts; about one second of pauses. */
    static final int ATTEMPTS = 3;

    /** After a failed connection, requests are tried only once for this long. */
    private static final Duration MEMORY = Duration.ofSeconds(30);

    private static final long NEVER = Long.MIN_VALUE;

    private final RetryStrategy usual;
    private final LongSupplier nanos;
    private final AtomicLong failedAt = new AtomicLong(NEVER);

    /** A request in progress, with the number of attempts that found no connection. */
    private record Token(RetryToken usual, int unconnected) implements RetryToken {}

    /** @param usual decides about all other failures and about the pauses */
    BriefRetries(RetryStrategy usual) {
        this(usual, System::nanoTime);
    }

    /** @param nanos the current time, as {@link System#nanoTime()} */
    BriefRetries(RetryStrategy usual, LongSupplier nanos) {
        this.usual = usual;
        this.nanos = nanos;
    }

    @Override
    public AcquireInitialTokenResponse acquireInitialToken(AcquireInitialTokenRequest request) {
        AcquireInitialTokenResponse response = usual.acquireInitialToken(request);
        return AcquireInitialTokenResponse.create(new Token(response.token(), 0), response.delay());
    }

    @Override
    public RefreshRetryTokenResponse refreshRetryToken(RefreshRetryTokenRequest request) {
        Token token = (Token) request.token();
        int unconnected = token.unconnected();
        if (isWithoutConnection(request.failure())) {
            unconnected++;
            if (unconnected >= ATTEMPTS || failedLately()) {
                failedAt.set(nanos.getAsLong());
                throw new TokenAcquisitionFailedException("no connection", token, request.failure());
            }
        }
        RefreshRetryTokenResponse response =
                usual.refreshRetryToken(request.toBuilder().token(token.usual()).build());
        return RefreshRetryTokenResponse.create(new Token(response.token(), unconnected), response.delay());
    }

    @Override
    public RecordSuccessResponse recordSuccess(RecordSuccessRequest request) {
        failedAt.set(NEVER);
        Token token = (Token) request.token();
        RecordSuccessResponse response = usual.recordSuccess(RecordSuccessRequest.create(token.usual()));
        return RecordSuccessResponse.create(new Token(response.token(), token.unconnected()));
    }

    private boolean failedLately() {
        long at = failedAt.get();
        return at != NEVER && nanos.getAsLong() - at < MEMORY.toNanos();
    }

    /** Whether the store was not reached at all, so that nothing can have happened there. */
    static boolean isWithoutConnection(Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof ConnectException
                    || at instanceof NoRouteToHostException
                    || at instanceof UnknownHostException
                    || at instanceof CertificateException
                    || (at instanceof SSLException && !(at.getCause() instanceof SocketException))
                    || (at instanceof SocketTimeoutException && isOfConnect(at))) {
                return true;
            }
        }
        return false;
    }

    /** The JDK has no exception type for a timeout while connecting. */
    private static boolean isOfConnect(Throwable timeout) {
        return String.valueOf(timeout.getMessage()).toLowerCase(Locale.ROOT).contains("connect timed out");
    }

    @Override
    public int maxAttempts() {
        return usual.maxAttempts();
    }

    @Override
    public Builder<?, ?> toBuilder() {
        return usual.toBuilder();
    }

    @Override
    public void close() {
        usual.close();
    }
}
