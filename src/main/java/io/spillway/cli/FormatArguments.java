package io.spillway.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that set the list {@code formats} of a schedule. */
final class FormatArguments {
    private static final String CSV = "csv";
    private static final String PARQUET = "parquet";

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @SetsKey("/formats/*")
    @Option(
            names = "--format",
            split = ",",
            paramLabel = "FORMAT",
            description = "jsonl (default), csv, bulk, tar, parquet, or a comma-separated list.")
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
                    "Write each document's id: as column _id in csv and parquet; with _index, _routing and _source in jsonl and"
                            + " tar. Always written in bulk.")
    private boolean withId;

    @SetsKey({
        "/formats/*/jsonl/compression",
        "/formats/*/bulk/compression",
        "/formats/*/csv/compression",
        "/formats/*/tar/compression"
    })
    @Option(
            names = "--compression",
            description =
                    "gzip (default), zstd, xz, bzip2 or none. Not for parquet, which compresses inside its files.")
    private @Nullable String compression;

    @SetsKey({
        "/formats/*/jsonl/level",
        "/formats/*/bulk/level",
        "/formats/*/csv/level",
        "/formats/*/tar/level",
        "/formats/*/parquet/level"
    })
    @Option(names = "--level", description = "Compression level. Default: that of the codec.")
    private @Nullable Integer level;

    @SetsKey("/formats/*/parquet/list")
    @Option(
            names = "--list",
            split = ",",
            paramLabel = "FIELD",
            description = "Fields that are lists in parquet. Default: those that were arrays in the previous dump.")
    private @Nullable List<String> lists;

    @SetsKey("/formats/*/parquet/dates")
    @Option(
            names = "--dates",
            paramLabel = "FORM",
            description = "Dates in parquet: text (default), or timestamp in UTC.")
    private @Nullable String dates;

    @SetsKey("/formats/*/parquet/source")
    @Option(names = "--with-source", description = "Write each whole document in parquet, in the column _source.")
    private boolean withSource;

    /** Writes the formats to a schedule. */
    void fill(ObjectNode schedule) {
        if (columns != null && !formats.contains(CSV)) {
            throw new ParameterException(
                    spec.commandLine(), "--columns has no effect without --format csv: " + String.join(",", formats));
        }
        if ((lists != null || dates != null || withSource) && !formats.contains(PARQUET)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--list, --dates and --with-source have no effect without --format parquet: "
                            + String.join(",", formats));
        }
        if (compression != null && formats.stream().allMatch(PARQUET::equals)) {
            throw new ParameterException(
                    spec.commandLine(), "--compression has no effect on parquet, which compresses inside its files");
        }
        ArrayNode all = schedule.putArray("formats");
        for (String name : formats) {
            ObjectNode format = all.addObject().putObject(name);
            ScheduleTree.put(format, "compression", name.equals(PARQUET) ? null : compression);
            ScheduleTree.put(format, "level", level);
            ScheduleTree.put(format, "columns", name.equals(CSV) ? columns : null);
            if (name.equals(PARQUET)) {
                ScheduleTree.put(format, "list", lists);
                ScheduleTree.put(format, "dates", dates);
                ScheduleTree.put(format, "source", withSource ? true : null);
            }
            ScheduleTree.put(format, "id", withId && !name.equals("bulk") ? "_id" : null);
        }
    }
}
