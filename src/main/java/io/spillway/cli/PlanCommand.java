package io.spillway.cli;

import io.spillway.compress.Compression;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.fields.Blur;
import io.spillway.fields.FieldFilter;
import io.spillway.fields.FieldPath;
import io.spillway.fields.FieldPolicy;
import io.spillway.fields.FieldPolicy.FieldDecision;
import io.spillway.fields.Where;
import io.spillway.pipeline.HeapRoom;
import io.spillway.pipeline.PartFormat;
import io.spillway.pipeline.SizeEstimate;
import io.spillway.progress.Amounts;
import io.spillway.run.Destinations;
import io.spillway.run.DumpBefore;
import io.spillway.run.DumpFormats;
import io.spillway.run.ScheduleCheck;
import io.spillway.run.Sources;
import io.spillway.schedule.ArchiveSection;
import io.spillway.schedule.DestinationSection;
import io.spillway.schedule.S3Section;
import io.spillway.schedule.ScheduleFile;
import io.spillway.source.Document;
import io.spillway.source.SourceDescription;
import io.spillway.source.SourceSurvey;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * {@code spillway plan}: reports what an export would do, without writing anything. Fails as the export would if fields
 * are undecided.
 */
@Command(
        name = "plan",
        mixinStandardHelpOptions = true,
        description = "Shows what an export would do: indices, documents, slices, fields, disk space. Writes nothing.")
final class PlanCommand implements Callable<Integer> {
    /** The most snapshots of a repository that the text names. */
    private static final int SNAPSHOTS = 10;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ScheduleArguments arguments = new ScheduleArguments();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws SpillwayException {
        ScheduleFile schedule = arguments.schedule();
        DumpBefore before = DumpBefore.of(schedule);
        try (var source = Sources.open(schedule)) {
            SourceSurvey survey = source.survey();
            FieldPolicy policy = schedule.fields().toPolicy();
            List<SizeEstimate> sizes = List.of();
            SpillwayException undecided = null;
            try {
                policy.require(survey.description().fields(), source.name());
                SourceSurvey selected =
                        selected(survey, new Where(schedule.source().where()));
                sizes = sizes(schedule, survey.description(), before, published(selected, policy));
            } catch (SpillwayException e) {
                if (e.fault() != Fault.FIELD_POLICY) {
                    throw e;
                }
                // Print the whole table first: it is needed to decide.
                undecided = e;
            }
            if (output.json) {
                printJson(schedule, survey, sizes, before);
            } else {
                printText(schedule, survey, sizes, before);
            }
            spec.commandLine().getOut().flush();
            if (undecided != null) {
                throw undecided;
            }
        }
        return 0;
    }

    private static List<SizeEstimate> sizes(
            ScheduleFile schedule, SourceDescription found, DumpBefore before, SourceSurvey published)
            throws SpillwayException {
        List<PartFormat> formats = DumpFormats.of(schedule, found, before.manifest());
        OptionalLong compared =
                schedule.changes() == null ? OptionalLong.empty() : OptionalLong.of(published.documents());
        HeapRoom.require(published.lanes(), proofBytes(published), formats, compared);
        List<SizeEstimate> sizes = new ArrayList<>();
        for (PartFormat format : formats) {
            sizes.add(SizeEstimate.of(format, published));
        }
        return sizes;
    }

    private static long proofBytes(SourceSurvey survey) {
        return HeapRoom.proofBytes(survey.slices(), survey.description().shards(), survey.documents());
    }

    /** The documents that would be published, by the share of them in the sample. */
    private static SourceSurvey selected(SourceSurvey survey, Where where) {
        List<Document> sample = survey.sample().stream().filter(where::selects).toList();
        return survey.of(survey.description(), sample)
                .withDocuments(
                        sample.size() == survey.sample().size()
                                ? survey.documents()
                                : Math.round((double) survey.documents()
                                        * sample.size()
                                        / survey.sample().size()));
    }

    /** The part of a survey that would be published. Fails if a sample document has an undecided field. */
    private static SourceSurvey published(SourceSurvey survey, FieldPolicy policy) throws SpillwayException {
        SourceDescription found = survey.description();
        FieldFilter filter = policy.filter(found.fields());
        List<Document> sample = new ArrayList<>();
        for (Document document : survey.sample()) {
            sample.add(filter.apply(document).copy());
        }
        return survey.of(found.withFields(policy.published(found.fields())), sample);
    }

    /**
     * The limits of the Internet Archive that a dump of this size breaks; a slice has at least one part of each format.
     */
    private static List<String> archiveWarnings(ScheduleFile schedule, SourceSurvey survey, List<SizeEstimate> sizes) {
        if (schedule.destinations().stream().allMatch(each -> each.internetArchive() == null)) {
            return List.of();
        }
        long files = 0;
        for (SizeEstimate size : sizes) {
            long full = Math.max(
                    survey.documents() / schedule.parts().documents(),
                    size.bytes() / schedule.parts().bytes().bytes());
            files += Math.max(survey.slices(), full);
        }
        return Destinations.archiveWarnings(
                total(sizes, SizeEstimate::bytes), (int) Math.min(files, Integer.MAX_VALUE));
    }

    private void printText(ScheduleFile schedule, SourceSurvey survey, List<SizeEstimate> sizes, DumpBefore before)
            throws SpillwayException {
        PrintWriter out = spec.commandLine().getOut();
        var source = survey.description();
        out.printf("dataset       %s%n", schedule.dataset());
        var dataset = schedule.toDataset();
        out.printf("licence       %s%n", ShowCommand.license(dataset.license(), dataset.customLicense()));
        SourceDescription.Kept kept = source.reading().kept();
        if (kept == null) {
            out.printf(
                    "source        %s at %s%n", source.name(), schedule.source().url());
        } else {
            printSnapshots(out, schedule, survey, kept);
        }
        out.printf(
                "server        %s %s%n",
                source.product(),
                source.version() != null
                        ? source.version()
                        : kept != null ? "(version not stored in the snapshot)" : "(version not shown to this user)");
        out.printf("indices       %s%n", String.join(", ", source.indices()));
        out.printf(
                "documents     %s%s%n",
                Amounts.count(survey.documents()), source.filtered() ? " (selected by a query)" : "");
        if (!schedule.source().where().isEmpty()) {
            SourceSurvey selected = selected(survey, new Where(schedule.source().where()));
            out.printf(
                    "where         %s: %d of %d sampled documents, so about %s%n",
                    schedule.source().where(),
                    selected.sample().size(),
                    survey.sample().size(),
                    Amounts.count(selected.documents()));
        }
        out.printf("slices        %d in %d lanes, over %d shards%n", survey.slices(), survey.lanes(), source.shards());
        out.printf(
                "proof         of each document exactly once: at most %s of heap%n", Amounts.bytes(proofBytes(survey)));
        Instant now = source.reading().now();
        if (now != null) {
            out.printf("now           %s in the query; an export uses the time of its snapshot%n", now);
        }
        if (source.reading().vectorsRebuilt()) {
            out.printf("vectors       rebuilt by the server; digits may differ from the indexed numbers%n");
        }
        if (survey.keepAlive().compareTo(SourceSurvey.KEEP_ALIVE) < 0) {
            out.printf("keep-alive    %s, the maximum of the cluster%n", Amounts.duration(survey.keepAlive()));
        }
        String label = "disk";
        for (SizeEstimate size : sizes) {
            out.printf(
                    "%-14sabout %s as %s, %s uncompressed%n",
                    label, Amounts.bytes(size.bytes()), words(size), Amounts.bytes(size.bytesUncompressed()));
            label = "";
        }
        long bytes = total(sizes, SizeEstimate::bytes);
        if (sizes.isEmpty()) {
            out.printf("disk          not estimated while fields are undecided%n");
        } else {
            out.printf(
                    "              about %s in total, estimated from %d documents%n",
                    Amounts.bytes(bytes), survey.sampleDocuments());
        }
        before.mostInRest().forEach(each -> out.println("_rest         " + each));
        if (schedule.changes() != null) {
            PlannedChanges.print(out, survey, sizes);
        }
        archiveWarnings(schedule, survey, sizes).forEach(warning -> out.println("archive       " + warning));
        PlannedRoom room = PlannedRoom.of(schedule, survey, bytes);
        label = "destination";
        for (DestinationSection section : schedule.destinations()) {
            out.printf(
                    "%-14s%s%n",
                    label, section.directory() == null ? describe(section) : room.directory() + " " + room.text());
            label = "";
        }
        room.printHome(out);
        if (Destinations.isSpooled(schedule)) {
            out.printf("spool         %s %s%n", room.directory(), room.text());
        }
        DumpFormats.idsRevealDates(schedule, source).ifPresent(warning -> out.println("ids           " + warning));
        List<FieldDecision> fields = schedule.fields().toPolicy().decide(source.fields());
        out.printf("fields        %s%n", counts(fields, schedule.fields().toPolicy()));
        for (FieldDecision field : fields) {
            out.printf(
                    "  %-11s %s (%s)%s%n",
                    word(field, schedule.fields().toPolicy()),
                    FieldPath.shown(field.path()),
                    field.type(),
                    because(field));
        }
    }

    /** The repository, the snapshot that is read, and the others. */
    private static void printSnapshots(
            PrintWriter out, ScheduleFile schedule, SourceSurvey survey, SourceDescription.Kept kept) {
        var repository = Objects.requireNonNull(schedule.source().snapshotRepository(), "a snapshot of a cluster");
        out.printf(
                "source        %s in the snapshot repository %s%n",
                survey.description().name(),
                repository.s3() == null
                        ? repository.directory()
                        : repository.s3().name());
        out.printf("snapshot      %s, each shard from an instant until %s%n", kept.name(), kept.takenUntil());
        survey.snapshots().stream()
                .limit(SNAPSHOTS)
                .forEach(each ->
                        out.printf("  %-11s %s%n", each.read() ? "read" : "not read", each.describe(Instant.now())));
        if (survey.snapshots().size() > SNAPSHOTS) {
            out.printf("              and %d more%n", survey.snapshots().size() - SNAPSHOTS);
        }
        SourceSurvey.Volume volume = survey.volume();
        if (volume != null) {
            out.printf(
                    "reads         about %s of %s in the files of these indices%s%n",
                    Amounts.bytes(volume.needed()),
                    Amounts.bytes(volume.bytes()),
                    volume.fetched() == null
                            ? ""
                            : "; this plan fetched %s in %d requests"
                                    .formatted(
                                            Amounts.bytes(volume.fetched().bytes()),
                                            volume.fetched().requests()));
        }
        out.printf("security      %s%n", ScheduleCheck.NO_SECURITY);
    }

    private static Map<String, Object> facts(SourceSurvey.KeptSnapshot snapshot) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("name", snapshot.name());
        facts.put("state", snapshot.state());
        facts.put(
                "started",
                snapshot.started() == null ? null : snapshot.started().toString());
        facts.put("read", snapshot.read());
        return facts;
    }

    /** Where a dump is sent to, and its public URL there. */
    private static String describe(DestinationSection section) {
        S3Section s3 = section.s3();
        if (s3 != null) {
            return "s3://%s/%s%s, %s"
                    .formatted(
                            s3.access().bucket(),
                            s3.prefix() == null ? "" : s3.prefix(),
                            s3.access().endpoint() == null
                                    ? ""
                                    : " at " + s3.access().endpoint(),
                            s3.publicUrl() == null ? "no public-url" : "fetched from " + s3.publicUrl());
        }
        ArchiveSection archive = Objects.requireNonNull(section.internetArchive(), "a destination without a kind");
        return "ia://%s, an item for each dump, in collection %s".formatted(archive.item(), archive.collection());
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

    /** The decision on a field, with the policy's default for unlisted fields. */
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

    private void printJson(ScheduleFile schedule, SourceSurvey survey, List<SizeEstimate> sizes, DumpBefore before)
            throws SpillwayException {
        var source = survey.description();
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("type", "plan");
        line.put("dataset", schedule.dataset());
        var dataset = schedule.toDataset();
        line.put("license", dataset.license());
        line.put("custom_license", dataset.customLicense());
        line.put("index", source.name());
        line.put("indices", source.indices());
        line.put("documents", survey.documents());
        line.put("filtered", source.filtered());
        line.put("where", schedule.source().where());
        Instant now = source.reading().now();
        line.put("now", now == null ? null : now.toString());
        line.put("vectors_rebuilt", source.reading().vectorsRebuilt());
        line.put("keep_alive_seconds", survey.keepAlive().toMillis() / 1000.0);
        line.put("volume", survey.volume());
        line.put(
                "snapshots", survey.snapshots().stream().map(PlanCommand::facts).toList());
        line.put("shards", source.shards());
        line.put("slices", survey.slices());
        line.put("lanes", survey.lanes());
        line.put("proof_heap_bytes", proofBytes(survey));
        line.put("formats", sizes.stream().map(PlanCommand::facts).toList());
        if (schedule.changes() != null) {
            PlannedChanges.put(line, survey, sizes);
        }
        line.put("estimated_bytes", total(sizes, SizeEstimate::bytes));
        line.put("previous_in_rest", before.inRest());
        line.put("estimated_bytes_uncompressed", total(sizes, SizeEstimate::bytesUncompressed));
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
        line.put("ids_warning", DumpFormats.idsRevealDates(schedule, source).orElse(null));
        line.put(
                "destinations",
                schedule.destinations().stream()
                        .map(section -> section.directory() == null
                                ? describe(section)
                                : Destinations.homePath(schedule).toString())
                        .toList());
        line.put("spooled", Destinations.isSpooled(schedule));
        PlannedRoom.of(schedule, survey, total(sizes, SizeEstimate::bytes)).put(line);
        spec.commandLine().getOut().println(JsonText.line(line));
    }

    private static long total(List<SizeEstimate> sizes, ToLongFunction<SizeEstimate> each) {
        return sizes.stream().mapToLong(each).sum();
    }

    /** {@code csv with zstd level 3}, {@code csv without compression}. */
    private static String words(SizeEstimate size) {
        Compression compression = size.compression();
        return compression.codec() == Compression.Codec.NONE
                ? size.format() + " without compression"
                : "%s with %s level %d".formatted(size.format(), compression.name(), compression.level());
    }

    private static Map<String, Object> facts(SizeEstimate size) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("name", size.format());
        facts.put("compression", size.compression().name());
        facts.put("level", size.compression().level());
        facts.put("estimated_bytes", size.bytes());
        facts.put("estimated_bytes_uncompressed", size.bytesUncompressed());
        return facts;
    }
}
