package io.spillway.cli;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spillway.config.ConfigFile;
import io.spillway.dataset.Dataset;
import io.spillway.fault.SpillwayException;
import io.spillway.schedule.ScheduleFile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The schedule to export: a schedule file, or equivalent options. Options are turned into the tree that a file would
 * have, and pass the same checks. A mixture of both is refused, because it would be ambiguous.
 */
final class ScheduleArguments {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** The forms of a secret on a command line, for help texts. */
    static final String REFERENCE = "as '$${env:NAME}' or '$${file:PATH}'.";

    private static final String S3 = "s3://";
    private static final String ARCHIVE = "ia://";

    private static final String TO = "--to";
    private static final String DESTINATION = "/destinations/*";

    /** The place of a problem in the tree that the options become. */
    private static final Pattern POINTER = Pattern.compile("(?<![\\w/:.])(?:/[\\w-]+)+(?=:)");

    /** The option that sets a key, by the key's pointer; {@code *} is any index of a list. */
    private static final Map<String, String> OPTIONS = options();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private SourceArguments source = new SourceArguments();

    @Parameters(arity = "0..1", paramLabel = "SCHEDULE.yaml", description = "A dataset's schedule file.")
    private @Nullable Path file;

    @Option(
            names = TO,
            paramLabel = "DEST",
            description = "Destination of the dump: a directory, s3://BUCKET/PREFIX, or ia://ITEM-{date}. Repeatable.")
    private List<String> to = List.of();

    @Option(
            names = "--endpoint",
            paramLabel = "URL",
            description = "Endpoint of an S3-compatible store other than Amazon S3.")
    private @Nullable String endpoint;

    @Option(names = "--region", description = "Region of the bucket.")
    private @Nullable String region;

    @Option(
            names = "--untried-public-url",
            description = "Do not probe --public-url before the first export; for a host that is not reachable yet.")
    private boolean untriedPublicUrl;

    @Option(names = "--path-style", description = "Use path-style bucket URLs.")
    private boolean pathStyle;

    @Option(names = "--public-url", paramLabel = "URL", description = "Public URL of the destination.")
    private @Nullable String publicUrl;

    @Option(
            names = "--access-key",
            paramLabel = "REF",
            description = "Access key of S3 or the Internet Archive, " + REFERENCE)
    private @Nullable String accessKey;

    @Option(
            names = "--secret-key",
            paramLabel = "REF",
            description = "Secret key for the access key, given the same way.")
    private @Nullable String secretKey;

    @Option(names = "--state", paramLabel = "FOLDER", description = "Folder for state between runs.")
    private @Nullable String state;

    @Option(
            names = "--dataset",
            paramLabel = "NAME",
            description = "Name of the dataset. Default: the index name if valid.")
    private @Nullable String dataset;

    @Option(names = "--title", description = "Title of the dataset.")
    private @Nullable String title;

    @Option(names = "--license", paramLabel = "SPDX", description = "Licence of the data, such as CC0-1.0.")
    private @Nullable String license;

    @Option(
            names = "--license-name",
            paramLabel = "NAME",
            description = "Name of a licence that SPDX does not list, with --license-url.")
    private @Nullable String licenseName;

    @Option(names = "--license-url", paramLabel = "URL", description = "URL of the text of that licence.")
    private @Nullable String licenseUrl;

    @Option(
            names = "--include",
            split = ",",
            paramLabel = "FIELD",
            description = "Publish these fields, and stop at any unlisted field; * and ** as in a schedule.")
    private @Nullable List<String> include;

    @Option(
            names = "--exclude",
            split = ",",
            paramLabel = "FIELD",
            description = "Withhold these fields and everything below them.")
    private @Nullable List<String> exclude;

    @Option(
            names = "--unlisted",
            paramLabel = "POLICY",
            description = "Unlisted fields: stop (default with rules), withhold or publish.")
    private @Nullable String unlisted;

    @Option(
            names = "--format",
            split = ",",
            paramLabel = "FORMAT",
            description = "jsonl (default), csv, bulk, tar, or a comma-separated list.")
    private List<String> formats = List.of("jsonl");

    @Option(
            names = "--columns",
            split = ",",
            paramLabel = "FIELD",
            description = "Columns of a CSV. Default: every mapped field.")
    private @Nullable List<String> columns;

    @Option(
            names = "--with-id",
            description =
                    "Write each document's id: as column _id in csv; with _index, _routing and _source in jsonl and"
                            + " tar. Always written in bulk.")
    private boolean withId;

    @Option(names = "--compression", description = "gzip (default), zstd, xz, bzip2 or none.")
    private @Nullable String compression;

    @Option(names = "--level", description = "Compression level. Default: that of the codec.")
    private @Nullable Integer level;

    @Option(names = "--part-documents", paramLabel = "N", description = "Maximum number of documents per file.")
    private @Nullable Long partDocuments;

    @Option(names = "--part-bytes", paramLabel = "SIZE", description = "Maximum size of a file, such as 1GiB.")
    private @Nullable String partBytes;

    @Option(names = "--md5-and-sha1", description = "Also MD5 and SHA-1 of each file in the manifest.")
    private boolean md5AndSha1;

    /** The schedule that the arguments name or describe, validated. */
    ScheduleFile schedule() throws SpillwayException {
        if (file == null) {
            return fromFlagsChecked();
        }
        List<String> both = Stream.of(spec.commandLine().getParseResult().matchedOptions())
                .flatMap(List::stream)
                .filter(option -> option.userObject() != null && belongsHere(option.longestName()))
                .map(option -> option.longestName())
                .toList();
        if (!both.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    String.join(", ", both) + " cannot be combined with a schedule file: write it into " + file);
        }
        return ConfigFile.read(file, ScheduleFile.class);
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
            put(s3, "endpoint", endpoint);
            put(s3, "region", region);
            s3.put("path-style", pathStyle);
            put(s3, "public-url", publicUrl);
            s3.put("try-public-url", !untriedPublicUrl);
            put(s3, "access-key", accessKey);
            put(s3, "secret-key", secretKey);
        } else if (place.startsWith(ARCHIVE)) {
            ObjectNode archive = entry.putObject("internet-archive");
            archive.put("item", place.substring(ARCHIVE.length()));
            put(archive, "access-key", accessKey);
            put(archive, "secret-key", secretKey);
        } else {
            entry.put("directory", place);
            put(entry, "public-url", publicUrl);
            entry.put("try-public-url", !untriedPublicUrl);
        }
    }

    /** Reports the problems of a schedule without a file by the options that correspond to its keys. */
    private ScheduleFile fromFlagsChecked() throws SpillwayException {
        String place = "command line";
        try {
            return ConfigFile.readText(fromFlags().toString(), place, ScheduleFile.class);
        } catch (SpillwayException e) {
            String message = String.valueOf(e.getMessage()).replace(place + ":1: ", "");
            message = POINTER.matcher(message).replaceAll(found -> Matcher.quoteReplacement(option(found.group())));
            String command = spec.commandLine().getCommandSpec().qualifiedName();
            throw new SpillwayException(e.fault(), message, "see " + command + " --help", e);
        }
    }

    /** The option that sets the key with this pointer, and which of several; the pointer if no option sets it. */
    private String option(String pointer) {
        String option = OPTIONS.getOrDefault(pointer.replaceAll("/\\d+(?=/|$)", "/*"), pointer);
        return option.equals(TO) && to.size() > 1
                ? TO + " number " + (1 + Integer.parseInt(pointer.split("/", -1)[2]))
                : option;
    }

    private static boolean belongsHere(String option) {
        return Stream.of(ScheduleArguments.class, SourceArguments.class)
                .flatMap(type -> Stream.of(type.getDeclaredFields()))
                .map(field -> field.getAnnotation(Option.class))
                .anyMatch(annotation ->
                        annotation != null && List.of(annotation.names()).contains(option));
    }

    private ObjectNode fromFlags() {
        List<String> missing = Stream.of(
                        source.hasCluster() ? "" : "--elasticsearch or --opensearch",
                        source.index() == null ? "--index" : "",
                        to.isEmpty() ? "--to" : "")
                .filter(name -> !name.isEmpty())
                .toList();
        if (!missing.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    missing.size() == 3
                            ? "name a schedule file, or set --elasticsearch or --opensearch, --index and --to"
                            : String.join(" and ", missing) + " must be set too");
        }
        requireOneMeaning();
        ObjectNode schedule = JSON.createObjectNode();
        schedule.put("dataset", datasetName());
        put(schedule, "title", title);
        if (licenseName == null && licenseUrl == null) {
            put(schedule, "license", license);
        } else {
            ObjectNode custom = schedule.putObject("license");
            put(custom, "spdx", license);
            put(custom, "name", licenseName);
            put(custom, "url", licenseUrl);
        }
        source.fill(schedule.putObject("source"));
        ObjectNode fields = schedule.putObject("fields");
        put(fields, "include", include);
        put(fields, "exclude", exclude);
        put(fields, "unlisted", unlisted);
        ArrayNode all = schedule.putArray("formats");
        for (String name : formats) {
            ObjectNode format = all.addObject().putObject(name);
            put(format, "compression", compression);
            if (level != null) {
                format.put("level", level);
            }
            if (name.equals("csv")) {
                put(format, "columns", columns);
            }
            if (withId && !name.equals("bulk")) {
                format.put("id", "_id");
            }
        }
        ObjectNode parts = schedule.putObject("parts");
        if (partDocuments != null) {
            parts.put("documents", partDocuments);
        }
        put(parts, "bytes", partBytes);
        if (md5AndSha1) {
            parts.put("md5-and-sha1", true);
        }
        ArrayNode destinations = schedule.putArray("destinations");
        to.forEach(place -> destination(destinations.addObject(), place));
        put(schedule, "state", state);
        return schedule;
    }

    /**
     * Refuses options without effect, keys of one destination that would be sent to another, and one URL for several
     * destinations.
     */
    private void requireOneMeaning() {
        if (columns != null && !formats.contains("csv")) {
            throw new ParameterException(
                    spec.commandLine(), "--columns has no effect without --format csv: " + String.join(",", formats));
        }
        boolean toBucket = to.stream().anyMatch(place -> place.startsWith(S3));
        boolean toArchive = to.stream().anyMatch(place -> place.startsWith(ARCHIVE));
        boolean onlyArchive = to.stream().allMatch(place -> place.startsWith(ARCHIVE));
        Map<String, Boolean> without = new LinkedHashMap<>();
        without.put("--endpoint", endpoint != null && !toBucket);
        without.put("--region", region != null && !toBucket);
        without.put("--path-style", pathStyle && !toBucket);
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

    private String datasetName() {
        if (dataset != null) {
            return dataset;
        }
        String index = source.index();
        if (index != null && Dataset.isName(index)) {
            return index;
        }
        throw new ParameterException(
                spec.commandLine(),
                "index \"" + index + "\" is not a valid dataset name: set one with --dataset, of a-z, 0-9 and -");
    }

    private static Map<String, String> options() {
        Map<String, String> options = new LinkedHashMap<>();
        options.put("/license/spdx", "--license");
        options.put("/license/name", "--license-name");
        options.put("/license/url", "--license-url");
        for (String key : List.of("dataset", "title", "license")) {
            options.put("/" + key, "--" + key);
        }
        for (String key : List.of("include", "exclude", "unlisted")) {
            options.put("/fields/" + key, "--" + key);
        }
        options.put("/source/politeness/lanes", "--lanes");
        options.put("/source/politeness/max-share", "--max-share");
        for (String key : List.of(
                "elasticsearch",
                "opensearch",
                "cloud-id",
                "api-key",
                "username",
                "password",
                "bearer-token",
                "ca-file",
                "fingerprint",
                "client-certificate",
                "client-key",
                "client-key-password",
                "proxy",
                "index",
                "query",
                "slices",
                "preference",
                "routing",
                "not-utf8",
                "vectors")) {
            options.put("/source/" + key, "--" + key);
        }
        options.put("/source/headers", "--header");
        options.put("/source/aws/region", "--aws-region");
        options.put("/source/aws/service", "--aws-service");
        for (String format : List.of("jsonl", "bulk", "csv", "tar")) {
            options.put("/formats/*/" + format + "/compression", "--compression");
            options.put("/formats/*/" + format + "/level", "--level");
        }
        options.put("/formats/*", "--format");
        options.put("/parts/documents", "--part-documents");
        options.put("/parts/bytes", "--part-bytes");
        options.put("/parts/md5-and-sha1", "--md5-and-sha1");
        for (String key : List.of("endpoint", "region", "public-url", "access-key", "secret-key")) {
            options.put(DESTINATION + "/s3/" + key, "--" + key);
        }
        for (String key : List.of("access-key", "secret-key")) {
            options.put(DESTINATION + "/internet-archive/" + key, "--" + key);
        }
        options.put(DESTINATION + "/public-url", "--public-url");
        for (String kind : List.of(
                "", "/directory", "/s3/bucket", "/s3/prefix", "/s3", "/internet-archive/item", "/internet-archive")) {
            options.put(DESTINATION + kind, TO);
        }
        options.put("/state", "--state");
        return options;
    }

    static void put(ObjectNode node, String key, @Nullable String value) {
        if (value != null) {
            node.put(key, value);
        }
    }

    private static void put(ObjectNode node, String key, @Nullable List<String> values) {
        if (values != null) {
            ArrayNode array = node.putArray(key);
            values.forEach(array::add);
        }
    }
}
