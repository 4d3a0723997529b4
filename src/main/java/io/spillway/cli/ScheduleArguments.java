package io.spillway.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spillway.config.ConfigFile;
import io.spillway.dataset.Dataset;
import io.spillway.fault.SpillwayException;
import io.spillway.schedule.ScheduleFile;
import java.nio.file.Path;
import java.util.List;
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
@SuppressWarnings("UnusedVariable") // ScheduleTree reads the fields.
final class ScheduleArguments {
    /** The forms of a secret on a command line, for help texts. */
    static final String REFERENCE = "as '$${env:NAME}' or '$${file:PATH}'.";

    /** The place of a problem in the tree that the options become. */
    private static final Pattern POINTER = Pattern.compile("(?<![\\w/:.])(?:/[\\w-]+)+(?=:)");

    private static final ScheduleTree TREE = new ScheduleTree(
            ScheduleArguments.class, SourceArguments.class, FormatArguments.class, DestinationArguments.class);

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private SourceArguments source = new SourceArguments();

    @Mixin
    private FormatArguments formats = new FormatArguments();

    @Mixin
    private DestinationArguments destinations = new DestinationArguments();

    @Parameters(arity = "0..1", paramLabel = "SCHEDULE.yaml", description = "A dataset's schedule file.")
    private @Nullable Path file;

    @SetsKey("/state")
    @Option(names = "--state", paramLabel = "FOLDER", description = "Folder for state between runs.")
    private @Nullable String state;

    @SetsKey("/dataset")
    @Option(
            names = "--dataset",
            paramLabel = "NAME",
            description = "Name of the dataset. Default: the index name if valid.")
    private @Nullable String dataset;

    @SetsKey("/title")
    @Option(names = "--title", description = "Title of the dataset.")
    private @Nullable String title;

    @SetsKey({"/license", "/license/spdx"})
    @Option(names = "--license", paramLabel = "SPDX", description = "Licence of the data, such as CC0-1.0.")
    private @Nullable String license;

    @SetsKey("/license/name")
    @Option(
            names = "--license-name",
            paramLabel = "NAME",
            description = "Name of a licence that SPDX does not list, with --license-url.")
    private @Nullable String licenseName;

    @SetsKey("/license/url")
    @Option(names = "--license-url", paramLabel = "URL", description = "URL of the text of that licence.")
    private @Nullable String licenseUrl;

    @SetsKey("/fields/include")
    @Option(
            names = "--include",
            split = ",",
            paramLabel = "FIELD",
            description = "Publish these fields, and stop at any unlisted field; * and ** as in a schedule.")
    private @Nullable List<String> include;

    @SetsKey("/fields/exclude")
    @Option(
            names = "--exclude",
            split = ",",
            paramLabel = "FIELD",
            description = "Withhold these fields and everything below them.")
    private @Nullable List<String> exclude;

    @SetsKey("/fields/unlisted")
    @Option(
            names = "--unlisted",
            paramLabel = "POLICY",
            description = "Unlisted fields: stop (default with rules), withhold or publish.")
    private @Nullable String unlisted;

    @SetsKey("/changes/key")
    @Option(
            names = "--changes",
            paramLabel = "KEY",
            description = "Also the changes since the dump before; KEY is _id (with --with-id) or a published field.")
    private @Nullable String changes;

    @SetsKey("/parts/documents")
    @Option(names = "--part-documents", paramLabel = "N", description = "Maximum number of documents per file.")
    private @Nullable Long partDocuments;

    @SetsKey("/parts/bytes")
    @Option(names = "--part-bytes", paramLabel = "SIZE", description = "Maximum size of a file, such as 1GiB.")
    private @Nullable String partBytes;

    @SetsKey("/parts/md5-and-sha1")
    @Option(names = "--md5-and-sha1", description = "Also MD5 and SHA-1 of each file in the manifest.")
    private boolean md5AndSha1;

    /**
     * A schedule with its text.
     *
     * @param schedule validated
     * @param text     with unresolved references
     * @param name     in messages
     */
    record Described(ScheduleFile schedule, String text, String name) {}

    /** The schedule that the arguments name or describe, validated. */
    ScheduleFile schedule() throws SpillwayException {
        return described().schedule();
    }

    /** The same with its text. */
    Described described() throws SpillwayException {
        if (file == null) {
            return fromFlagsChecked();
        }
        List<String> both = Stream.of(spec.commandLine().getParseResult().matchedOptions())
                .flatMap(List::stream)
                .filter(option -> option.userObject() != null && TREE.has(option.longestName()))
                .map(option -> option.longestName())
                .toList();
        if (!both.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    String.join(", ", both) + " cannot be combined with a schedule file: write it into " + file);
        }
        String text = ConfigFile.text(file);
        return new Described(ConfigFile.readText(text, file.toString(), ScheduleFile.class), text, file.toString());
    }

    /** Reports the problems of a schedule without a file by the options that correspond to its keys. */
    private Described fromFlagsChecked() throws SpillwayException {
        String place = "command line";
        try {
            String text = fromFlags().toString();
            return new Described(ConfigFile.readText(text, place, ScheduleFile.class), text, place);
        } catch (SpillwayException e) {
            String message = String.valueOf(e.getMessage()).replace(place + ":1: ", "");
            message = POINTER.matcher(message).replaceAll(found -> Matcher.quoteReplacement(option(found.group())));
            String command = spec.commandLine().getCommandSpec().qualifiedName();
            throw new SpillwayException(e.fault(), message, "see " + command + " --help", e);
        }
    }

    /** The option that sets the key with this pointer, and which of several; the pointer if no option sets it. */
    private String option(String pointer) {
        String option = TREE.option(pointer).orElse(pointer);
        return option.equals(DestinationArguments.TO) && destinations.count() > 1
                ? option + " number " + (1 + Integer.parseInt(pointer.split("/", -1)[2]))
                : option;
    }

    private ObjectNode fromFlags() {
        List<String> missing = Stream.of(
                        source.hasPlace() ? "" : "--elasticsearch, --opensearch or --snapshot-repository",
                        source.index() == null ? "--index" : "",
                        destinations.count() == 0 ? "--to" : "")
                .filter(name -> !name.isEmpty())
                .toList();
        if (!missing.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    missing.size() == 3
                            ? "name a schedule file, or set --elasticsearch, --opensearch or --snapshot-repository, --index and --to"
                            : String.join(" and ", missing) + " must be set too");
        }
        ObjectNode schedule = ScheduleTree.JSON.createObjectNode();
        ScheduleTree.fill(schedule, this);
        schedule.put("dataset", datasetName());
        if (schedule.has("license")) {
            ScheduleTree.put(schedule.withObject("/license"), "spdx", license);
        } else {
            ScheduleTree.put(schedule, "license", license);
        }
        source.fill(schedule);
        formats.fill(schedule);
        destinations.fill(schedule);
        return schedule;
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
}
