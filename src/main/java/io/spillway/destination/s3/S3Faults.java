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
 * Turns what the SDK throws into {@link Fault}s. Messages are made of the store's status, code and request id, never of
 * its text or the SDK's, which may quote what was sent.
 */
final class S3Faults {
    /** Error codes that are about somebody's settings, though their status might say otherwise. */
    private static final Set<String> REFUSALS = Set.of("NotImplemented", "MethodNotAllowed", "NotSupported");

    private final String destination;
    private final Address address;

    S3Faults(String destination, Address address) {
        this.destination = destination;
        this.address = address;
    }

    /** The failure of an action on {@code subject}, a key or the start of keys. */
    SpillwayException translate(Action action, String subject, SdkException e) {
        if (isInterrupt(e)) {
            return new SpillwayException(
                    Fault.CANCELLED,
                    "cancelled while %s was asked to %s %s".formatted(destination, action.verb(), subject),
                    null,
                    e);
        }
        String what = "destination %s could not %s %s: ".formatted(destination, action.verb(), subject);
        if (e instanceof S3Exception answer) {
            Fault fault = isRefusal(answer) ? Fault.DESTINATION_REFUSED : Fault.DESTINATION_UNAVAILABLE;
            return new SpillwayException(fault, what + describe(answer), hint(action, answer), e);
        }
        return withoutAnswer(what, e);
    }

    /** Whether the calling thread was told to stop, which the SDK wraps in exceptions of its own. */
    static boolean isInterrupt(SdkException e) {
        return e instanceof AbortedException
                || Thread.currentThread().isInterrupted()
                || cause(e, InterruptedException.class) != null;
    }

    /** Whether the store said no, and nothing but that: what was asked for has not happened and will not. */
    static boolean isRefusal(S3Exception e) {
        int status = e.statusCode();
        return isUnknownRequest(e) || (status >= 300 && status < 500 && !mayPass(e) && !isUncertain(e));
    }

    /** Answers that a repeated request gets if its first try succeeded, and those of two that met. */
    private static boolean isUncertain(S3Exception e) {
        return e.statusCode() == 409 || e.statusCode() == 412 || code(e).equals("NoSuchUpload");
    }

    /** Whether the store did nothing because what it has is not what the request was made for. */
    static boolean isUnmetCondition(S3Exception e) {
        return e.statusCode() == 412 || e.statusCode() == 409 || (e.statusCode() == 404 && code(e).equals("NoSuchKey"));
    }

    /** Whether the store has no such kind of request at all. */
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

    /** The store's error code, or an empty text where it gave none, as in every answer to HEAD. */
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
            case "InvalidAccessKeyId" ->
                "the store does not know the access key: correct it, or name the right endpoint";
            case "SignatureDoesNotMatch" ->
                "the secret key does not belong to the access key, or something on the way changes requests";
            case "ExpiredToken", "TokenRefreshRequired", "InvalidToken" -> "the session token is not valid any more";
            case "RequestTimeTooSkewed" -> "set this machine's clock: it is more than 15 minutes off";
            case "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException" ->
                wrongRegion(e);
            case "NotImplemented", "MethodNotAllowed", "NotSupported" ->
                "the store does not know this kind of request: it may need checksums md5 and no conditional writes";
            case "XAmzContentSHA256Mismatch", "BadDigest", "InvalidDigest" ->
                "bytes were changed on the way, or the store needs other checksums";
            case "InvalidArgument", "InvalidStorageClass" ->
                "the store has nothing of that kind: are storage class, encryption and key, if given, its own?";
            case "EntityTooLarge" -> "the store takes smaller objects only: make parts smaller";
            default -> byStatus(action, e);
        };
    }

    private @Nullable String byStatus(Action action, S3Exception e) {
        return switch (e.statusCode()) {
            case 301, 307 -> wrongRegion(e);
            case 401, 403 -> "the key needs %s on %s".formatted(action.right(), action.resource(address));
            case 404 -> "check the bucket's name and the endpoint";
            case 503, 429 -> "the store asks for fewer requests: try later, or send fewer at the same time";
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
                ? "the bucket is in another region, or the endpoint is not the bucket's: name the right one"
                : "the bucket is in region " + region + ": name that one";
    }

    private SpillwayException withoutAnswer(String what, SdkException e) {
        if (String.valueOf(e.getMessage()).startsWith("Unable to load credentials")) {
            return new SpillwayException(
                    Fault.DESTINATION_REFUSED,
                    what + "there are no credentials",
                    "give an access key and a secret key, or a profile, or set them in the environment",
                    e);
        } else if (cause(e, UnknownHostException.class) != null) {
            return unavailable(what + "its host is not known" + at(), "correct the endpoint or the region, or DNS", e);
        } else if (cause(e, SSLException.class) != null) {
            return unavailable(what + "no secure connection" + at(), "see --stacktrace; is its certificate valid?", e);
        } else if (cause(e, ConnectException.class) != null) {
            return unavailable(what + "no connection" + at(), "is the store running, and the endpoint right?", e);
        } else if (e instanceof ApiCallTimeoutException
                || e instanceof ApiCallAttemptTimeoutException
                || cause(e, SocketTimeoutException.class) != null) {
            return unavailable(what + "no answer in time" + at(), null, e);
        }
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return unavailable(what + "the connection broke (" + root.getClass().getSimpleName() + ")", null, e);
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
