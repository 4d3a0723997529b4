package io.spillway.cli;

import io.spillway.destination.s3.S3Bucket;
import io.spillway.destination.s3.S3Options;
import io.spillway.destination.s3.S3Options.Address;
import io.spillway.destination.s3.S3Options.Dialect;
import io.spillway.destination.s3.S3Options.Keeping;
import io.spillway.destination.s3.S3Options.Patience;
import io.spillway.destination.s3.S3Options.SdkChain;
import io.spillway.destination.s3.S3Options.Sending;
import io.spillway.fault.SpillwayException;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How to reach a bucket that an address names. Keys come from the SDK's chain, never from the command line. */
final class BucketArguments {
    @Option(
            names = "--endpoint",
            paramLabel = "URL",
            description = "Of s3://: the store's address where it is not Amazon's.")
    private @Nullable URI endpoint;

    @Option(names = "--region", paramLabel = "NAME", description = "Of s3://: the bucket's region.")
    private @Nullable String region;

    @Option(
            names = "--profile",
            paramLabel = "NAME",
            description =
                    "Of s3://: the profile whose keys are used. Without it they are looked for as the AWS tools do.")
    private @Nullable String profile;

    @Option(
            names = "--path-style",
            description = "Of s3://: the bucket's name stands in the path, as most stores but Amazon's need it.")
    private boolean pathStyle;

    /**
     * The bucket, to be read; the caller closes it. Asks the store nothing yet.
     *
     * @param prefix  empty, or ending in a slash
     * @param readers how many files are read at the same time, 1 to 64
     */
    S3Bucket open(String bucket, String prefix, int readers) throws SpillwayException {
        return S3Bucket.open(new S3Options(
                new Address(bucket, prefix, region, endpoint, pathStyle, null),
                new SdkChain(profile),
                Dialect.AMAZON,
                Keeping.DEFAULT,
                new Sending(Sending.DEFAULT.pieceBytes(), readers),
                Patience.DEFAULT));
    }
}
