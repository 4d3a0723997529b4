package io.spillway.daemon;

import io.spillway.config.ConfigFile;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.schedule.ScheduleFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder of schedule files ({@code *.yaml}, {@code *.yml}), one dataset each. The folder is polled rather than
 * watched: network file systems send no notifications, nor do containers that swap files by a link.
 *
 * <p>The last valid version of a broken file stays known, so that its dataset is monitored and its times are kept. The
 * dataset is not exported, because the unreadable version may publish less; {@link #current} decides that for each
 * attempt. {@link #refresh()} is for use by one thread; the getters are thread-safe.
 */
final class ScheduleFolder {
    private static final Logger LOG = LoggerFactory.getLogger(ScheduleFolder.class);

    private final Path folder;
    private final SortedMap<Path, Known> files = new TreeMap<>();
    private @Nullable String unreadable;
    private volatile SortedMap<String, ScheduleFile> schedules = new TreeMap<>();
    private volatile SortedMap<Path, String> problems = new TreeMap<>();
    private volatile Map<String, Owner> ownersByDataset = Map.of();

    /**
     * The file of a dataset.
     *
     * @param version of the content that {@code schedule} was read from, or null if the file is broken
     */
    private record Owner(Path file, @Nullable Version version, ScheduleFile schedule) {}

    /** The stored knowledge of a file. */
    private static final class Known {
        @Nullable
        Version version;
        /** The current content, or null if it is broken. */
        @Nullable
        ScheduleFile read;
        /** The schedule in force. */
        @Nullable
        ScheduleFile inForce;

        @Nullable
        String problem;

        @Nullable
        String logged;
    }

    /**
     * Changes with the content or the modification time; touching the file also reloads what it refers to by {@code
     * ${file:…}}.
     */
    private record Version(long modified, @Nullable Object key, ByteBuffer content) {}

    ScheduleFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * Reads the folder for the first time. A broken file affects only its own dataset: it is logged and listed in
     * {@link #problems}.
     *
     * @throws SpillwayException there is no file, or all files are broken; the message lists the problems of all
     */
    void readAll() throws SpillwayException {
        try {
            var unused = readFolder();
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "the folder of schedules " + folder + " cannot be read (" + e + ")",
                    "name a folder that contains schedule files, such as schedules/",
                    e);
        }
        if (files.isEmpty()) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "no schedule files in " + folder,
                    "add one file per dataset with a name ending in .yaml");
        }
        if (!schedules.isEmpty()) {
            files.forEach(this::logProblem);
        } else if (!problems.isEmpty()) {
            String all = String.join("\n", problems.values());
            throw new SpillwayException(
                    Fault.CONFIG,
                    problems.size() == 1 ? all : problems.size() + " files with problems in " + folder + "\n" + all,
                    "docs/configuration.md lists every key with its type, default and limits");
        }
    }

    /**
     * Reads the folder again. Logs each problem once.
     *
     * @return whether a schedule in force was changed, added or removed
     */
    boolean refresh() {
        try {
            boolean changed = readFolder();
            unreadable = null;
            files.forEach(this::logProblem);
            return changed;
        } catch (IOException e) {
            if (!Objects.equals(unreadable, e.toString())) {
                unreadable = e.toString();
                LOG.error(
                        "cannot read the folder of schedules; nothing is exported folder={} cause=\"{}\"",
                        folder,
                        unreadable);
            }
            return false;
        }
    }

    /** The last valid version of each schedule, by dataset name; for monitoring, not for exports. */
    SortedMap<String, ScheduleFile> schedules() {
        return schedules;
    }

    /**
     * The current schedule of a dataset, for an export. Reads its file if it has changed since the last refresh.
     *
     * @throws SpillwayException {@link Fault#CONFIG}: the file is broken, cannot be read, or names another dataset
     */
    ScheduleFile current(String dataset) throws SpillwayException {
        Owner owner = ownersByDataset.get(dataset);
        if (owner == null) {
            throw stopped(dataset, "no file in " + folder + " defines it", null);
        }
        ScheduleFile now;
        try {
            now = version(owner.file()).equals(owner.version())
                    ? owner.schedule()
                    : ConfigFile.read(owner.file(), ScheduleFile.class);
        } catch (SpillwayException e) {
            throw stopped(dataset, String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw stopped(dataset, owner.file() + ": cannot be read (" + e + ")", e);
        }
        if (!now.dataset().equals(dataset)) {
            throw stopped(dataset, owner.file() + " names the dataset \"" + now.dataset() + "\" instead", null);
        }
        return now;
    }

    private static SpillwayException stopped(String dataset, String why, @Nullable Exception cause) {
        return new SpillwayException(
                Fault.CONFIG,
                "\"%s\" is not exported, because its schedule cannot be read: %s".formatted(dataset, why),
                "correct the file; an older version is never used, because it may publish more",
                cause);
    }

    /** The problems by file; none of these files is in force. */
    SortedMap<Path, String> problems() {
        return problems;
    }

    private void logProblem(Path file, Known known) {
        if (known.problem != null && !known.problem.equals(known.logged)) {
            LOG.error(
                    "a schedule is broken, {} file={} problem=\"{}\"",
                    known.inForce == null ? "it is ignored" : "its dataset is not exported until it is corrected",
                    file,
                    known.problem.replace("\n", "; "));
        } else if (known.problem == null && known.logged != null) {
            LOG.info("schedule is valid again file={}", file);
        }
        known.logged = known.problem;
    }

    private boolean readFolder() throws IOException {
        List<Path> present = list();
        if (present.isEmpty() && !files.isEmpty()) {
            // More likely the folder is not mounted than that all schedules were removed.
            throw new IOException("all schedule files are gone from " + folder);
        }
        files.keySet().retainAll(present);
        for (Path file : present) {
            read(file, files.computeIfAbsent(file, unused -> new Known()));
        }
        return accept();
    }

    private List<Path> list() throws IOException {
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.filter(ScheduleFolder::isSchedule).sorted().toList();
        }
    }

    private static boolean isSchedule(Path file) {
        String name = file.getFileName().toString();
        return (name.endsWith(".yaml") || name.endsWith(".yml")) && !name.startsWith(".") && !Files.isDirectory(file);
    }

    private static void read(Path file, Known known) {
        try {
            Version version = version(file);
            if (version.equals(known.version)) {
                return;
            }
            known.version = version;
            known.read = null;
            known.read = ConfigFile.read(file, ScheduleFile.class);
            known.problem = null;
        } catch (SpillwayException e) {
            known.problem = e.getMessage();
        } catch (IOException e) {
            known.version = null;
            known.problem = file + ": cannot be read (" + e + ")";
        }
    }

    private static Version version(Path file) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return new Version(
                attributes.lastModifiedTime().toMillis(),
                attributes.fileKey(),
                ByteBuffer.wrap(Files.readAllBytes(file)));
    }

    /**
     * Puts the files that were read in force. If two files name one dataset, the file that had it keeps it, else the
     * first one gets it.
     */
    private boolean accept() {
        Map<String, Path> owners = new HashMap<>();
        files.forEach((file, known) -> claim(owners, file, known, true));
        files.forEach((file, known) -> claim(owners, file, known, false));
        files.forEach((file, known) -> {
            if (known.read == null) {
                return;
            }
            Path owner = Objects.requireNonNull(owners.get(known.read.dataset()));
            if (owner.equals(file)) {
                known.inForce = known.read;
                known.problem = null;
            } else {
                known.problem =
                        "%s: /dataset: \"%s\" is already used in %s".formatted(file, known.read.dataset(), owner);
            }
        });
        SortedMap<String, ScheduleFile> now = new TreeMap<>();
        Map<String, Owner> nowOwners = new HashMap<>();
        SortedMap<Path, String> wrong = new TreeMap<>();
        files.forEach((file, known) -> {
            if (known.inForce != null && file.equals(owners.getOrDefault(known.inForce.dataset(), file))) {
                String dataset = known.inForce.dataset();
                now.put(dataset, known.inForce);
                Version version = known.inForce.equals(known.read) ? known.version : null;
                nowOwners.put(dataset, new Owner(file, version, known.inForce));
            }
            if (known.problem != null) {
                wrong.put(file, known.problem);
            }
        });
        boolean changed = !now.equals(schedules);
        schedules = now;
        ownersByDataset = Map.copyOf(nowOwners);
        problems = wrong;
        return changed;
    }

    private static void claim(Map<String, Path> owners, Path file, Known known, boolean holders) {
        ScheduleFile claimed = known.read != null ? known.read : known.inForce;
        if (claimed != null) {
            boolean holds = known.inForce != null && known.inForce.dataset().equals(claimed.dataset());
            if (holds == holders) {
                owners.putIfAbsent(claimed.dataset(), file);
            }
        }
    }
}
