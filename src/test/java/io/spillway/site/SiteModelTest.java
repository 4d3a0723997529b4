package io.spillway.site;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.spillway.catalog.Addresses;
import io.spillway.catalog.Catalog;
import io.spillway.catalog.CatalogEntry;
import io.spillway.catalog.CatalogIndex;
import io.spillway.catalog.DatasetStatus;
import io.spillway.catalog.LinksFile;
import io.spillway.catalog.Listing;
import io.spillway.catalog.Memory;
import io.spillway.catalog.OwnFiles;
import io.spillway.catalog.SiteStatus;
import io.spillway.dataset.DumpId;
import io.spillway.deliver.Pruner;
import io.spillway.deliver.Retention;
import io.spillway.deliver.StatusFile;
import io.spillway.deliver.Withdrawals;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.page.Pages;
import io.spillway.support.FakeBucket;
import io.spillway.support.PublishedDumps;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/**
 * Random runs of several datasets at one destination, some of them killed: after each run of a dataset the files at the root
 * are those that {@code spillway catalog} makes from all manifests. {@code -Dspillway.catalog.seeds=N} sets the number of
 * sequences.
 */
@Timeout(600)
@Tag("slow")
class SiteModelTest {
    private static final int SEEDS = Integer.getInteger("spillway.catalog.seeds", 4);
    private static final int STEPS = 80;
    private static final List<String> DATASETS = List.of("articles", "journals", "journals-2", "zines");

    @TempDir
    private Path folder;

    private final List<String> history = new ArrayList<>();
    private final PublishedDumps dumps = new PublishedDumps();

    /** Datasets whose last run was killed, or whose files were changed by hand since. */
    private final Set<String> open = new TreeSet<>();

    /** Dumps with a notice. */
    private final Set<DumpId> withdrawn = new HashSet<>();

    private final Map<String, byte[]> memories = new TreeMap<>();
    private Random random = new Random(0);
    private Destination place;
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    /** Thousands of expected warnings would take most of the time. */
    @BeforeAll
    static void quiet() {
        ((Logger) LoggerFactory.getLogger("io.spillway")).setLevel(Level.OFF);
    }

    @AfterAll
    static void loud() {
        ((Logger) LoggerFactory.getLogger("io.spillway")).setLevel(null);
    }

    static LongStream seeds() {
        return LongStream.rangeClosed(1, SEEDS);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void theFilesAtTheRootAreThoseOfARebuild(long seed) throws Exception {
        random = new Random(seed);
        place = seed % 4 == 0 ? LocalDirectory.open(folder.resolve("site")) : new FakeBucket("s3://bucket/");
        int compared = 0;
        for (int step = 0; step < STEPS; step++) {
            now = now.plus(Duration.ofMinutes(30 + random.nextInt(60)));
            String dataset = DATASETS.get(random.nextInt(DATASETS.size()));
            Set<DumpId> before = Set.copyOf(withdrawn);
            history.add(dataset + ": ");
            boolean written = step(dataset);
            if (written) {
                open.remove(dataset);
                requireNothingWithdrawn(before);
            }
            if (written && open.isEmpty()) {
                requireRebuilt();
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(STEPS / 6);
        finish();
    }

    /** After a run of each dataset nothing is left of killed ones. */
    private void finish() throws Exception {
        for (String dataset : DATASETS) {
            history.add(dataset + ": a last run");
            resume(dataset);
        }
        requireRebuilt();
        for (DumpId dump : CatalogIndex.removals(place)) {
            assertThat(standing(dump.dataset()))
                    .as("a withdrawal that did not begin\n%s", told())
                    .contains(dump);
        }
        writer().rebuild(Set.of());
        assertThat(CatalogIndex.removals(place)).as(told()).isEmpty();
    }

    private String told() {
        return String.join("\n", history.subList(Math.max(0, history.size() - 15), history.size()));
    }

    private void note(String text) {
        history.set(history.size() - 1, history.get(history.size() - 1) + text);
    }

    /** Whether the links were written by a run that ended. */
    private boolean step(String dataset) throws Exception {
        int die = random.nextInt(100);
        if (die < 30) {
            note("export");
            export(dataset);
            return true;
        } else if (die < 42) {
            note("prune");
            prune(dataset);
            return true;
        } else if (die < 54) {
            note("withdraw");
            withdraw(dataset);
            return true;
        } else if (die < 60) {
            note("fails");
            new StatusFile(place, dataset, clock())
                    .failed(new SpillwayException(Fault.SOURCE_UNAVAILABLE, "away", null));
            writer().updateStatus(dataset);
            return false; // only the status is written
        } else if (die < 66) {
            note("resume");
            resume(dataset);
            return true;
        } else if (die < 72) {
            note("an older version exports");
            olderVersion(dataset);
            return false; // the next run has to find it
        } else if (die < 78) {
            note("the index is damaged");
            bytes(CatalogIndex.KEY).ifPresent(this::damage);
            return false;
        } else if (die < 84) {
            note("a manifest is removed by hand");
            List<DumpId> all = standing(dataset);
            if (!all.isEmpty()) {
                place.delete(ObjectKey.of(all.get(random.nextInt(all.size()))).child(Manifest.FILE_NAME));
                open.add(dataset);
            }
            return false;
        } else if (die < 88) {
            note("catalog");
            writer().rebuild(Set.of());
            open.clear();
            return true;
        }
        return killed(dataset);
    }

    /** Publishes a dump, and everything at the root, and knows nothing of the index. */
    private void olderVersion(String dataset) throws Exception {
        Optional<byte[]> index = bytes(CatalogIndex.KEY);
        Set<DumpId> removals = CatalogIndex.removals(place);
        put(dataset);
        place.delete(CatalogIndex.KEY);
        writer().rebuild(Set.of(dataset));
        place.delete(CatalogIndex.KEY);
        if (index.isPresent()) {
            place.write(CatalogIndex.KEY, index.get());
            for (DumpId dump : removals) {
                CatalogIndex.announceRemoval(place, dump);
            }
        }
    }

    private void damage(byte[] index) {
        try {
            place.write(
                    CatalogIndex.KEY,
                    switch (random.nextInt(3)) {
                        case 0 -> new byte[0];
                        case 1 -> "{".getBytes(StandardCharsets.UTF_8);
                        default -> Arrays.copyOf(index, random.nextInt(index.length + 1));
                    });
        } catch (SpillwayException e) {
            throw new AssertionError(e);
        }
    }

    private boolean killed(String dataset) throws Exception {
        if (!(place instanceof FakeBucket bucket)) {
            note("nothing");
            return false;
        }
        bucket.changesLeft = random.nextInt(40);
        int kind = random.nextInt(3);
        note(List.of("export", "prune", "withdraw").get(kind) + ", killed after " + bucket.changesLeft + " changes");
        open.add(dataset);
        boolean ended = false;
        try {
            switch (kind) {
                case 0 -> export(dataset);
                case 1 -> prune(dataset);
                default -> withdraw(dataset);
            }
            ended = true;
        } catch (RuntimeException e) {
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
        bucket.objects.keySet().stream()
                .filter(key -> key.endsWith("/withdrawn.json"))
                .forEach(key -> withdrawn.add(id(key)));
        return ended;
    }

    private Clock clock() {
        return Clock.fixed(now, ZoneOffset.UTC);
    }

    private SiteWriter writer() {
        return new SiteWriter(place, List.of(), SiteWriter.Turns.NONE, clock());
    }

    private void put(String dataset) throws Exception {
        dumps.title = dataset + " " + random.nextInt(3);
        dumps.publisher = random.nextInt(10) == 0 ? "Publisher " + random.nextInt(3) : null;
        dumps.parts = random.nextInt(10) == 0 ? 11 : 1 + random.nextInt(2);
        dumps.nextDue = random.nextBoolean() ? now.plus(Duration.ofHours(random.nextInt(50))) : null;
        Path made = Files.createDirectories(folder.resolve("made").resolve(dataset + now.getEpochSecond()));
        Manifest manifest = dumps.in(made, dataset, now, 1 + random.nextInt(5));
        ObjectKey key = new ObjectKey(manifest.dump());
        try (var files = Files.list(made)) {
            for (Path file : files.filter(each -> !each.endsWith(Manifest.FILE_NAME))
                    .sorted()
                    .toList()) {
                place.write(key.child(file.getFileName().toString()), Files.readAllBytes(file));
            }
        }
        place.write(key.child(Manifest.FILE_NAME), Files.readAllBytes(made.resolve(Manifest.FILE_NAME)));
    }

    private void export(String dataset) throws Exception {
        withdrawals(dataset).settle(this::move);
        put(dataset);
        new StatusFile(place, dataset, clock()).delivered();
        writer().publish(dataset);
        if (random.nextBoolean()) {
            prune(dataset);
        }
    }

    private void resume(String dataset) throws Exception {
        withdrawals(dataset).settle(this::move);
        writer().publish(dataset);
    }

    private void prune(String dataset) throws Exception {
        if (place.list(dataset + "/2").isEmpty()) {
            writer().publish(dataset);
            return;
        }
        Memory memory = new Memory() {
            @Override
            public Optional<byte[]> read(String name) {
                return Optional.ofNullable(memories.get(name));
            }

            @Override
            public void write(String name, byte[] bytes) {
                memories.put(name, bytes);
            }
        };
        new Pruner(place, dataset, clock(), memory)
                .prune(
                        new Pruner.Keep(new Retention(2 + random.nextInt(3), 0, 0, 0, 0), Duration.ZERO),
                        false,
                        () -> writer().publish(dataset));
        writer().publish(dataset);
    }

    private Withdrawals withdrawals(String dataset) {
        return new Withdrawals(place, false, List.of(place), dataset, clock());
    }

    private void move(Destination at) throws SpillwayException, InterruptedException {
        String dataset = history.get(history.size() - 1).replaceAll(":.*", "");
        new StatusFile(at, dataset, clock()).withdrawn();
        writer().publish(dataset);
    }

    private void withdraw(String dataset) throws Exception {
        List<DumpId> all = standing(dataset);
        if (all.isEmpty()) {
            writer().publish(dataset);
            return;
        }
        DumpId dump = all.get(random.nextInt(all.size()));
        note(" " + dump);
        assertThat(withdrawals(dataset)
                        .withdraw(dump, "wrong", random.nextBoolean(), this::move)
                        .failed())
                .as(told())
                .isEmpty();
        withdrawn.add(dump);
    }

    private List<DumpId> standing(String dataset) throws Exception {
        List<DumpId> all = new ArrayList<>();
        for (StoredObject object : place.list(dataset + "/")) {
            if (object.key().name().equals(Manifest.FILE_NAME)) {
                all.add(id(object.key().value()));
            }
        }
        all.removeAll(withdrawn);
        return all;
    }

    private static DumpId id(String key) {
        String[] path = key.split("/", -1);
        return DumpId.of(path[0], path[1]).orElseThrow();
    }

    /** What a run that ended has written names no dump that had a notice before it began. */
    private void requireNothingWithdrawn(Set<DumpId> before) throws Exception {
        for (String name : List.of("feed.atom", "links.json", "status.json")) {
            String text = new String(bytes(new ObjectKey(name)).orElseThrow(), StandardCharsets.UTF_8);
            for (DumpId dump : before) {
                assertThat(text)
                        .as("%s names a withdrawn dump\n%s", name, told())
                        .doesNotContain(dump + "/" + Manifest.FILE_NAME);
                assertThat(name.equals("feed.atom") ? "" : text)
                        .as("%s names a withdrawn dump\n%s", name, told())
                        .doesNotContain("\"" + dump + "\"");
            }
        }
    }

    private void requireRebuilt() throws Exception {
        FakeBucket copy = new FakeBucket(place.name());
        for (StoredObject object : place.list("")) {
            copy.objects.put(object.key().value(), bytes(object.key()).orElseThrow());
        }
        Map<String, String> there = root(copy);
        Optional<? extends Map<String, CatalogEntry>> index = CatalogIndex.read(copy);
        copy.objects.remove(CatalogIndex.FILE_NAME);
        new SiteWriter(copy, List.of(), SiteWriter.Turns.NONE, clock()).rebuild(Set.of());
        assertThat(there).as(told()).isEqualTo(root(copy));
        assertThat(index.orElseThrow())
                .as(told())
                .isEqualTo(CatalogIndex.read(copy).orElseThrow());
        assertThat(there).as(told()).containsAllEntriesOf(madeFromManifests(copy));
    }

    /** The pages, the links and the status of the site, made without entries of an index. */
    private Map<String, String> madeFromManifests(FakeBucket copy) throws Exception {
        Catalog catalog = Catalog.read(copy);
        Map<String, String> files = new TreeMap<>();
        new Pages(copy)
                .ofSite(catalog)
                .forEach((key, bytes) -> files.put(key.value(), new String(bytes, StandardCharsets.UTF_8)));
        List<Listing> listings = catalog.datasets().stream()
                .map(published -> Listing.of(published.latest(), Addresses.fromRoot(copy), List.of()))
                .toList();
        files.put(LinksFile.FILE_NAME, new String(LinksFile.write(listings), StandardCharsets.UTF_8));
        files.put(
                DatasetStatus.FILE_NAME,
                new String(SiteStatus.of(catalog, copy, clock().instant()).write(), StandardCharsets.UTF_8));
        return files;
    }

    private static Map<String, String> root(FakeBucket bucket) {
        Map<String, String> root = new TreeMap<>();
        bucket.objects.forEach((key, bytes) -> {
            if (!key.contains("/") && !key.equals(OwnFiles.FILE_NAME) && !key.equals(CatalogIndex.FILE_NAME)) {
                root.put(key, new String(bytes, StandardCharsets.UTF_8));
            }
        });
        return root;
    }

    private Optional<byte[]> bytes(ObjectKey key) throws SpillwayException, IOException {
        if (place.find(key).isEmpty()) {
            return Optional.empty();
        }
        try (InputStream in = place.open(key)) {
            return Optional.of(in.readAllBytes());
        }
    }
}
