package io.spillway.cli;

import io.spillway.config.ConfigFile;
import io.spillway.destination.archive.ItemTemplate;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.destination.s3.BucketReport;
import io.spillway.destination.s3.S3Bucket;
import io.spillway.destination.s3.S3Options;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.fields.FieldCounts;
import io.spillway.fields.FieldFilter;
import io.spillway.fields.FieldPolicy;
import io.spillway.fields.PublishedField;
import io.spillway.publish.Deliveries;
import io.spillway.schedule.DestinationSection;
import io.spillway.schedule.S3Section;
import io.spillway.schedule.ScheduleFile;
import io.spillway.source.Document;
import io.spillway.source.SourceDescription;
import io.spillway.source.SourceField;
import io.spillway.source.SourceSurvey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code spillway check}: everything that would keep exports from working, in all files at once, each problem with its
 * file and line. Reads no documents but a small sample, and writes nothing but probes to buckets and
 * to directories with a public address, which it removes.
 */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = "Checks schedule files: keys, connections, rights, fields. Says every problem at once.")
final class CheckCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(arity = "1..*", paramLabel = "SCHEDULE.yaml", description = "Schedule files to check.")
    private List<Path> files = List.of();

    @Mixin
    private OutputOptions output = new OutputOptions();

    private final Map<String, Path> datasets = new LinkedHashMap<>();
    private final List<Problem> problems = new ArrayList<>();

    /**
     * A problem, on a line of a file where it has one.
     *
     * @param where {@code FILE:LINE: /key: }, or nothing where {@code what} begins with it
     */
    private record Problem(
            Fault fault,
            Path file,
            String where,
            String what,
            @Nullable String hint) {}

    @Override
    public Integer call() throws SpillwayException {
        for (Path file : files) {
            int before = problems.size();
            check(file);
            if (!output.json && problems.size() == before) {
                spec.commandLine().getOut().println(file + ": fine");
            }
        }
        problems.forEach(this::say);
        spec.commandLine().getOut().flush();
        spec.commandLine().getErr().flush();
        return problems.isEmpty() ? 0 : problems.get(0).fault().exitCode();
    }

    private void check(Path file) throws SpillwayException {
        ScheduleFile schedule;
        try {
            schedule = ConfigFile.read(file, ScheduleFile.class);
        } catch (SpillwayException e) {
            String message = String.valueOf(e.getMessage());
            List<String> lines =
                    message.lines().filter(line -> line.startsWith(file + ":")).toList();
            (lines.isEmpty() ? List.of(message) : lines)
                    .forEach(line -> problems.add(new Problem(e.fault(), file, "", line, null)));
            return;
        }
        Path other = datasets.putIfAbsent(schedule.dataset(), file);
        if (other != null) {
            add(file, "/dataset", Fault.CONFIG, "\"%s\" is in %s already".formatted(schedule.dataset(), other), null);
        }
        int before = problems.size();
        checkDestinations(file, schedule);
        if (problems.size() == before && Files.isDirectory(Places.homePath(schedule))) {
            checkWaiting(file, schedule);
        }
        checkSource(file, schedule);
    }

    /** Dumps that wait for a decision; a place that does not answer is said when they are sent. */
    private void checkWaiting(Path file, ScheduleFile schedule) throws SpillwayException {
        try (Places places = Places.open(schedule)) {
            for (Deliveries.Delivery each : places.deliveries().undecided(schedule.dataset())) {
                SpillwayException why = each.failure();
                if (why != null) {
                    add(
                            file,
                            "/fields",
                            why.fault(),
                            "%s lacks %s: %s".formatted(each.destination(), each.dump(), why.getMessage()),
                            why.hint());
                }
            }
        } catch (SpillwayException e) {
            add(file, "/destinations", e.fault(), String.valueOf(e.getMessage()), e.hint());
        }
    }

    private void checkDestinations(Path file, ScheduleFile schedule) throws SpillwayException {
        for (int i = 0; i < schedule.destinations().size(); i++) {
            DestinationSection section = schedule.destinations().get(i);
            String key = "/destinations/" + i;
            try {
                if (section.directory() != null) {
                    checkDirectory(file, key, section.directory());
                    tryAddress(file, key, section);
                } else if (section.s3() != null) {
                    checkBucket(file, key + "/s3", section.s3());
                } else if (section.internetArchive() != null) {
                    for (String problem :
                            ItemTemplate.problems(section.internetArchive().item(), schedule.dataset())) {
                        add(file, key + "/internet-archive/item", Fault.CONFIG, problem, null);
                    }
                }
            } catch (SpillwayException e) {
                add(file, key, e.fault(), String.valueOf(e.getMessage()), e.hint());
            }
        }
    }

    private void checkDirectory(Path file, String key, Path directory) throws SpillwayException {
        if (Files.exists(directory)) {
            LocalDirectory.openToRead(directory).close();
        }
        Path there = existing(directory);
        if (!Files.isDirectory(there) || !Files.isWritable(there)) {
            add(
                    file,
                    key + "/directory",
                    Fault.DESTINATION_REFUSED,
                    there + " is no directory that this user may write to",
                    "give the user of Spillway the right to write there");
        }
    }

    /** Tries the public address of a directory; one that is not there yet is tried by the first export. */
    private void tryAddress(Path file, String key, DestinationSection section) throws SpillwayException {
        Path directory = section.directory();
        if (directory == null
                || section.publicUrl() == null
                || !section.tryPublicUrl()
                || !Files.isDirectory(directory)
                || !Files.isWritable(directory)) {
            return;
        }
        try (LocalDirectory place = LocalDirectory.open(directory, section.publicUrl())) {
            PublicProbe.tryOut(place);
        } catch (SpillwayException e) {
            add(file, key + "/public-url", e.fault(), String.valueOf(e.getMessage()), e.hint());
        }
    }

    /** Tries what an upload needs, under keys that are gone afterwards. */
    private void checkBucket(Path file, String key, S3Section section) throws SpillwayException {
        S3Options options = Places.options(section);
        try (S3Bucket bucket = S3Bucket.open(options)) {
            BucketReport report = bucket.check();
            for (String problem : report.problems()) {
                add(file, key, Fault.DESTINATION_REFUSED, problem, null);
            }
            if (report.problems().isEmpty() && section.publicUrl() != null && section.tryPublicUrl()) {
                tryAddress(file, key, bucket);
            }
            if (report.problems().isEmpty() && !report.advised().equals(options.dialect())) {
                spec.commandLine()
                        .getErr()
                        .printf(
                                "%s:%d: %s: %s was found to speak another dialect; write %s%n",
                                file,
                                ConfigFile.line(file, key),
                                key,
                                bucket.name(),
                                difference(options.dialect(), report.advised()));
            }
        }
    }

    private void tryAddress(Path file, String key, S3Bucket bucket) throws SpillwayException {
        try {
            PublicProbe.tryOut(bucket);
        } catch (SpillwayException e) {
            add(file, key + "/public-url", e.fault(), String.valueOf(e.getMessage()), e.hint());
        }
    }

    /** The keys of a schedule that say something else of the store than what was found, with the values to write. */
    private static String difference(S3Options.Dialect used, S3Options.Dialect advised) {
        List<String> keys = new ArrayList<>();
        if (used.checksums() != advised.checksums()) {
            keys.add("checksums: " + advised.checksums().name().toLowerCase(Locale.ROOT));
        }
        if (used.conditionalWrites() != advised.conditionalWrites()) {
            keys.add("conditional-writes: " + advised.conditionalWrites());
        }
        if (used.proof() != advised.proof()) {
            keys.add("proof: " + advised.proof().name().toLowerCase(Locale.ROOT));
        }
        return String.join(", ", keys);
    }

    private static Path existing(Path directory) {
        Path there = directory.toAbsolutePath().normalize();
        while (!Files.exists(there) && there.getParent() != null) {
            there = there.getParent();
        }
        try {
            return there.toRealPath();
        } catch (IOException unreadable) {
            return there;
        }
    }

    private void checkSource(Path file, ScheduleFile schedule) throws SpillwayException {
        SourceSurvey survey;
        try (var source = Wiring.source(schedule)) {
            survey = source.survey();
        } catch (SpillwayException e) {
            add(file, "/source", e.fault(), String.valueOf(e.getMessage()), e.hint());
            return;
        }
        if (survey.keepAlive().compareTo(SourceSurvey.KEEP_ALIVE) < 0) {
            spec.commandLine()
                    .getErr()
                    .printf(
                            "%s:%d: /source: the cluster keeps a point in time for %s only (search.max_keep_alive);"
                                    + " exports use that%n",
                            file, ConfigFile.line(file, "/source"), Amounts.duration(survey.keepAlive()));
        }
        SourceDescription found = survey.description();
        FieldPolicy policy = schedule.fields().toPolicy();
        checkFields(file, schedule, policy, survey);
        warn(file, "/formats", Wiring.idsTellDates(schedule, found));
        for (int i = 0; i < schedule.formats().size(); i++) {
            try {
                Wiring.format(schedule.formats().get(i), schedule.parts(), policy, found);
            } catch (SpillwayException e) {
                add(file, "/formats/" + i, e.fault(), String.valueOf(e.getMessage()), e.hint());
            }
        }
    }

    private void checkFields(Path file, ScheduleFile schedule, FieldPolicy policy, SourceSurvey survey)
            throws SpillwayException {
        List<SourceField> mapped = survey.description().fields();
        List<FieldPolicy.Problem> undecided = policy.problems(mapped);
        for (FieldPolicy.Problem problem : undecided) {
            add(file, problem.key(), Fault.FIELD_POLICY, problem.what(), null);
        }
        FieldFilter filter = policy.filter(mapped);
        try {
            for (Document document : undecided.isEmpty() ? survey.sample() : List.<Document>of()) {
                filter.apply(document);
            }
        } catch (SpillwayException e) {
            add(file, "/fields", e.fault(), String.valueOf(e.getMessage()), e.hint());
        }
        FieldCounts counts = new FieldCounts();
        counts.add(0, filter);
        Set<String> seen = counts.published().stream().map(PublishedField::path).collect(Collectors.toSet());
        for (FieldPolicy.Problem problem :
                FieldPolicy.strayDescriptions(schedule.fields().descriptions().keySet(), mapped, seen)) {
            add(file, problem.key(), Fault.CONFIG, problem.what(), null);
        }
    }

    /** Prints what should be known and is no problem. */
    private void warn(Path file, String key, Optional<String> warning) throws SpillwayException {
        if (warning.isPresent()) {
            spec.commandLine().getErr().printf("%s:%d: %s: %s%n", file, ConfigFile.line(file, key), key, warning.get());
        }
    }

    private void add(Path file, String key, Fault fault, String what, @Nullable String hint) throws SpillwayException {
        problems.add(
                new Problem(fault, file, "%s:%d: %s: ".formatted(file, ConfigFile.line(file, key), key), what, hint));
    }

    private void say(Problem problem) {
        if (output.json) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("type", "problem");
            line.put("fault", problem.fault().name());
            line.put("exit_code", problem.fault().exitCode());
            line.put("file", problem.file().toString());
            line.put("message", problem.where() + problem.what());
            line.put("hint", problem.hint());
            spec.commandLine().getOut().println(JsonText.line(line));
        }
        spec.commandLine()
                .getErr()
                .println(problem.where() + problem.what() + (problem.hint() == null ? "" : "; " + problem.hint()));
    }
}
