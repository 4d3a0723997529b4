package io.spillway.cli;

import io.spillway.run.BucketAccess;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Options for reaching a bucket given as {@code s3://…}. Keys come from the SDK's default credentials chain, never from
 * the command line.
 */
final class BucketArguments {
    @Option(
            names = "--endpoint",
            paramLabel = "URL",
            description = "For s3://: endpoint of the store, if it is not Amazon S3.")
    private @Nullable URI endpoint;

    @Option(names = "--region", paramLabel = "NAME", description = "For s3://: region of the bucket.")
    private @Nullable String region;

    @Option(
            names = "--profile",
            paramLabel = "NAME",
            description = "For s3://: AWS profile to take the keys from. Default: the AWS credentials chain.")
    private @Nullable String profile;

    @Option(
            names = "--path-style",
            description = "For s3://: use path-style URLs, as most stores other than Amazon S3 require.")
    private boolean pathStyle;

    /** How the options reach a bucket. */
    BucketAccess access() {
        return new BucketAccess(endpoint, region, profile, pathStyle);
    }
}
