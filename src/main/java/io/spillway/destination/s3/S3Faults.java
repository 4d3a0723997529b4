package io.spillway.destination.s3;

import io.spillway.destination.s3.S3Options.Address;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Translates the SDK's exceptions into {@link Fault}s. Messages contain the store's status, error code and request id,
 * but never its text or the SDK's, which may quote the request.
 */
final class S3Faults {
    /** Error codes that indicate a configuration error, whatever their status. */
    private static final Set<String> REFUSALS = Set.of("NotImplemented", "MethodNotAllowed", "NotSupported");

    private final String destination;
    private final Address address;

    S3Faults(String destination, Address address) {
        this.destination = destination;
        this.address = address;
    }

    /** The exception for an action on {@code subject}, a key or key prefix. */
    SpillwayException translate(Action action, String subject, SdkException e) {
        if (isInterrupt(e)) {
            return new SpillwayException(
                    Fault.CANCELLED,
                    "cancelled: request to %s to %s %s".formatted(destination, action.verb(), subject),
                    null,
                    e);
        }
        String what = "%s could not %s %s: ".formatted(destination, action.verb(), subject);
        if (e instanceof S3Exception answer) {
            Fault fault = isRefusal(answer) ? Fault.DESTINATION_REFUSED : Fault.DESTINATION_UNAVAILABLE;
            return new SpillwayException(fault, what + describe(answer), hint(action, answer), e);
        }
        return withoutAnswer(what, e);
    }

    /** Whether the calling thread was interrupted, which the SDK wraps in its own exceptions. */
    static boolean isInterrupt(SdkException e) {
        return e instanceof AbortedException
                || Thread.currentThread().isInterrupted()
                || cause(e, InterruptedException.class) != null;
    }

    /** Whether the store definitely rejected the request, so that it was not carried out. */
    static boolean isRefusal(S3Exception e) {
        int status = e.statusCode();
        return isUnknownRequest(e) || (status >= 300 && status < 500 && !mayPass(e) && !isUncertain(e));
    }

    /** Responses to a retry whose first attempt succeeded, or to one of two concurrent requests. */
    private static boolean isUncertain(S3Exception e) {
        return e.statusCode() == 409 || e.statusCode() == 412 || code(e).equals("NoSuchUpload");
    }

    /** Whether the store did nothing because the request's condition does not hold. */
    static boolean isUnmetCondition(S3Exception e) {
        return e.statusCode() == 412 || e.statusCode() == 409 || (e.statusCode() == 404 && code(e).equals("NoSuchKey"));
    }

    /** Whether the store does not support this kind of request. */
    static boolean isUnknownRequest(S3Exception e) {
        return REFUSALS.contains(code(e));
    }

    private static boolean mayPass(S3Exception e) {
        return e.statusCode() == 408
                || e.statusCode() == 429
                || code(e).equals("RequestTimeout")
                || code(e).equals("BadDigest")
                || code(e).equals("XAmzContentSHA256Mismatch")
                || code(e).equals("XAmzContentChecksumMismatch")
                || code(e).equals("IncompleteBody");
    }

    /** The store's error code; empty if there is none, as in every response to HEAD. */
    static String code(S3Exception e) {
        return e.awsErrorDetails() == null || e.awsErrorDetails().errorCode() == null
                ? ""
                : e.awsErrorDetails().errorCode();
    }

    private static String describe(S3Exception e) {
        String code = code(e);
        String id = e.requestId();
        return "status " + e.statusCode() + (code.isEmpty() ? "" : " " + code)
                + (id == null || id.isEmpty() ? "" : " (request " + id + ")");
    }

    private @Nullable String hint(Action action, S3Exception e) {
        String code = code(e);
        return switch (code) {
            case "NoSuchBucket" ->
                "there is no bucket \"%s\"%s: create it, or correct the name or the endpoint"
                        .formatted(address.bucket(), at());
            case "InvalidAccessKeyId" -> "the store does not know the access key: correct the key or the endpoint";
            case "SignatureDoesNotMatch" ->
                "the secret key does not belong to the access key, or a proxy changes requests";
            case "ExpiredToken", "TokenRefreshRequired", "InvalidToken" -> "renew the session token: it has expired";
            case "RequestTimeTooSkewed" -> "correct this machine's clock: it is more than 15 minutes off";
            case "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException" ->
                wrongRegion(e);
            case "NotImplemented", "MethodNotAllowed", "NotSupported" ->
                "the store does not support this kind of request: it may need checksums md5 and no conditional writes";
            case "XAmzContentSHA256Mismatch", "BadDigest", "InvalidDigest" ->
                "bytes were corrupted in transit, or the store needs other checksums";
            case "InvalidArgument", "InvalidStorageClass" ->
                "check storage class, encryption and KMS key: the store does not support one of them";
            case "EntityTooLarge" -> "the object exceeds the store's limit: use smaller parts";
            default -> byStatus(action, e);
        };
    }

    private @Nullable String byStatus(Action action, S3Exception e) {
        return switch (e.statusCode()) {
            case 301, 307 -> wrongRegion(e);
            case 401, 403 -> "the key needs %s on %s".formatted(action.right(), action.resource(address));
            case 404 -> "check the bucket's name and the endpoint";
            case 503, 429 -> "the store is rate limiting: try again later, or send fewer requests in parallel";
            default -> null;
        };
    }

    private String wrongRegion(S3Exception e) {
        String region = e.awsErrorDetails() == null || e.awsErrorDetails().sdkHttpResponse() == null
                ? null
                : e.awsErrorDetails()
                        .sdkHttpResponse()
                        .firstMatchingHeader("x-amz-bucket-region")
                        .orElse(null);
        return region == null
                ? "the bucket is in another region, or the endpoint is wrong: set the right one"
                : "the bucket is in region " + region + ": set that region";
    }

    private SpillwayException withoutAnswer(String what, SdkException e) {
        if (String.valueOf(e.getMessage()).startsWith("Unable to load credentials")) {
            return new SpillwayException(
                    Fault.DESTINATION_REFUSED,
                    what + "no credentials found",
                    "set an access key and a secret key, or a profile, in the schedule or the environment",
                    e);
        } else if (cause(e, UnknownHostException.class) != null) {
            return unavailable(what + "unknown host" + at(), "check the endpoint, the region and DNS", e);
        } else if (cause(e, SSLException.class) != null) {
            return unavailable(
                    what + "TLS connection failed" + at(), "check the certificate; --stacktrace shows details", e);
        } else if (cause(e, ConnectException.class) != null) {
            return unavailable(
                    what + "connection failed" + at(), "check that the store is running and the endpoint is right", e);
        } else if (e instanceof ApiCallTimeoutException
                || e instanceof ApiCallAttemptTimeoutException
                || cause(e, SocketTimeoutException.class) != null) {
            return unavailable(what + "request timed out" + at(), null, e);
        }
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return unavailable(what + "connection lost (" + root.getClass().getSimpleName() + ")", null, e);
    }

    private String at() {
        return address.endpoint() == null
                ? ""
                : " at " + address.endpoint().getScheme() + "://"
                        + address.endpoint().getAuthority();
    }

    private static SpillwayException unavailable(String message, @Nullable String hint, Throwable cause) {
        return new SpillwayException(Fault.DESTINATION_UNAVAILABLE, message, hint, cause);
    }

    private static <T extends Throwable> @Nullable T cause(Throwable e, Class<T> type) {
        for (Throwable at = e; at != null; at = at.getCause()) {
            if (type.isInstance(at)) {
                return type.cast(at);
            }
        }
        return null;
    }
}
