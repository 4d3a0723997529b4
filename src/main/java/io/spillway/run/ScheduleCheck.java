package io.spillway.run;

import io.spillway.catalog.OwnFiles;
import io.spillway.deliver.Deliveries;
import io.spillway.destination.Destination;
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
import io.spillway.progress.Amounts;
import io.spillway.schedule.DestinationSection;
import io.spillway.schedule.S3Section;
import io.spillway.schedule.ScheduleFile;
import io.spillway.source.Document;
import io.spillway.source.SourceDescription;
import io.spillway.source.SourceField;
import io.spillway.source.SourceSurvey;
import io.spillway.source.SourceSurvey.KeptSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds everything that would keep the exports of a schedule from working: its destinations, its source, its fields and its
 * formats. Reads a small sample of documents. Writes nothing but probes to buckets and to directories with a public URL, and
 * removes them. For one schedule, on one thread.
 */
public final class ScheduleCheck {
    private final ScheduleFile schedule;
    private final List<Problem> problems = new ArrayList<>();
    private final List<Note> notes = new ArrayList<>();
    private @Nullable String server;

    private ScheduleCheck(ScheduleFile schedule) {
        this.schedule = schedule;
    }

    /**
     * A problem.
     *
     * @param pointer JSON Pointer of the key in the schedule
     * @param fault   that an export would end with
     * @param what    is wrong
     * @param hint    what to do, or null if {@code what} is enough
     */
    public record Problem(
            String pointer,
            Fault fault,
            String what,
            @Nullable String hint) {}

    /**
     * Something to know that does not keep exports from working.
     *
     * @param pointer JSON Pointer of the key in the schedule
     * @param what    to know
     */
    public record Note(String pointer, String what) {}

    /**
     * The outcome.
     *
     * @param problems in the order in which they were found; empty if exports will work
     * @param notes    for the operator
     * @param server   product and version of the source, such as {@code opensearch 2.19.4}, or null if it could not be read
     */
    public record Result(
            List<Problem> problems,
            List<Note> notes,
            @Nullable String server) {}

    /** Checks a schedule. Never fails: what cannot be reached is a problem. */
    public static Result of(ScheduleFile schedule) {
        ScheduleCheck check = new ScheduleCheck(schedule);
        check.checkDestinations();
        if (check.problems.isEmpty() && Files.isDirectory(Destinations.homePath(schedule))) {
            check.checkWaiting();
        }
        check.checkSource();
        return new Result(List.copyOf(check.problems), List.copyOf(check.notes), check.server);
    }

    private void add(String pointer, Fault fault, String what, @Nullable String hint) {
        problems.add(new Problem(pointer, fault, what, hint));
    }

    private void note(String pointer, String what) {
        notes.add(new Note(pointer, what));
    }

    /** Reports dumps that wait for a decision. An unreachable destination is reported when they are sent. */
    private void checkWaiting() {
        try (Destinations places = Destinations.open(schedule)) {
            for (Deliveries.Delivery each : places.deliveries().undecided(schedule.dataset())) {
                SpillwayException why = each.failure();
                if (why != null) {
                    add(
                            "/fields",
                            why.fault(),
                            "%s lacks %s: %s".formatted(each.destination(), each.dump(), why.getMessage()),
                            why.hint());
                }
            }
        } catch (SpillwayException e) {
            add("/destinations", e.fault(), String.valueOf(e.getMessage()), e.hint());
        }
    }

    private void checkDestinations() {
        for (int i = 0; i < schedule.destinations().size(); i++) {
            DestinationSection section = schedule.destinations().get(i);
            String key = "/destinations/" + i;
            try {
                if (section.directory() != null) {
                    checkDirectory(key + "/directory", section.directory());
                    checkForeign(key + "/directory", section.directory());
                    tryAddress(key, section);
                } else if (section.s3() != null) {
                    checkBucket(key + "/s3", section.s3());
                } else if (section.internetArchive() != null) {
                    for (String problem :
                            ItemTemplate.problems(section.internetArchive().item(), schedule.dataset())) {
                        add(key + "/internet-archive/item", Fault.CONFIG, problem, null);
                    }
                }
            } catch (SpillwayException e) {
                add(key, e.fault(), String.valueOf(e.getMessage()), e.hint());
            }
        }
    }

    private void checkDirectory(String pointer, Path directory) throws SpillwayException {
        if (Files.exists(directory)) {
            LocalDirectory.openToRead(directory).close();
        }
        Path there = existing(directory);
        if (!Files.isDirectory(there) || !Files.isWritable(there)) {
            add(
                    pointer,
                    Fault.DESTINATION_REFUSED,
                    there + " is not a directory that this user can write to",
                    "grant the Spillway user write permission there");
        }
    }

    private void checkForeign(String key, Path directory) throws SpillwayException {
        if (Files.isDirectory(directory)) {
            try (LocalDirectory place = LocalDirectory.openToRead(directory)) {
                checkForeign(key, place);
            }
        }
    }

    /** Names the files that an export would have to replace and that Spillway did not write. */
    private void checkForeign(String key, Destination place) {
        try {
            OwnFiles.refuse(place.name(), Sites.foreign(place, schedule));
        } catch (SpillwayException e) {
            add(key, e.fault(), String.valueOf(e.getMessage()), e.hint());
        }
    }

    /** Tests the public URL of an existing directory; the first export tests that of a new one. */
    private void tryAddress(String key, DestinationSection section) {
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
            add(key + "/public-url", e.fault(), String.valueOf(e.getMessage()), e.hint());
        }
    }

    /**
     * Tries the lease and the uploads of a bucket in which dumps are made, under a name that is gone afterwards. Parts in progress are
     * in the state folder.
     */
    private void tryHome(String key, S3Bucket bucket, BucketReport report) throws SpillwayException {
        checkDirectory("/state", Destinations.homePath(schedule));
        if (!report.advised().conditionalWrites()) {
            add(
                    key,
                    Fault.CONFIG,
                    bucket.name()
                            + " does not support conditional writes, so that two exports would not exclude each other",
                    "remove home: true; dumps are then made on this disk and sent to the bucket");
            return;
        }
        try {
            BucketHome.tryOut(bucket);
        } catch (SpillwayException e) {
            add(key, e.fault(), String.valueOf(e.getMessage()), e.hint());
        }
    }

    /** Tries what an upload needs, under keys that are gone afterwards. */
    private void checkBucket(String key, S3Section section) throws SpillwayException {
        S3Options options = Destinations.options(section);
        try (S3Bucket bucket = S3Bucket.open(options)) {
            BucketReport report = bucket.check();
            for (String problem : report.problems()) {
                add(key, Fault.DESTINATION_REFUSED, problem, null);
            }
            if (report.problems().isEmpty()) {
                checkForeign(key, bucket);
            }
            if (report.problems().isEmpty() && section.home()) {
                tryHome(key + "/home", bucket, report);
            }
            if (report.problems().isEmpty() && section.publicUrl() != null && section.tryPublicUrl()) {
                tryAddress(key, bucket);
            }
            if (report.problems().isEmpty() && !report.advised().equals(options.dialect())) {
                note(
                        key,
                        "%s was detected to use another S3 dialect; set %s"
                                .formatted(bucket.name(), difference(options.dialect(), report.advised())));
            }
        }
    }

    private void tryAddress(String key, S3Bucket bucket) {
        try {
            PublicProbe.tryOut(bucket);
        } catch (SpillwayException e) {
            add(key + "/public-url", e.fault(), String.valueOf(e.getMessage()), e.hint());
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

    /** What a reader of files cannot do for the operator. */
    public static final String NO_SECURITY =
            "a snapshot repository has no document- and field-level security: an export reads all documents and fields";

    private void checkSource() {
        SourceSurvey survey;
        try (var source = Sources.open(schedule)) {
            survey = source.survey();
        } catch (SpillwayException e) {
            add("/source", e.fault(), String.valueOf(e.getMessage()), e.hint());
            return;
        }
        if (survey.keepAlive().compareTo(SourceSurvey.KEEP_ALIVE) < 0) {
            note(
                    "/source",
                    "the cluster keeps a point in time for at most %s (a setting limits it); exports use that"
                            .formatted(Amounts.duration(survey.keepAlive())));
        }
        SourceDescription found = survey.description();
        noteServer(survey);
        FieldPolicy policy = schedule.fields().toPolicy();
        checkFields(policy, survey);
        DumpFormats.idsRevealDates(schedule, found).ifPresent(warning -> note("/formats", warning));
        for (int i = 0; i < schedule.formats().size(); i++) {
            try {
                DumpFormats.of(schedule.formats().get(i), schedule.parts(), policy, found, null);
            } catch (SpillwayException e) {
                add("/formats/" + i, e.fault(), String.valueOf(e.getMessage()), e.hint());
            }
        }
        if (schedule.changes() != null) {
            try {
                var unused = ChangePlan.of(schedule, found);
            } catch (SpillwayException e) {
                add("/changes/key", e.fault(), String.valueOf(e.getMessage()), e.hint());
            }
        }
    }

    /** Records product and version, and notes a key that names the other product: either key reads both. */
    private void noteServer(SourceSurvey survey) {
        SourceDescription found = survey.description();
        String name = found.product() + (found.version() == null ? "" : " " + found.version());
        server = name;
        if (found.reading().kept() != null) {
            server = survey.snapshots().stream()
                    .filter(KeptSnapshot::read)
                    .map(read -> "the snapshot " + read.describe(Instant.now()) + ", of " + name)
                    .collect(Collectors.joining());
            note("/source", NO_SECURITY);
            return;
        }
        String key = schedule.source().product();
        if (!key.equals(found.product())) {
            note("/source/" + key, "the server is %s: rename the key to `%s`".formatted(name, found.product()));
        }
    }

    private void checkFields(FieldPolicy policy, SourceSurvey survey) {
        List<SourceField> mapped = survey.description().fields();
        List<FieldPolicy.Problem> undecided = policy.problems(mapped);
        for (FieldPolicy.Problem problem : undecided) {
            add(problem.key(), Fault.FIELD_POLICY, problem.what(), null);
        }
        FieldFilter filter = policy.filter(mapped);
        try {
            for (Document document : undecided.isEmpty() ? survey.sample() : List.<Document>of()) {
                filter.apply(document);
            }
        } catch (SpillwayException e) {
            add("/fields", e.fault(), String.valueOf(e.getMessage()), e.hint());
        }
        FieldCounts counts = new FieldCounts();
        counts.add(0, filter);
        Set<String> seen = counts.published().stream().map(PublishedField::path).collect(Collectors.toSet());
        for (FieldPolicy.Problem problem :
                FieldPolicy.strayDescriptions(schedule.fields().descriptions().keySet(), mapped, seen)) {
            add(problem.key(), Fault.CONFIG, problem.what(), null);
        }
    }
}
