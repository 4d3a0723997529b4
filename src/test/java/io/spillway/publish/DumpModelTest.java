package io.spillway.publish;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.catalog.Catalog;
import io.spillway.config.Percent;
import io.spillway.dataset.DumpId;
import io.spillway.deliver.Deliveries;
import io.spillway.deliver.Pruner;
import io.spillway.deliver.Retention;
import io.spillway.deliver.Terms;
import io.spillway.deliver.Withdrawals;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import io.spillway.run.DirectoryMemory;
import io.spillway.site.SiteWriter;
import io.spillway.support.FakeBucket;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/**
 * Random sequences of commands and faults over a directory and two buckets, compared after each step with a model of
 * the dumps that readers may see. {@code -Dspillway.model.steps=N} sets the steps for each seed.
 */
@Timeout(600)
@Tag("slow")
class DumpModelTest {
    private static final int STEPS = Integer.getInteger("spillway.model.steps", 400);

    /** Steps until everything starts from scratch: damaged dumps stay, and would fill the places. */
    private static final int STEPS_OF_A_WORLD = 80;

    /** Documents of an index that is complete, and of one that is half filled. */
    private static final int MANY = 20;

    private static final int FEW = 10;

    private static final JsonMapper JSON = new JsonMapper();
    private static final String DATASET = "journals";

    @TempDir
    private Path folder;

    private FakeBucket first = new FakeBucket("s3://first/");
    private FakeBucket second = new FakeBucket("s3://second/");
    private final DraftMaker maker = new DraftMaker();
    private final List<String> history = new ArrayList<>();

    private Random random = new Random(0);
    private LocalDirectory home;
    private boolean spooled;
    private Instant now = Instant.parse("2020-01-01T00:00:00Z");
    private int policy;

    /** The model: under which policy each dump was made, its documents, and which are withdrawn or pruned. */
    private final Map<DumpId, Integer> madeUnder = new HashMap<>();

    private final Map<DumpId, Integer> documents = new HashMap<>();

    /**
     * The dumps that a destination lost while its links could not be written: those that the test damaged, and those that a
     * withdrawal removed although the links did not move, which it reports.
     */
    private final Map<Destination, Set<DumpId>> spoilt = new HashMap<>();

    /** Destinations whose links the current step has written, and the dumps that they may lead to since. */
    private final Map<Destination, NavigableSet<DumpId>> written = new HashMap<>();

    /** The same, also those where a later attempt of the step failed, after another dump had come. */
    private final Set<Destination> moved = new HashSet<>();

    private int refused;

    private final Set<DumpId> withdrawn = new HashSet<>();
    private final Set<DumpId> pruned = new HashSet<>();

    /** Thousands of expected warnings would take most of the time. */
    @BeforeAll
    static void quiet() {
        ((Logger) LoggerFactory.getLogger("io.spillway")).setLevel(Level.OFF);
    }

    @AfterAll
    static void loud() {
        ((Logger) LoggerFactory.getLogger("io.spillway")).setLevel(null);
    }

    @ParameterizedTest
    @CsvSource({"1, false", "2, true", "3, false", "4, true", "5, false"})
    void readersSeeWhatTheModelAllows(long seed, boolean spool) throws Exception {
        random = new Random(seed);
        spooled = spool;
        int made = 0;
        int taken = 0;
        int removed = 0;
        for (int step = 0; step < STEPS; step++) {
            if (step % STEPS_OF_A_WORLD == 0) {
                made += madeUnder.size();
                taken += withdrawn.size();
                removed += pruned.size();
                begin(step);
            }
            Map<Destination, Set<DumpId>> manifests = manifests();
            Map<Destination, Set<DumpId>> complete = complete();
            Map<Destination, LinkedDumps> links = links();
            Set<DumpId> gone = new HashSet<>(pruned);
            written.clear();
            moved.clear();
            String done = step();
            history.add(done);
            compare(manifests, complete, gone, done);
            compareLinks(links);
        }
        assertThat(made).isGreaterThan((STEPS - STEPS_OF_A_WORLD) / 8);
        assertThat(taken).isGreaterThan((STEPS - STEPS_OF_A_WORLD) / 80);
        assertThat(removed).isGreaterThan((STEPS - STEPS_OF_A_WORLD) / 80);
        assertThat(refused).as("refused by the gate").isGreaterThan((STEPS - STEPS_OF_A_WORLD) / 80);
    }

    private void begin(int step) throws SpillwayException {
        home = LocalDirectory.open(folder.resolve("home" + step));
        first = new FakeBucket("s3://first/");
        second = new FakeBucket("s3://second/");
        madeUnder.clear();
        documents.clear();
        spoilt.clear();
        withdrawn.clear();
        pruned.clear();
        history.clear();
    }

    private List<Destination> places() {
        return spooled ? List.of(first, second) : List.of(home, first, second);
    }

    private Deliveries deliveries() {
        return new Deliveries(
                home,
                home::folder,
                spooled,
                List.of(first, second),
                new Terms("policy " + policy, Set.of(), new DirectoryMemory(home)));
    }

    private String step() throws Exception {
        int die = random.nextInt(100);
        if (die < 25) {
            return command("export", this::export);
        } else if (die < 37) {
            return command("resume", this::resume);
        } else if (die < 45) {
            return command("prune", this::prune);
        } else if (die < 51) {
            return withdraw();
        } else if (die < 55) {
            policy = random.nextInt(3);
            return "policy " + policy;
        } else if (die < 61) {
            return damage();
        } else if (die < 69) {
            FakeBucket bucket = bucket();
            bucket.refused = bucket.refused.isEmpty() ? "manifest.json" : "";
            return bucket.name() + " refuses \"" + bucket.refused + "\"";
        } else if (die < 81) {
            FakeBucket bucket = bucket();
            bucket.away = !bucket.away;
            return bucket.name() + " away " + bucket.away;
        } else if (die < 91) {
            return killed();
        } else if (die < 94) {
            Instant before = now;
            now = now.minus(Duration.ofHours(40)).plusSeconds(1 + random.nextInt(3_000));
            String done = command("export with the clock moved back", this::export);
            now = before;
            return done;
        }
        point();
        return "catalog";
    }

    private FakeBucket bucket() {
        return random.nextBoolean() ? first : second;
    }

    private interface Command {
        void run() throws Exception;
    }

    /** A command may fail, as destinations do. What readers see is compared all the same. */
    private String command(String name, Command command) throws Exception {
        try {
            command.run();
            return name;
        } catch (SpillwayException e) {
            refused += e.fault() == Fault.GATE ? 1 : 0;
            return name + " failed: " + e.getMessage();
        }
    }

    private void export() throws Exception {
        settle();
        deliveries().resume(DATASET);
        deliveries().removeOrphans(DATASET);
        now = now.plus(Duration.ofHours(1));
        DumpId dump = new DumpId(DATASET, now);
        Publisher publisher = new Publisher(
                home,
                "0.0.0",
                new Gate(new Gate.Rules(Percent.parse("5%"), true, Set.of())),
                places(),
                Cadence.NONE,
                new DirectoryMemory(home));
        // An index that is half filled, and a mapping that lost a field.
        maker.takenAt = now;
        maker.documents = random.nextInt(4) == 0 ? FEW : MANY;
        maker.fields = random.nextInt(8) == 0
                ? List.of(DraftMaker.field("other", "keyword", 1))
                : List.of(DraftMaker.field("id", "keyword", 1));
        Optional<Manifest> previous = publisher.requireEnough(dump, maker.documents);
        if (previous.isPresent() && previous.get().id().compareTo(dump) > 0) {
            return;
        }
        Manifest before = known(dump);
        Path work = home.newWorkFolder(ObjectKey.of(dump));
        deliveries().making(dump);
        madeUnder.put(dump, policy);
        documents.put(dump, maker.documents);
        Manifest manifest = publisher.publish(maker.in(work));
        if (before != null) {
            assertThat(manifest.documents())
                    .as("%s follows %s, %s", dump, before.dump(), told())
                    .isGreaterThanOrEqualTo(before.documents());
            assertThat(manifest.source().fields().get(0).path())
                    .as("the field of %s, which follows %s, %s", dump, before.dump(), told())
                    .isEqualTo(before.source().fields().get(0).path());
        }
        deliveries().deliver(manifest);
        point();
        prune();
    }

    /** The newest dump that is not withdrawn, of those whose manifest can be read at a destination that answers. */
    private @Nullable Manifest known(DumpId next) throws Exception {
        TreeMap<DumpId, Manifest> known = new TreeMap<>();
        Set<Destination> all = new LinkedHashSet<>(places());
        all.add(home);
        for (Destination place : all) {
            boolean answers = !(place instanceof FakeBucket bucket) || (!bucket.away && bucket.refused.isEmpty());
            for (DumpId dump : answers ? manifestsAt(place) : Set.<DumpId>of()) {
                if (manifest(place, dump).path("dump").asText().equals(dump.toString())
                        && !names(place, dump).contains("removing.json")
                        && !withdrawn.contains(dump)
                        && dump.compareTo(next) < 0) {
                    known.put(
                            dump,
                            ManifestJson.read(
                                    new ByteArrayInputStream(JSON.writeValueAsBytes(manifest(place, dump))),
                                    dump.toString()));
                }
            }
        }
        return known.isEmpty() ? null : known.lastEntry().getValue();
    }

    private SiteWriter writer(Destination place) {
        List<Destination> others =
                places().stream().filter(other -> other != place).toList();
        return new SiteWriter(place, others, SiteWriter.Turns.NONE, Clock.fixed(now, ZoneOffset.UTC));
    }

    /** Moves what points at dumps, and remembers what it has to point at. */
    private void point(Destination place) throws SpillwayException, InterruptedException {
        written.remove(place);
        writer(place).publish(DATASET);
        spoilt.remove(place);
        moved.add(place);
        try {
            written.put(place, readable(place));
        } catch (Exception e) {
            throw new AssertionError("the test cannot read " + place.name(), e);
        }
    }

    /** The same at every destination, also behind one that fails. */
    private void point() throws InterruptedException {
        for (Destination place : places()) {
            try {
                point(place);
            } catch (SpillwayException e) {
                history.add("  links at " + place.name() + " did not move: " + e.getMessage());
            }
        }
    }

    private void resume() throws Exception {
        settle();
        deliveries().resume(DATASET);
        point();
        prune();
    }

    private void prune() throws Exception {
        settle();
        Clock clock = Clock.fixed(now.plusSeconds(1), ZoneOffset.UTC);
        Pruner.Keep keep = new Pruner.Keep(new Retention(2, 0, 0, 0, 0), Duration.ZERO);
        for (Destination place : places()) {
            try {
                new Pruner(place, DATASET, clock, new DirectoryMemory(home))
                        .prune(keep, false, () -> point(place))
                        .removed()
                        .forEach(each -> pruned.add(id(each.dump())));
            } catch (SpillwayException e) {
                history.add("  " + place.name() + " was not pruned: " + e.getMessage());
            }
        }
    }

    private Withdrawals withdrawals() {
        return new Withdrawals(home, spooled, places(), DATASET, Clock.fixed(now, ZoneOffset.UTC));
    }

    private void settle() throws Exception {
        excuse(withdrawals().settle(this::point));
    }

    private void excuse(Withdrawals.Outcome outcome) {
        for (Destination place : outcome.failed().keySet()) {
            spoilt.computeIfAbsent(place, each -> new HashSet<>()).addAll(madeUnder.keySet());
        }
    }

    private String withdraw() throws Exception {
        List<DumpId> dumps = new ArrayList<>(new TreeSet<>(madeUnder.keySet()));
        if (dumps.isEmpty()) {
            return "nothing to withdraw";
        }
        DumpId dump = dumps.get(Math.max(0, dumps.size() - 1 - random.nextInt(4)));
        boolean delete = random.nextBoolean();
        Withdrawals.Outcome outcome = withdrawals().withdraw(dump, "wrong", delete, this::point);
        excuse(outcome);
        if (!outcome.withdrawn().isEmpty()) {
            withdrawn.add(dump);
            for (Destination place : outcome.withdrawn()) {
                assertThat(names(place, dump))
                        .as("withdrawn from " + place.name())
                        .doesNotContain("manifest.json");
            }
        }
        return "withdraw " + dump + " delete " + delete + " at "
                + outcome.withdrawn().size();
    }

    private String damage() throws Exception {
        Destination place = places().get(random.nextInt(places().size()));
        List<DumpId> dumps = List.copyOf(manifestsAt(place));
        if (dumps.isEmpty()) {
            return "nothing to damage";
        }
        DumpId dump = dumps.get(random.nextInt(dumps.size()));
        boolean manifest = random.nextBoolean();
        String name = manifest ? "manifest.json" : dump.fileStem() + ".00001.jsonl";
        ObjectKey key = ObjectKey.of(dump).child(name);
        if (place instanceof FakeBucket bucket) {
            bucket.objects.put(key.value(), new byte[] {'{'});
        } else {
            Files.deleteIfExists(home.folder(key));
            Files.writeString(home.folder(key), "{");
        }
        spoilt.computeIfAbsent(place, each -> new HashSet<>()).add(dump);
        return "damage " + place.name() + " " + key;
    }

    private String killed() throws Exception {
        FakeBucket bucket = bucket();
        bucket.changesLeft = random.nextInt(9);
        String done;
        try {
            done = random.nextInt(3) == 0 ? command("prune", this::prune) : command("export", this::export);
        } catch (RuntimeException e) {
            done = "a command killed";
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            if (!(cause instanceof FakeBucket.KilledException)) {
                throw e;
            }
        } finally {
            bucket.changesLeft = Integer.MAX_VALUE;
        }
        // A dump marked by an interrupted removal counts as pruned in the model.
        for (FakeBucket each : List.of(first, second)) {
            each.objects.keySet().stream()
                    .filter(key -> key.endsWith("/removing.json"))
                    .forEach(key -> pruned.add(id(key.substring(0, key.lastIndexOf('/')))));
        }
        return done + " at " + bucket.name();
    }

    /** The step, and what readers see now. */
    private void compare(
            Map<Destination, Set<DumpId>> manifestsBefore,
            Map<Destination, Set<DumpId>> completeBefore,
            Set<DumpId> prunedBefore,
            String done)
            throws Exception {
        String told = told();
        for (Destination place : places()) {
            Set<DumpId> gained = new TreeSet<>(manifestsAt(place));
            gained.removeAll(manifestsBefore.getOrDefault(place, Set.of()));
            for (DumpId dump : gained) {
                assertThat(withdrawn)
                        .as("%s gained a withdrawn dump, %s", place.name(), told)
                        .doesNotContain(dump);
                assertThat(prunedBefore)
                        .as("%s gained a pruned dump, %s", place.name(), told)
                        .doesNotContain(dump);
                assertThat(madeUnder.get(dump))
                        .as("%s gained %s of another policy, %s", place.name(), dump, told)
                        .isEqualTo(policy);
            }
            Set<DumpId> complete = completeAt(place);
            Set<DumpId> had = new TreeSet<>(completeBefore.getOrDefault(place, Set.of()));
            had.removeAll(withdrawn);
            if (!had.isEmpty() && !done.startsWith("damage")) {
                Set<DumpId> has = new TreeSet<>(complete);
                has.removeAll(withdrawn);
                assertThat(has)
                        .as("%s lost its last complete dump, %s", place.name(), told)
                        .isNotEmpty();
            }
            compareCatalog(place, told);
        }
    }

    private String told() {
        return "step " + history.size() + ": "
                + String.join("\n", history.subList(Math.max(0, history.size() - 12), history.size()));
    }

    /**
     * What points at dumps leads to dumps that are there, never to one that is withdrawn or pruned; and where it was just
     * written, to the newest complete one.
     */
    private void compareLinks(Map<Destination, LinkedDumps> before) throws Exception {
        for (Destination place : places()) {
            LinkedDumps links = LinkedDumps.of(place);
            Set<DumpId> whole = new TreeSet<>(completeAt(place));
            Set<DumpId> excused = spoilt.getOrDefault(place, Set.of());
            for (DumpId dump : links.all()) {
                assertThat(whole.contains(dump) || excused.contains(dump))
                        .as("%s leads to %s, which is not there, %s", place.name(), dump, told())
                        .isTrue();
            }
            NavigableSet<DumpId> shown = written.get(place);
            if (shown != null) {
                Optional<DumpId> newest = shown.stream().max(Comparator.naturalOrder());
                assertThat(List.of(links.latest(), links.listed(), links.status()))
                        .as("latest, links and status of %s, %s", place.name(), told())
                        .containsOnly(newest);
                assertThat(links.linked())
                        .as("pages of %s, %s", place.name(), told())
                        .isEqualTo(shown);
            } else if (!moved.contains(place)
                    && before.getOrDefault(place, links).latest().isPresent()
                    && !readable(place).isEmpty()) {
                assertThat(links.latest())
                        .as("latest of %s, %s", place.name(), told())
                        .isPresent();
            }
        }
    }

    /** The complete dumps of a destination that links may lead to. */
    private static NavigableSet<DumpId> readable(Destination place) throws Exception {
        TreeSet<DumpId> readable = new TreeSet<>();
        for (DumpId dump : completeAt(place)) {
            Set<String> names = names(place, dump);
            if (!names.contains("withdrawn.json") && !names.contains("removing.json")) {
                readable.add(dump);
            }
        }
        return readable;
    }

    private Map<Destination, LinkedDumps> links() throws Exception {
        Map<Destination, LinkedDumps> all = new LinkedHashMap<>();
        for (Destination place : places()) {
            all.put(place, LinkedDumps.of(place));
        }
        return all;
    }

    /** The links lead a reader to the newest dump of the catalog. */
    private void compareCatalog(Destination place, String told) throws Exception {
        Catalog catalog;
        try {
            catalog = Catalog.read(place);
        } catch (SpillwayException e) {
            boolean faulty = place instanceof FakeBucket bucket && (bucket.away || !bucket.refused.isEmpty());
            assertThat(faulty)
                    .as("%s failed: %s, %s", place.name(), e.getMessage(), told)
                    .isTrue();
            return;
        }
        Set<DumpId> listed = new TreeSet<>();
        catalog.dataset(DATASET).ifPresent(published -> published.dumps().forEach(each -> listed.add(each.id())));
        assertThat(listed).as("%s lists, %s", place.name(), told).isEqualTo(readable(place));
    }

    private Map<Destination, Set<DumpId>> manifests() throws Exception {
        Map<Destination, Set<DumpId>> all = new LinkedHashMap<>();
        for (Destination place : places()) {
            all.put(place, manifestsAt(place));
        }
        return all;
    }

    private Map<Destination, Set<DumpId>> complete() throws Exception {
        Map<Destination, Set<DumpId>> all = new LinkedHashMap<>();
        for (Destination place : places()) {
            all.put(place, completeAt(place));
        }
        return all;
    }

    /** The length of each object, also of an unavailable bucket. */
    private static Map<String, Long> objects(Destination place) throws Exception {
        Map<String, Long> objects = new HashMap<>();
        if (place instanceof FakeBucket bucket) {
            bucket.objects.forEach((key, bytes) -> objects.put(key, (long) bytes.length));
        } else {
            for (StoredObject object : place.list(DATASET + "/")) {
                objects.put(object.key().value(), object.bytes());
            }
        }
        return objects;
    }

    private static Set<DumpId> manifestsAt(Destination place) throws Exception {
        Set<DumpId> dumps = new TreeSet<>();
        for (String key : objects(place).keySet()) {
            if (key.endsWith("/manifest.json")) {
                dumps.add(id(key.substring(0, key.lastIndexOf('/'))));
            }
        }
        return dumps;
    }

    private static Set<String> names(Destination place, DumpId dump) throws Exception {
        Set<String> names = new HashSet<>();
        for (String key : objects(place).keySet()) {
            if (key.startsWith(dump + "/")) {
                names.add(key.substring(dump.toString().length() + 1));
            }
        }
        return names;
    }

    /** Judged only by JSON and lengths. */
    private static Set<DumpId> completeAt(Destination place) throws Exception {
        Map<String, Long> objects = objects(place);
        Set<DumpId> complete = new TreeSet<>();
        for (DumpId dump : manifestsAt(place)) {
            JsonNode manifest = manifest(place, dump);
            boolean whole = dump.toString().equals(manifest.path("dump").textValue());
            for (String list : List.of("parts", "files")) {
                for (JsonNode file : manifest.path(list)) {
                    Long bytes = objects.get(dump + "/" + file.path("name").textValue());
                    whole &= bytes != null && bytes == file.path("bytes").longValue();
                }
            }
            if (whole) {
                complete.add(dump);
            }
        }
        return complete;
    }

    private static JsonNode manifest(Destination place, DumpId dump) throws Exception {
        byte[] bytes;
        if (place instanceof FakeBucket bucket) {
            bytes = bucket.objects.get(dump + "/manifest.json");
        } else {
            try (InputStream in = place.open(ObjectKey.of(dump).child(Manifest.FILE_NAME))) {
                bytes = in.readAllBytes();
            }
        }
        return bytes.length < 2 ? JSON.createObjectNode() : JSON.readTree(bytes);
    }

    private static DumpId id(String dump) {
        return DumpId.of(DATASET, dump.substring(dump.indexOf('/') + 1)).orElseThrow();
    }
}
