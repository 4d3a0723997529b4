package io.spillway.site;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.catalog.CatalogIndex;
import io.spillway.catalog.Inventory;
import io.spillway.catalog.Memory;
import io.spillway.catalog.OwnFiles;
import io.spillway.dataset.DumpId;
import io.spillway.deliver.Pruner;
import io.spillway.deliver.Retention;
import io.spillway.deliver.StatusFile;
import io.spillway.deliver.Withdrawals;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.destination.s3.S3Bucket;
import io.spillway.destination.s3.S3Options;
import io.spillway.destination.s3.S3Server;
import io.spillway.notices.AddressCheck;
import io.spillway.notices.NoticeSettings;
import io.spillway.notices.NoticeWriter;
import io.spillway.support.CountedDestination;
import io.spillway.support.FakeBucket;
import io.spillway.support.PublishedDumps;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * What one export asks of a destination does not depend on the dumps of other datasets. {@code -Dspillway.catalog.folder=FOLDER}
 * and {@code -Dspillway.catalog.bucket=FOLDER} measure a site of {@code -Dspillway.catalog.datasets=200} datasets of {@code -Dspillway.catalog.dumps=200} dumps.
 */
@Timeout(600)
@Tag("slow")
class ExportCostTest {
    private static final Instant START = Instant.parse("2026-01-01T03:00:00Z");
    private static final Instant NOW = Instant.parse("2026-11-21T03:00:00Z");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
    private static final String OWN = "own";
    private static final Pattern DUMP_FILE = Pattern.compile("[^/]+/[0-9-]+T[0-9]+Z/.+");

    /** The site is in one language, so that it is made quickly. */
    private static final NoticeSettings ENGLISH =
            new NoticeSettings(List.of("en"), null, null, null, 1, false, Map.of());

    /** Dumps of the dataset that is exported. */
    private static final int OWN_DUMPS = 3;
    /** The heap that an export may use where the bucket is in the same heap. */
    private static final long HEADROOM = 64L << 20;

    private static final int CHUNK = 100_000;

    @TempDir
    private Path folder;

    private final PublishedDumps dumps = new PublishedDumps();

    /** What one export asked of a destination. */
    private record Cost(List<String> requests, Map<String, Long> bytes, long listed) {
        /** Bytes of files that have an entry for each dataset, and so grow with the number of datasets. */
        long bytesOfLists() {
            return bytes.entrySet().stream()
                    .filter(file -> !file.getKey().contains("/"))
                    .mapToLong(Map.Entry::getValue)
                    .sum();
        }

        long otherBytes() {
            return bytes.values().stream().mapToLong(Long::longValue).sum() - bytesOfLists();
        }

        Map<String, Long> kinds() {
            return requests.stream()
                    .collect(Collectors.groupingBy(
                            request -> request.substring(0, request.indexOf(' ')),
                            TreeMap::new,
                            Collectors.counting()));
        }
    }

    private void fill(Path root, int datasets, int dumpsOfEach) throws Exception {
        for (int dataset = 0; dataset < datasets; dataset++) {
            for (int dump = 0; dump < dumpsOfEach; dump++) {
                put(root, "dataset-%04d".formatted(dataset), START.plus(Duration.ofHours(dump)));
            }
        }
        for (int dump = 0; dump < OWN_DUMPS; dump++) {
            // After those of the others, so that the feed has them and loses the one that is removed.
            put(root, OWN, NOW.minus(Duration.ofHours(9L - dump)));
        }
    }

    private void put(Path root, String dataset, Instant taken) throws Exception {
        dumps.parts = 1;
        dumps.sample = "";
        dumps.publish(root, dataset, taken, 1);
    }

    private static SiteWriter writer(Destination place) {
        return new SiteWriter(
                place,
                List.of(),
                SiteWriter.Turns.NONE,
                CLOCK,
                new NoticeWriter(place, List.of(), AddressCheck.NONE, ENGLISH, CLOCK));
    }

    /** What an export does at a destination that has just received its dump. */
    private static Cost export(Destination place) throws Exception {
        CountedDestination counted = new CountedDestination(place);
        assertThat(writer(counted).foreign(OWN)).isEmpty();
        new Withdrawals(counted, false, List.of(counted), OWN, CLOCK)
                .settle(at -> writer(at).publish(OWN));
        new StatusFile(counted, OWN, CLOCK).delivered();
        writer(counted).publish(OWN);
        Pruner.Keep keep = new Pruner.Keep(new Retention(OWN_DUMPS, 0, 0, 0, 0), Duration.ZERO);
        assertThat(new Pruner(counted, OWN, CLOCK, Memory.NONE)
                        .prune(keep, false, () -> writer(counted).publish(OWN))
                        .removed())
                .hasSize(1);
        writer(counted).updateStatus(OWN);
        return new Cost(counted.requests(), counted.bytes(), counted.listed());
    }

    /** The second export of a site that its first one has indexed. */
    private Cost inDirectory(int datasets, int dumpsOfEach) throws Exception {
        Path root = folder.resolve(datasets + "x" + dumpsOfEach);
        Files.createDirectories(root);
        fill(root, datasets, dumpsOfEach);
        try (LocalDirectory directory = LocalDirectory.open(root)) {
            writer(directory).rebuild(Set.of());
            put(root, OWN, NOW);
            return export(directory);
        }
    }

    private static void copy(Path root, Destination bucket) throws Exception {
        try (var files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                bucket.write(new ObjectKey(root.relativize(file).toString()), Files.readAllBytes(file));
            }
        }
    }

    private Cost inBucket(Destination bucket, int datasets, int dumpsOfEach) throws Exception {
        Path root = Files.createDirectories(folder.resolve("b" + datasets + "x" + dumpsOfEach));
        fill(root, datasets, dumpsOfEach);
        copy(root, bucket);
        writer(bucket).rebuild(Set.of());
        Path own = Files.createDirectories(folder.resolve("own" + datasets + "x" + dumpsOfEach));
        put(own, OWN, NOW);
        copy(own, bucket);
        return export(bucket);
    }

    private static void requireSame(Cost small, Cost large) {
        // Several threads read the dataset's own manifests.
        assertThat(large.requests().stream().sorted().toList())
                .isEqualTo(small.requests().stream().sorted().toList());
        assertThat(large.otherBytes()).isEqualTo(small.otherBytes());
        assertThat(large.listed()).isEqualTo(small.listed());
    }

    @Test
    void inADirectoryItIsTheSameWithFewAndManyOtherDumps() throws Exception {
        Cost few = inDirectory(3, 3);
        requireSame(few, inDirectory(9, 9));
        assertThat(few.requests()).noneMatch(request -> request.equals("list ") || request.contains("dataset-"));
    }

    @Test
    void inABucketItIsTheSameWithFewAndManyOtherDumps() throws Exception {
        requireSame(inBucket(new FakeBucket("s3://bucket/"), 5, 5), inBucket(new FakeBucket("s3://bucket/"), 40, 40));
    }

    @Test
    void aStoreOnTheNetworkReceivesTheSameRequests() throws Exception {
        try (S3Server server = S3Server.inMemory()) {
            Cost few = inStore(server, "few/", 1, 2);
            Cost many = inStore(server, "many/", 3, 4);
            requireSame(few, many);
        }
    }

    private Cost inStore(S3Server server, String prefix, int datasets, int dumpsOfEach) throws Exception {
        try (S3Bucket bucket = store(server.endpoint(), prefix)) {
            return inBucket(bucket, datasets, dumpsOfEach);
        }
    }

    private static S3Bucket store(URI endpoint, String prefix) throws Exception {
        S3Options usual = S3Server.options(endpoint, S3Options.Dialect.AMAZON);
        return S3Bucket.open(new S3Options(
                new S3Options.Address(
                        S3Server.BUCKET,
                        prefix,
                        null,
                        endpoint,
                        true,
                        usual.address().publicUrl()),
                usual.credentials(),
                usual.dialect(),
                usual.keeping(),
                usual.sending(),
                usual.patience()));
    }

    @Test
    void moreDumpsOfOtherDatasetsChangeOnlyTheIndexAndTheFeed() throws Exception {
        Cost few = inBucket(new FakeBucket("s3://bucket/"), 5, 5);
        Cost more = inBucket(new FakeBucket("s3://bucket/"), 5, 60);
        requireSame(few, more);
        for (String grows : List.of(CatalogIndex.FILE_NAME, "feed.atom")) {
            few.bytes().remove(grows);
            more.bytes().remove(grows);
        }
        assertThat(more.bytes().keySet()).isEqualTo(few.bytes().keySet());
        assertThat(more.bytesOfLists()).isCloseTo(few.bytesOfLists(), Percentage.withPercentage(2));
    }

    /** Makes the site in the first run, and only exports in later ones, which so can have a small heap. */
    @Test
    @EnabledIfSystemProperty(named = "spillway.catalog.folder", matches = ".+")
    void aLargeSiteIsMeasured() throws Exception {
        Path root = Path.of(System.getProperty("spillway.catalog.folder"));
        boolean made = fillOnce(root);
        try (LocalDirectory directory = LocalDirectory.open(root)) {
            if (!made) {
                index(directory);
            }
            measure(root, directory);
        }
    }

    /**
     * The same in a bucket in memory, which receives the dumps of the folder. Needs {@code -Xmx1400m -XX:+UseSerialGC -Xmn40m}:
     * other collectors keep a share of the heap for themselves, so that the free bytes are not all usable.
     */
    @Test
    @EnabledIfSystemProperty(named = "spillway.catalog.bucket", matches = ".+")
    void aLargeBucketIsMeasured() throws Exception {
        Path root = Path.of(System.getProperty("spillway.catalog.bucket"));
        fillOnce(root);
        Destination bucket = new FakeBucket("s3://bucket/");
        try (var files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String key = root.relativize(file).toString();
                if (DUMP_FILE.matcher(key).matches()) {
                    bucket.write(new ObjectKey(key), Files.readAllBytes(file));
                }
            }
        }
        index(bucket);
        Instant taken = Inventory.of(bucket, OWN).dumps().get(0).instant().plusSeconds(1);
        Path own = Files.createDirectories(folder.resolve("own"));
        put(own, OWN, taken);
        copy(own, bucket);
        List<byte[]> occupied = occupyAllBut(HEADROOM);
        long begin = System.nanoTime();
        report("export with 64 MiB of heap beside the bucket", begin, export(bucket));
        assertThat(occupied).isNotEmpty();
    }

    /** Fills the heap until so many bytes are free: the bucket, which has most of it, is in the same process. */
    private static List<byte[]> occupyAllBut(long headroom) {
        List<byte[]> occupied = new ArrayList<>();
        Runtime runtime = Runtime.getRuntime();
        System.gc();
        long free = runtime.maxMemory() - runtime.totalMemory() + runtime.freeMemory() - headroom;
        for (long size = 0; size < free; size += CHUNK) {
            occupied.add(new byte[CHUNK]);
        }
        return occupied;
    }

    private boolean fillOnce(Path root) throws Exception {
        boolean made = Files.exists(root.resolve(CatalogIndex.FILE_NAME));
        if (!made) {
            Files.createDirectories(root);
            fill(
                    root,
                    Integer.getInteger("spillway.catalog.datasets", 200),
                    Integer.getInteger("spillway.catalog.dumps", 200));
        }
        return made;
    }

    private static void index(Destination place) throws Exception {
        CountedDestination counted = new CountedDestination(place);
        long begin = System.nanoTime();
        writer(counted).rebuild(Set.of());
        report("rebuild", begin, new Cost(counted.requests(), counted.bytes(), counted.listed()));
    }

    private void measure(Path root, Destination place) throws Exception {
        Instant taken = Inventory.of(place, OWN).dumps().get(0).instant().plusSeconds(1);
        put(root, OWN, taken);
        long begin = System.nanoTime();
        report("export", begin, export(place));
        System.out.printf(
                "  index %,d bytes, links.json %,d, record of files %,d%n",
                Files.size(root.resolve(CatalogIndex.FILE_NAME)),
                Files.size(root.resolve("links.json")),
                Files.size(root.resolve(OwnFiles.FILE_NAME)));
        assertThat(root.resolve("links.json")).content().contains(new DumpId(OWN, taken).toString());
    }

    private static void report(String what, long begin, Cost cost) {
        System.out.printf(
                "%s: %,d ms, heap of at most %,d MiB%n  requests %,d %s, objects listed %,d, bytes of lists %,d, other bytes %,d%n",
                what,
                (System.nanoTime() - begin) / 1_000_000,
                Runtime.getRuntime().maxMemory() >> 20,
                cost.requests().size(),
                cost.kinds(),
                cost.listed(),
                cost.bytesOfLists(),
                cost.otherBytes());
    }
}
