package io.spillway.run;

import io.spillway.catalog.LatestFile;
import io.spillway.config.ConfigFile;
import io.spillway.dataset.DumpId;
import io.spillway.deliver.DeliveryOutcome;
import io.spillway.deliver.Withdrawals;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.fault.SpillwayException;
import io.spillway.schedule.ScheduleFile;
import io.spillway.support.FakeBucket;
import io.spillway.support.SyntheticSource;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A schedule of {@code journals}, a directory and two buckets, and the commands on them: the command line without a
 * server and without a process for each command. Each export takes its snapshot an hour after the previous one.
 */
final class PublishedWorld {
    private static final Exporter EXPORTER = new Exporter(ExportListener.NONE);

    final Path root;
    final FakeBucket first = new FakeBucket("s3://first/");
    final FakeBucket second = new FakeBucket("s3://second/");

    /** Additional keys of the schedule. */
    String keys = "keep: {last: 2, grace: 0s}\n";

    /** Whether the directory is a spool and not a destination. */
    boolean spooled;

    /** Whether the second bucket is one of the destinations. */
    boolean toSecond = true;

    /** The number of documents in the index. */
    int documents = 20;

    /** The time of the next snapshot. */
    Instant now = Instant.now().minus(Duration.ofDays(3_000)).truncatedTo(ChronoUnit.HOURS);

    private final Path file;

    PublishedWorld(Path folder) {
        this.root = folder.resolve("home");
        this.file = folder.resolve("journals.yaml");
    }

    ScheduleFile schedule() throws Exception {
        Files.writeString(file, """
                dataset: journals
                source: {elasticsearch: "http://127.0.0.1:1", index: synthetic}
                destinations: [{directory: "%s"}]
                """.formatted(root) + keys);
        return ConfigFile.read(file, ScheduleFile.class);
    }

    Destinations places() throws Exception {
        List<Destination> others = new ArrayList<>(List.of(first));
        if (toSecond) {
            others.add(second);
        }
        return new Destinations(LocalDirectory.open(root), spooled, others, Configuration.digest(schedule()));
    }

    /** Every place that a reader may look at. */
    List<Destination> readable() throws Exception {
        return places().all();
    }

    ExportReport export() throws Exception {
        return export(GateOverrides.NONE);
    }

    ExportReport export(GateOverrides allowed) throws Exception {
        now = now.plus(Duration.ofHours(1));
        SyntheticSource source = SyntheticSource.seeded(7, documents).takenAt(now);
        try (Destinations places = places()) {
            return EXPORTER.export(schedule(), allowed, places, () -> source);
        }
    }

    DeliveryOutcome resume(DumpId... anyway) throws Exception {
        try (Destinations places = places()) {
            return EXPORTER.resume(
                    schedule(),
                    new GateOverrides(false, false, false, Set.of(anyway)),
                    true,
                    places,
                    SyntheticSource.seeded(7, documents));
        }
    }

    Withdrawals.Outcome withdraw(DumpId dump, boolean delete) throws Exception {
        try (Destinations places = places()) {
            return places.withdrawals("journals").withdraw(dump, "wrong", delete, Upkeep.move(places, schedule()));
        }
    }

    Upkeep.Pruned prune() throws Exception {
        try (Destinations places = places()) {
            Upkeep.settle(places, schedule());
            return Upkeep.prune(places, schedule(), false);
        }
    }

    void catalog() throws Exception {
        try (Destinations places = places()) {
            Sites.publish(places, Set.of(), schedule());
        }
    }

    /** The dump that the links of a place lead to, or empty if there is none. */
    static Optional<DumpId> latest(Destination place) throws Exception {
        ObjectKey key = new ObjectKey("journals").child(LatestFile.FILE_NAME);
        if (place.find(key).isEmpty()) {
            return Optional.empty();
        }
        try (InputStream in = place.open(key)) {
            String dump = LatestFile.read(in, key.value()).dump();
            return DumpId.of("journals", dump.substring(dump.indexOf('/') + 1));
        }
    }

    /** The dumps with a manifest at a place. */
    static List<DumpId> manifests(Destination place) throws SpillwayException {
        return place.list("journals/").stream()
                .filter(object -> object.key().name().equals("manifest.json"))
                .map(object -> object.key().value().split("/", -1)[1])
                .flatMap(stamp -> DumpId.of("journals", stamp).stream())
                .toList();
    }

    LocalDirectory directory() throws SpillwayException {
        return LocalDirectory.open(root);
    }
}
