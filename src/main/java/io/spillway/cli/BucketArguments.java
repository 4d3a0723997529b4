package io.spillway.cli;

import io.spillway.run.BucketAccess;
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

    /** How the options reach a bucket. */
    BucketAccess access() {
        return new BucketAccess(endpoint, region, profile, pathStyle);
    }
}
