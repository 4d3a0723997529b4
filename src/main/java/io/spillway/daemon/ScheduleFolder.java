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
 * A folder of schedule files ({@code *.yaml}, {@code *.yml}), one dataset each. It is looked at again and again rather
 * than watched: notifications don't come from network file systems, nor where a container's files are swapped by a link.
 *
 * <p>The last good version of a broken file stays known, so that its dataset is watched and its times are kept. It is
 * not exported: the version that cannot be read may publish less. {@link #current} decides that for each attempt.
 * {@link #refresh()} is for one thread; the answers may be asked for by any.
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
     * @param version of the content that {@code schedule} was read from, or null where the file is broken
     */
    private record Owner(Path file, @Nullable Version version, ScheduleFile schedule) {}

    /** What is known of a file. */
    private static final class Known {
        @Nullable
        Version version;
        /** What it says now, or null where it is broken. */
        @Nullable
        ScheduleFile read;
        /** What is in force. */
        @Nullable
        ScheduleFile inForce;

        @Nullable
        String problem;

        @Nullable
        String said;
    }

    /** A change of content, or a touch: also what a schedule refers to by {@code ${file:…}} is read again then. */
    private record Version(long modified, @Nullable Object key, ByteBuffer content) {}

    ScheduleFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * Reads the folder for the first time. A broken file stops its own dataset only: it is logged and stays in {@link
     * #problems}.
     *
     * @throws SpillwayException there is no file, or all files are broken; then it names the problems of all
     */
    void readAll() throws SpillwayException {
        try {
            var unused = look();
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "the folder of schedules " + folder + " cannot be read (" + e + ")",
                    "name a folder that holds schedule files, as schedules/",
                    e);
        }
        if (files.isEmpty()) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "no schedule in " + folder,
                    "put a file there for each dataset, whose name ends in .yaml");
        }
        if (!schedules.isEmpty()) {
            files.forEach(this::say);
        } else if (!problems.isEmpty()) {
            String all = String.join("\n", problems.values());
            throw new SpillwayException(
                    Fault.CONFIG,
                    problems.size() == 1 ? all : problems.size() + " files with problems in " + folder + "\n" + all,
                    "docs/configuration.md lists every key with its type, default and limits");
        }
    }

    /** Looks again; whether a schedule that is in force has changed, come or gone. Says what is broken once. */
    boolean refresh() {
        try {
            boolean changed = look();
            unreadable = null;
            files.forEach(this::say);
            return changed;
        } catch (IOException e) {
            if (!Objects.equals(unreadable, e.toString())) {
                unreadable = e.toString();
                LOG.error(
                        "the folder of schedules cannot be read, nothing is exported folder={} cause=\"{}\"",
                        folder,
                        unreadable);
            }
            return false;
        }
    }

    /** The last good version of each schedule, by the name of its dataset; for what watches, not for an export. */
    SortedMap<String, ScheduleFile> schedules() {
        return schedules;
    }

    /**
     * The schedule by which a dataset is exported now. Its file is read again if it has changed since the last look.
     *
     * @throws SpillwayException as {@link Fault#CONFIG}: the file is broken, cannot be read, or names another dataset
     */
    ScheduleFile current(String dataset) throws SpillwayException {
        Owner owner = ownersByDataset.get(dataset);
        if (owner == null) {
            throw stopped(dataset, "no file in " + folder + " names it", null);
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
                "correct the file: an older version of it is never used, as it may publish more",
                cause);
    }

    /** What is wrong, by file; nothing of it is in force. */
    SortedMap<Path, String> problems() {
        return problems;
    }

    private void say(Path file, Known known) {
        if (known.problem != null && !known.problem.equals(known.said)) {
            LOG.error(
                    "a schedule is broken, {} file={} problem=\"{}\"",
                    known.inForce == null ? "it is not run" : "its dataset is not exported until it is corrected",
                    file,
                    known.problem.replace("\n", "; "));
        } else if (known.problem == null && known.said != null) {
            LOG.info("a schedule can be read again file={}", file);
        }
        known.said = known.problem;
    }

    private boolean look() throws IOException {
        List<Path> present = list();
        if (present.isEmpty() && !files.isEmpty()) {
            // Rather a folder that is not mounted than an operator who wants no dump of anything.
            throw new IOException("no schedule is left in " + folder);
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

    /** Puts in force what was read; of two files with one dataset the one that had it, or comes first, wins. */
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
                known.problem = "%s: /dataset: \"%s\" is in %s already".formatted(file, known.read.dataset(), owner);
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
