package io.spillway.run;

import io.spillway.catalog.Memory;
import io.spillway.dataset.Dataset;
import io.spillway.dataset.DumpId;
import io.spillway.dataset.License;
import io.spillway.deliver.Deliveries;
import io.spillway.deliver.Terms;
import io.spillway.deliver.Withdrawals;
import io.spillway.destination.Destination;
import io.spillway.destination.LocalFolders;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.archive.ArchiveOptions;
import io.spillway.destination.archive.InternetArchive;
import io.spillway.destination.archive.ItemLimits;
import io.spillway.destination.archive.ItemMetadata;
import io.spillway.destination.archive.ItemTemplate;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.destination.s3.Checksums;
import io.spillway.destination.s3.S3Bucket;
import io.spillway.destination.s3.S3Options;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.schedule.ArchiveSection;
import io.spillway.schedule.BucketSection;
import io.spillway.schedule.DestinationSection;
import io.spillway.schedule.RepositoryBucketSection;
import io.spillway.schedule.S3Section;
import io.spillway.schedule.ScheduleFile;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The open destinations of a schedule: the home, in which dumps are made, and the destinations they are sent to from there. The
 * home is a directory or a bucket. If it is neither, dumps are written to a spool in the state folder first.
 */
public final class Destinations implements AutoCloseable {
    /** The environment variable that names the state folder. */
    private static final String STATE_VARIABLE = "SPILLWAY_STATE";

    private final Destination home;
    private final LocalDirectory work;
    private final Workspace workspace;
    private final boolean spooled;
    private final List<Destination> others;
    private final Terms terms;

    /** Takes open destinations. Closing this closes them. */
    Destinations(LocalDirectory home, boolean spooled, List<Destination> others, String configuration) {
        this.home = home;
        this.work = home;
        this.workspace = new DirectoryWorkspace(home);
        this.spooled = spooled;
        this.others = others;
        this.terms = new Terms(configuration, Set.of(), new DirectoryMemory(home));
    }

    /** Takes an open bucket in which dumps are made. Closing this object closes the bucket and removes its folder. */
    Destinations(BucketHome bucket, String configuration) {
        this.home = new HomeBucket(bucket);
        this.work = bucket.work();
        this.workspace = new BucketWorkspace(bucket);
        this.spooled = false;
        this.others = List.of();
        this.terms = new Terms(configuration, Set.of(), new DirectoryMemory(bucket.work()));
    }

    /** Opens all destinations of a schedule; the caller closes them. */
    public static Destinations open(ScheduleFile schedule) throws SpillwayException {
        S3Section bucket = schedule.bucketHome();
        return bucket == null
                ? openWithDirectory(schedule)
                : new Destinations(openBucketHome(schedule, bucket), Configuration.digest(schedule));
    }

    private static BucketHome openBucketHome(ScheduleFile schedule, S3Section section) throws SpillwayException {
        LocalDirectory work = LocalDirectory.openPrivate(spool(schedule));
        try {
            return new BucketHome(S3Bucket.open(options(section)), work, Lease.PERIOD);
        } catch (SpillwayException | RuntimeException e) {
            work.close();
            throw e;
        }
    }

    private static Destinations openWithDirectory(ScheduleFile schedule) throws SpillwayException {
        Optional<DestinationSection> directory = schedule.destinations().stream()
                .filter(each -> each.directory() != null)
                .findFirst();
        LocalDirectory home = directory.isPresent()
                ? LocalDirectory.open(path(directory.get()), directory.get().publicUrl())
                : LocalDirectory.openPrivate(spool(schedule));
        List<Destination> others = new ArrayList<>();
        try {
            for (DestinationSection section : schedule.destinations()) {
                if (section.s3() != null) {
                    others.add(S3Bucket.open(options(section.s3())));
                } else if (section.internetArchive() != null) {
                    others.add(InternetArchive.open(
                            options(section.internetArchive(), schedule.toDataset(), spool(schedule))));
                }
            }
        } catch (SpillwayException | RuntimeException e) {
            others.forEach(Destination::close);
            home.close();
            throw e;
        }
        return new Destinations(home, directory.isEmpty(), others, Configuration.digest(schedule));
    }

    /**
     * Opens a directory with dumps; the caller closes it.
     *
     * @param publicUrl where readers fetch its files, ending in a slash, or null
     */
    public static Destination openDirectory(Path directory, @Nullable URI publicUrl) throws SpillwayException {
        return LocalDirectory.open(directory, publicUrl);
    }

    /** Opens a directory with dumps that is only read; the caller closes it. */
    public static Destination openToRead(Path directory) throws SpillwayException {
        return LocalDirectory.openToRead(directory);
    }

    /** The directory on this machine that a destination keeps its files in, or empty if it keeps them elsewhere. */
    public static Optional<Path> folder(Destination place, ObjectKey key) {
        return place.capability(LocalFolders.class).map(folders -> folders.folder(key));
    }

    /**
     * Warnings about sending dumps of this size to the Internet Archive.
     *
     * @param bytes of all files of a dump
     * @param files of a dump
     */
    public static List<String> archiveWarnings(long bytes, int files) {
        return ItemLimits.warnings(bytes, files);
    }

    /** Where dumps are made: a destination itself, or a spool. */
    public Destination home() {
        return home;
    }

    /** The directory of this machine in which files are written first: the home itself, or a folder of the state. */
    LocalDirectory work() {
        return work;
    }

    /** The home where it is a spool, else null. */
    public @Nullable Destination spool() {
        return spooled ? home : null;
    }

    /** Where readers look, first of all; never the spool. */
    public List<Destination> all() {
        return Stream.concat(spooled ? Stream.of() : Stream.of(home), others.stream())
                .toList();
    }

    /** The destinations from which a dump can be removed. An archive keeps every dump. */
    List<Destination> prunable() {
        return all().stream().filter(place -> place.traits().keepsSiteFiles()).toList();
    }

    /** Delivers dumps to the destinations other than the home. */
    public Deliveries deliveries() {
        return deliveries(Set.of());
    }

    /**
     * The same, with the operator's decisions on waiting dumps.
     *
     * @param anyway dumps to send even if they were made under another configuration
     */
    Deliveries deliveries(Set<DumpId> anyway) {
        return new Deliveries(home, work::folder, spooled, others, terms.withAnyway(anyway));
    }

    /** State kept at home between runs. */
    Memory memory() {
        return terms.memory();
    }

    /** Withdraws dumps from every destination that a dump can be removed from. */
    Withdrawals withdrawals(String dataset) {
        return new Withdrawals(home, spooled, prunable(), dataset, Clock.systemUTC());
    }

    /** Stores parts until they are published. */
    Workspace workspace() {
        return workspace;
    }

    /** The directory in which a schedule's dumps are written, whether it exists or not. */
    public static Path homePath(ScheduleFile schedule) {
        return schedule.destinations().stream()
                .filter(each -> each.directory() != null)
                .findFirst()
                .map(Destinations::path)
                .orElseGet(() -> spool(schedule))
                .toAbsolutePath()
                .normalize();
    }

    /** Whether no destination is a directory, so that dumps are written to a spool first. */
    public static boolean isSpooled(ScheduleFile schedule) {
        return schedule.bucketHome() == null
                && schedule.destinations().stream().allMatch(each -> each.directory() == null);
    }

    private static Path path(DestinationSection section) {
        Path directory = section.directory();
        if (directory == null) {
            throw new IllegalStateException("no directory");
        }
        return directory;
    }

    private static Path spool(ScheduleFile schedule) {
        return state(schedule).resolve("spool");
    }

    /**
     * The state folder: set by the schedule or the environment, else the default of the XDG Base Directory
     * Specification.
     *
     * @param schedule null if a command has none
     */
    public static Path state(@Nullable ScheduleFile schedule) {
        if (schedule != null && schedule.state() != null) {
            return schedule.state();
        }
        String named = System.getenv(STATE_VARIABLE);
        if (named != null && !named.isBlank()) {
            return Path.of(named);
        }
        String xdg = System.getenv("XDG_STATE_HOME");
        Path base = xdg != null && !xdg.isBlank()
                ? Path.of(xdg)
                : Path.of(System.getProperty("user.home"), ".local", "state");
        return base.resolve("spillway");
    }

    public static S3Options options(S3Section section) {
        var dialect = new S3Options.Dialect(
                switch (section.checksums()) {
                    case SHA256 -> Checksums.SHA256;
                    case CRC64NVME -> Checksums.CRC64NVME;
                    case MD5 -> Checksums.MD5;
                },
                section.conditionalWrites(),
                section.proof() == S3Section.Proof.READ ? S3Options.Proof.READ : S3Options.Proof.AUTO);
        return new S3Options(
                address(section.access(), section.prefix() == null ? "" : section.prefix(), section.publicUrl()),
                credentials(section.access()),
                dialect,
                new S3Options.Keeping(section.storageClass(), section.encryption(), section.kmsKey()),
                new S3Options.Sending(section.pieceBytes().bytes(), section.requests()),
                S3Options.Patience.DEFAULT);
    }

    /** A bucket that is only read. */
    static S3Options options(RepositoryBucketSection section) {
        S3Options reading = S3Options.of(address(section.access(), section.prefix(), null));
        return new S3Options(
                reading.address(),
                credentials(section.access()),
                reading.dialect(),
                reading.keeping(),
                reading.sending(),
                reading.patience());
    }

    private static S3Options.Address address(BucketSection access, String prefix, @Nullable URI publicUrl) {
        return new S3Options.Address(
                access.bucket(), prefix, access.region(), access.endpoint(), access.pathStyle(), publicUrl);
    }

    private static S3Options.Credentials credentials(BucketSection access) {
        return access.accessKey() != null && access.secretKey() != null
                ? new S3Options.Keys(access.accessKey(), access.secretKey(), access.sessionToken())
                : new S3Options.SdkChain(access.profile());
    }

    private static ArchiveOptions.Endpoints endpoints(ArchiveSection section) {
        var own = ArchiveOptions.Endpoints.ARCHIVE;
        return new ArchiveOptions.Endpoints(
                section.uploads() == null ? own.upload() : section.uploads(),
                section.site() == null ? own.front() : section.site(),
                own.trusted());
    }

    private static ArchiveOptions options(ArchiveSection section, Dataset dataset, Path spool)
            throws SpillwayException {
        try {
            Files.createDirectories(spool);
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "cannot create the state folder %s: %s".formatted(spool, e.getMessage()),
                    "set another one with state: in the schedule, or with " + STATE_VARIABLE,
                    e);
        }
        String license = dataset.license();
        URI licenseUrl = license == null
                ? null
                : License.address(license, dataset.customLicense())
                        .map(URI::create)
                        .orElse(null);
        return new ArchiveOptions(
                new ItemTemplate(section.item()),
                section.collection(),
                section.mediatype(),
                new ItemMetadata(
                        dataset.title(), dataset.description(), section.creator(), licenseUrl, section.subjects()),
                section.accessKey(),
                section.secretKey(),
                endpoints(section),
                ArchiveOptions.Patience.DEFAULT.sendingWithin(section.sendWithin()),
                spool);
    }

    @Override
    public void close() {
        others.forEach(Destination::close);
        home.close();
        if (work != home) {
            work.close();
        }
    }
}
