package io.spillway.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that set the list {@code destinations} of a schedule. */
final class DestinationArguments {
    /** The option that adds a destination. */
    static final String TO = "--to";

    private static final String S3 = "s3://";
    private static final String ARCHIVE = "ia://";

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @SetsKey({
        "/destinations/*",
        "/destinations/*/directory",
        "/destinations/*/s3",
        "/destinations/*/s3/bucket",
        "/destinations/*/s3/prefix",
        "/destinations/*/internet-archive",
        "/destinations/*/internet-archive/item"
    })
    @Option(
            names = TO,
            paramLabel = "DEST",
            description = "Destination of the dump: a directory, s3://BUCKET/PREFIX, or ia://ITEM-{date}. Repeatable.")
    private List<String> to = List.of();

    @SetsKey("/destinations/*/s3/endpoint")
    @Option(
            names = "--endpoint",
            paramLabel = "URL",
            description = "Endpoint of an S3-compatible store other than Amazon S3.")
    private @Nullable String endpoint;

    @SetsKey("/destinations/*/s3/region")
    @Option(names = "--region", description = "Region of the bucket.")
    private @Nullable String region;

    @Option(
            names = "--untried-public-url",
            description = "Do not probe --public-url before the first export; for a host that is not reachable yet.")
    private boolean untriedPublicUrl;

    @Option(names = "--path-style", description = "Use path-style bucket URLs.")
    private boolean pathStyle;

    @SetsKey("/destinations/*/s3/home")
    @Option(
            names = "--home",
            description = "Make dumps in the bucket, the only destination, without a copy on the disk.")
    private boolean home;

    @SetsKey({"/destinations/*/public-url", "/destinations/*/s3/public-url"})
    @Option(names = "--public-url", paramLabel = "URL", description = "Public URL of the destination.")
    private @Nullable String publicUrl;

    @SetsKey({"/destinations/*/s3/access-key", "/destinations/*/internet-archive/access-key"})
    @Option(
            names = "--access-key",
            paramLabel = "REF",
            description = "Access key of S3 or the Internet Archive, " + ScheduleArguments.REFERENCE)
    private @Nullable String accessKey;

    @SetsKey({"/destinations/*/s3/secret-key", "/destinations/*/internet-archive/secret-key"})
    @Option(
            names = "--secret-key",
            paramLabel = "REF",
            description = "Secret key for the access key, given the same way.")
    private @Nullable String secretKey;

    /** The number of destinations. */
    int count() {
        return to.size();
    }

    /** Writes the destinations to a schedule. */
    void fill(ObjectNode schedule) {
        requireOneMeaning();
        ArrayNode destinations = schedule.putArray("destinations");
        to.forEach(place -> destination(destinations.addObject(), place));
    }

    private void destination(ObjectNode entry, String place) {
        if (place.startsWith(S3)) {
            String[] bucketAndPrefix = place.substring(S3.length()).split("/", 2);
            ObjectNode s3 = entry.putObject("s3");
            s3.put("bucket", bucketAndPrefix[0]);
            if (bucketAndPrefix.length > 1 && !bucketAndPrefix[1].isEmpty()) {
                String prefix = bucketAndPrefix[1];
                s3.put("prefix", prefix.endsWith("/") ? prefix : prefix + "/");
            }
            ScheduleTree.put(s3, "endpoint", endpoint);
            ScheduleTree.put(s3, "region", region);
            s3.put("path-style", pathStyle);
            s3.put("home", home);
            ScheduleTree.put(s3, "public-url", publicUrl);
            s3.put("try-public-url", !untriedPublicUrl);
            ScheduleTree.put(s3, "access-key", accessKey);
            ScheduleTree.put(s3, "secret-key", secretKey);
        } else if (place.startsWith(ARCHIVE)) {
            ObjectNode archive = entry.putObject("internet-archive");
            archive.put("item", place.substring(ARCHIVE.length()));
            ScheduleTree.put(archive, "access-key", accessKey);
            ScheduleTree.put(archive, "secret-key", secretKey);
        } else {
            entry.put("directory", place);
            ScheduleTree.put(entry, "public-url", publicUrl);
            entry.put("try-public-url", !untriedPublicUrl);
        }
    }

    /**
     * Refuses options without effect, keys of one destination that would be sent to another, and one URL for several
     * destinations.
     */
    private void requireOneMeaning() {
        boolean toBucket = to.stream().anyMatch(place -> place.startsWith(S3));
        boolean toArchive = to.stream().anyMatch(place -> place.startsWith(ARCHIVE));
        boolean onlyArchive = to.stream().allMatch(place -> place.startsWith(ARCHIVE));
        Map<String, Boolean> without = new LinkedHashMap<>();
        without.put("--endpoint", endpoint != null && !toBucket);
        without.put("--region", region != null && !toBucket);
        without.put("--path-style", pathStyle && !toBucket);
        without.put("--home", home && !toBucket);
        without.put("--access-key", accessKey != null && !toBucket && !toArchive);
        without.put("--secret-key", secretKey != null && !toBucket && !toArchive);
        without.put("--public-url", publicUrl != null && onlyArchive);
        without.put("--untried-public-url", untriedPublicUrl && publicUrl == null);
        List<String> unused = without.entrySet().stream()
                .filter(Map.Entry::getValue)
                .map(Map.Entry::getKey)
                .toList();
        if (!unused.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    String.join(", ", unused) + " has no effect on the destinations: --to "
                            + String.join(" --to ", to));
        }
        if (accessKey != null
                && to.stream().anyMatch(place -> place.startsWith(S3))
                && to.stream().anyMatch(place -> place.startsWith(ARCHIVE))) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--access-key would be sent to both a bucket and the Internet Archive: write a schedule file"
                            + " with keys for each destination");
        }
        if (publicUrl != null
                && to.stream().filter(place -> !place.startsWith(ARCHIVE)).count() > 1) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--public-url is ambiguous with several destinations: write a schedule file with a public-url"
                            + " for each");
        }
    }
}
