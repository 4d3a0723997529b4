package io.spillway.cli;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.fields.Blur;
import io.spillway.fields.FieldPolicy;
import io.spillway.fields.FieldPolicy.FieldDecision;
import io.spillway.schedule.ScheduleFile;
import io.spillway.source.Document;
import io.spillway.source.SourceSurvey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * {@code spillway plan}: what an export would do, found out without touching anything. Ends as the export would where
 * fields are undecided.
 */
@Command(
        name = "plan",
        mixinStandardHelpOptions = true,
        description = "Says what an export would do: indices, documents, slices, fields, disk. Touches nothing.")
final class PlanCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ScheduleArguments arguments = new ScheduleArguments();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws SpillwayException {
        ScheduleFile schedule = arguments.schedule();
        try (var source = Wiring.source(schedule)) {
            SourceSurvey survey = source.survey();
            long compressed = Math.round(survey.estimatedBytes() * ratio(survey));
            if (output.json) {
                printJson(schedule, survey, compressed);
            } else {
                printText(schedule, survey, compressed);
            }
            spec.commandLine().getOut().flush();
            schedule.fields().toPolicy().require(survey.description().fields(), source.name());
        }
        spec.commandLine().getOut().flush();
        return 0;
    }

    private void printText(ScheduleFile schedule, SourceSurvey survey, long compressed) throws SpillwayException {
        PrintWriter out = spec.commandLine().getOut();
        var source = survey.description();
        out.printf("dataset       %s%n", schedule.dataset());
        out.printf("source        %s at %s%n", source.name(), schedule.source().elasticsearch());
        out.printf(
                "server        %s %s%n",
                source.product(), source.version() == null ? "(version not shown to this user)" : source.version());
        out.printf("indices       %s%n", String.join(", ", source.indices()));
        out.printf(
                "documents     %s%s%n",
                Amounts.count(survey.documents()), source.filtered() ? " (a query leaves others out)" : "");
        out.printf("slices        %d in %d lanes, over %d shards%n", survey.slices(), survey.lanes(), source.shards());
        out.printf(
                "disk          about %s as gzip level 6, %s uncompressed, estimated from %d documents%n",
                Amounts.bytes(compressed), Amounts.bytes(survey.estimatedBytes()), survey.sampleDocuments());
        Path directory = directory(schedule);
        out.printf("destination   %s (%s free)%n", directory, Amounts.bytes(free(directory)));
        List<FieldDecision> fields = schedule.fields().toPolicy().decide(source.fields());
        out.printf("fields        %s%n", counts(fields, schedule.fields().toPolicy()));
        for (FieldDecision field : fields) {
            out.printf(
                    "  %-11s %s (%s)%s%n",
                    word(field, schedule.fields().toPolicy()), field.path(), field.type(), because(field));
        }
    }

    private static String counts(List<FieldDecision> fields, FieldPolicy policy) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (String word : List.of("published", "blurred", "withheld", "undecided")) {
            counts.put(word, 0);
        }
        fields.forEach(field -> counts.merge(word(field, policy), 1, Integer::sum));
        return counts.entrySet().stream()
                .filter(count -> count.getValue() > 0 || count.getKey().equals("published"))
                .map(count -> count.getValue() + " " + count.getKey())
                .collect(Collectors.joining(", "));
    }

    /** What becomes of a field, what nobody decided on included. */
    private static String word(FieldDecision field, FieldPolicy policy) {
        return switch (field.decision().kind()) {
            case PUBLISHED -> "published";
            case BLURRED -> "blurred";
            case WITHHELD -> "withheld";
            case UNDECIDED ->
                switch (policy.unlisted()) {
                    case PUBLISH -> "published";
                    case WITHHOLD -> "withheld";
                    case STOP -> "undecided";
                };
        };
    }

    private static String because(FieldDecision field) {
        Blur blur = field.decision().blur();
        String rule = field.decision().rule();
        return (blur == null ? "" : " by " + blur.name()) + (rule == null ? "" : "   rule: " + rule);
    }

    private void printJson(ScheduleFile schedule, SourceSurvey survey, long compressed) throws SpillwayException {
        var source = survey.description();
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("type", "plan");
        line.put("dataset", schedule.dataset());
        line.put("index", source.name());
        line.put("indices", source.indices());
        line.put("documents", survey.documents());
        line.put("filtered", source.filtered());
        line.put("shards", source.shards());
        line.put("slices", survey.slices());
        line.put("lanes", survey.lanes());
        line.put("estimated_bytes", compressed);
        line.put("estimated_bytes_uncompressed", survey.estimatedBytes());
        FieldPolicy policy = schedule.fields().toPolicy();
        List<Map<String, Object>> fields = new ArrayList<>();
        for (FieldDecision field : policy.decide(source.fields())) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("path", field.path());
            row.put("type", field.type());
            row.put("decision", word(field, policy));
            row.put("rule", field.decision().rule());
            Blur blur = field.decision().blur();
            row.put("blur", blur == null ? null : blur.name());
            fields.add(row);
        }
        line.put("fields", fields);
        line.put("destination", directory(schedule).toString());
        line.put("destination_free_bytes", free(directory(schedule)));
        spec.commandLine().getOut().println(JsonText.line(line));
    }

    private static Path directory(ScheduleFile schedule) {
        Path directory = schedule.destinations().get(0).directory();
        if (directory == null) {
            throw new IllegalStateException("a destination without a directory does not pass the checks");
        }
        return directory.toAbsolutePath().normalize();
    }

    /** Free bytes where the directory is, or would be made. */
    private static long free(Path directory) throws SpillwayException {
        Path there = directory;
        while (!Files.exists(there) && there.getParent() != null) {
            there = there.getParent();
        }
        try {
            return Files.getFileStore(there).getUsableSpace();
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE, "cannot look at " + there + ": " + e.getMessage(), null, e);
        }
    }

    /** What gzip makes of the sample: good enough to know whether a disk is large enough, and said to be an estimate. */
    private static double ratio(SourceSurvey survey) throws SpillwayException {
        if (survey.sampleBytes() == 0) {
            return 1;
        }
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(compressed)) {
            for (Document document : survey.sample()) {
                document.writeSource(out);
                out.write('\n');
            }
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory cannot fail", e);
        }
        return (double) compressed.size() / survey.sampleBytes();
    }
}
