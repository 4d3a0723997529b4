package io.spillway.run;

import io.spillway.destination.Destination;
import io.spillway.destination.s3.S3Bucket;
import io.spillway.destination.s3.S3Options;
import io.spillway.fault.SpillwayException;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * How a bucket that an address names is reached. The keys come from the AWS SDK's default chain.
 *
 * @param endpoint  URL of the store, or null for Amazon's
 * @param region    of the bucket, or null for the SDK's default
 * @param profile   whose keys are used, or null for the SDK's default
 * @param pathStyle whether the bucket's name is part of the path instead of the host
 */
public record BucketAccess(
        @Nullable URI endpoint,
        @Nullable String region,
        @Nullable String profile,
        boolean pathStyle) {
    /**
     * Opens a bucket to read from; the caller closes it. Sends no request.
     *
     * @param prefix  empty, or ending in a slash
     * @param readers how many files are read at the same time, 1 to 64
     */
    public Destination open(String bucket, String prefix, int readers) throws SpillwayException {
        return S3Bucket.open(new S3Options(
                new S3Options.Address(bucket, prefix, region, endpoint, pathStyle, null),
                new S3Options.SdkChain(profile),
                S3Options.Dialect.AMAZON,
                S3Options.Keeping.DEFAULT,
                new S3Options.Sending(S3Options.Sending.DEFAULT.pieceBytes(), readers),
                S3Options.Patience.DEFAULT));
    }
}
