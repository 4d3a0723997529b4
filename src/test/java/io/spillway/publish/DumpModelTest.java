package io.spillway.publish;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.catalog.Catalog;
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
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.run.DirectoryMemory;
import io.spillway.support.FakeBucket;
import io.spillway.support.PublishedDumps;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
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
class DumpModelTest {
    private static final int STEPS = Integer.getInteger("spillway.model.steps", 1_040);

    /** Steps until everything starts from scratch: damaged dumps stay, and would fill the places. */
    private static final int STEPS_OF_A_WORLD = 80;

    private static final JsonMapper JSON = new JsonMapper();
    private static final String DATASET = "journals";

    @TempDir
    private Path folder;

    private FakeBucket first = new FakeBucket("s3://first/");
    private FakeBucket second = new FakeBucket("s3://second/");
    private final PublishedDumps maker = new PublishedDumps();
    private final List<String> history = new ArrayList<>();

    private Random random = new Random(0);
    private LocalDirectory home;
    private boolean spooled;
    private Instant now = Instant.parse("2020-01-01T00:00:00Z");
    private int policy;

    /** The model: the policy under which each dump was made, and which dumps are withdrawn or pruned. */
    private final Map<DumpId, Integer> madeUnder = new HashMap<>();

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
        maker.parts = 1;
        maker.sample = "";
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
            Set<DumpId> gone = new HashSet<>(pruned);
            String done = step();
            history.add(done);
            compare(manifests, complete, gone, done);
        }
        assertThat(made).isGreaterThan((STEPS - STEPS_OF_A_WORLD) / 8);
        assertThat(taken).isGreaterThan((STEPS - STEPS_OF_A_WORLD) / 80);
        assertThat(removed).isGreaterThan((STEPS - STEPS_OF_A_WORLD) / 80);
    }

    private void begin(int step) throws SpillwayException {
        home = LocalDirectory.open(folder.resolve("home" + step));
        first = new FakeBucket("s3://first/");
        second = new FakeBucket("s3://second/");
        madeUnder.clear();
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
        return "catalog";
    }

    private FakeBucket bucket() {
        return random.nextBoolean() ? first : second;
    }

    private interface Command {
        void run() throws Exception;
    }

    /** A command may fail, as destinations do. What readers see is compared all the same. */
    private static String command(String name, Command command) throws Exception {
        try {
            command.run();
            return name;
        } catch (SpillwayException e) {
            return name + " failed: " + e.getMessage();
        }
    }

    private void export() throws Exception {
        settle();
        deliveries().resume(DATASET);
        deliveries().removeOrphans(DATASET);
        now = now.plus(Duration.ofHours(1));
        DumpId dump = new DumpId(DATASET, now);
        PreviousDump.Found previous = new PreviousDump(home, places(), new DirectoryMemory(home)).of(DATASET, dump);
        if (!previous.blind().isEmpty()) {
            return;
        }
        if (previous.dump().isPresent() && previous.dump().get().id().compareTo(dump) > 0) {
            return;
        }
        Path work = home.newWorkFolder(ObjectKey.of(dump));
        Manifest manifest = maker.in(work, DATASET, now, 1);
        madeUnder.put(dump, policy);
        deliveries().making(dump);
        home.place(work, ObjectKey.of(dump), Manifest.FILE_NAME);
        deliveries().deliver(manifest);
        prune();
    }

    private void resume() throws Exception {
        settle();
        deliveries().resume(DATASET);
        prune();
    }

    private void prune() throws Exception {
        settle();
        Clock clock = Clock.fixed(now.plusSeconds(1), ZoneOffset.UTC);
        Pruner.Keep keep = new Pruner.Keep(new Retention(2, 0, 0, 0, 0), Duration.ZERO);
        for (Destination place : places()) {
            try {
                new Pruner(place, DATASET, clock, new DirectoryMemory(home))
                        .prune(keep, false, Pruner.Move.NONE)
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
        withdrawals().settle(place -> {});
    }

    private String withdraw() throws Exception {
        List<DumpId> dumps = new ArrayList<>(new TreeSet<>(madeUnder.keySet()));
        if (dumps.isEmpty()) {
            return "nothing to withdraw";
        }
        DumpId dump = dumps.get(Math.max(0, dumps.size() - 1 - random.nextInt(4)));
        boolean delete = random.nextBoolean();
        Withdrawals.Outcome outcome = withdrawals().withdraw(dump, "wrong", delete, place -> {});
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
        String told = "step " + history.size() + ": " + String.join("\n", tail());
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
            compareCatalog(place, complete, told);
        }
    }

    private List<String> tail() {
        return history.subList(Math.max(0, history.size() - 12), history.size());
    }

    /** The links lead a reader to the newest dump of the catalog. */
    private void compareCatalog(Destination place, Set<DumpId> complete, String told) throws Exception {
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
        catalog.dataset(DATASET).ifPresent(shelf -> shelf.dumps().forEach(each -> listed.add(each.id())));
        Set<DumpId> may = new TreeSet<>(complete);
        for (DumpId dump : complete) {
            Set<String> names = names(place, dump);
            if (names.contains("withdrawn.json") || names.contains("removing.json")) {
                may.remove(dump);
            }
        }
        assertThat(listed).as("%s lists, %s", place.name(), told).isEqualTo(may);
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
