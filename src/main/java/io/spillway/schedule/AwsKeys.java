package io.spillway.schedule;

import io.spillway.config.Secret;
import org.jspecify.annotations.Nullable;

/** The rule for credentials of S3 and AWS, wherever a schedule has them. */
final class AwsKeys {
    private AwsKeys() {}

    /** Throws {@link IllegalArgumentException} on an incomplete pair of keys, and on keys beside a profile. */
    static void require(
            @Nullable Secret accessKey,
            @Nullable Secret secretKey,
            @Nullable Secret sessionToken,
            @Nullable String profile) {
        if ((accessKey == null) != (secretKey == null)) {
            throw new IllegalArgumentException("access-key and secret-key must be set together");
        }
        if (accessKey == null && sessionToken != null) {
            throw new IllegalArgumentException("session-token requires access-key and secret-key");
        }
        if (accessKey != null && profile != null) {
            throw new IllegalArgumentException("keys and profile are mutually exclusive");
        }
    }
}
