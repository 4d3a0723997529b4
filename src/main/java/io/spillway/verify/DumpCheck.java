package io.spillway.verify;

import io.spillway.destination.Destination;
import io.spillway.destination.Digests;
import io.spillway.destination.FolderNames;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.PublicFiles;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.lanes.Lanes;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import io.spillway.manifest.Part;
import io.spillway.manifest.Sha256Sums;
import io.spillway.manifest.SideFile;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Verifies a whole dump against its manifest: every part, every other file, the checksum file, and that there are no
 * other files, if the place can list them. Reports all differences, not only the first. Each file is read once, several
 * in parallel, in memory that does not depend on their sizes.
 */
public final class DumpCheck {
    private static final Logger LOG = LoggerFactory.getLogger(DumpCheck.class);

    private static final String OTHER_BYTES = "do not use these files; fetch them again, or publish a new dump";

    private final DumpFiles files;
    private final DumpPlace place;
    private final int readers;
    private final CheckProgress progress;
    private final CheckState state;

    /**
     * A check of one dump.
     *
     * @param readers  number of files to read in parallel, at least 1
     * @param progress is updated
     * @param state    files that need not be read again; updated
     */
    public DumpCheck(DumpPlace place, int readers, CheckProgress progress, CheckState state) {
        this.place = place;
        this.readers = readers;
        this.progress = progress;
        this.state = state;
        this.files = new DumpFiles(place, progress);
    }

    /** Verifies a dump below its dataset, one file at a time. The caller closes the destination. */
    public static Manifest check(Destination destination, ObjectKey prefix)
            throws SpillwayException, InterruptedException {
        DumpPlace place = DumpPlace.of(destination, prefix);
        return new DumpCheck(place, 1, new CheckProgress(), CheckState.forgetful()).check(name -> {});
    }

    /** A file to read, with its expected length and hash, and its check. */
    private record Task(String name, long bytes, String sha256, Check check) {}

    /** A difference, with a hint of its own, or null if the files are unusable. */
    private record Difference(String what, @Nullable String hint) {
        static Difference of(SpillwayException e) {
            String hint = PublicFiles.WITHOUT_ENCODING.equals(e.hint()) ? e.hint() : null;
            return new Difference(String.valueOf(e.getMessage()), hint);
        }
    }

    private interface Check {
        void run() throws SpillwayException, InterruptedException;
    }

    /**
     * Verifies the dump.
     *
     * @param checked receives each file's name after it was verified, from one thread at a time
     * @return the manifest, which everything matches
     * @throws SpillwayException {@link Fault#INTEGRITY} with every file that differs; another fault if there is no
     *     difference so far and something could not be read, which ends the check
     * @throws InterruptedException if the thread was interrupted; files verified so far are recorded
     */
    public Manifest check(Consumer<String> checked) throws SpillwayException, InterruptedException {
        byte[] manifestBytes = files.manifest();
        String manifestHash = Digests.sha256(manifestBytes);
        Manifest manifest =
                ManifestJson.read(new ByteArrayInputStream(manifestBytes), place.name() + "/" + Manifest.FILE_NAME);
        List<Task> left = new ArrayList<>();
        for (Task task : tasks(manifest)) {
            if (isRemembered(task, manifestHash)) {
                checked.accept(task.name());
            } else {
                left.add(task);
            }
        }
        progress.expect(manifest.dump(), left.stream().mapToLong(Task::bytes).sum(), left.size());
        // Results are in the order of the tasks, so that the same damage gives the same message.
        ConcurrentLinkedQueue<SpillwayException> failures = new ConcurrentLinkedQueue<>();
        List<Callable<Optional<Difference>>> reads = new ArrayList<>();
        Object oneAtATime = new Object();
        for (Task task : left) {
            reads.add(() -> {
                Optional<Difference> difference = read(task, failures);
                if (difference.isEmpty()) {
                    state.remember(place.name(), manifestHash, task.name(), task.bytes(), task.sha256());
                    synchronized (oneAtATime) {
                        checked.accept(task.name());
                    }
                }
                return difference;
            });
        }
        return report(manifest, differences(manifest, reads, failures));
    }

    private List<Difference> differences(
            Manifest manifest,
            List<Callable<Optional<Difference>>> reads,
            ConcurrentLinkedQueue<SpillwayException> failures)
            throws SpillwayException, InterruptedException {
        List<Difference> differences = new ArrayList<>();
        if (place.called() != null && !("/" + manifest.dump()).endsWith("/" + place.called())) {
            differences.add(new Difference(
                    Manifest.FILE_NAME + " belongs to " + manifest.dump() + ", not to " + place.called(),
                    "the files are intact, only the folder's name is wrong: rename the folder to "
                            + manifest.dump().substring(manifest.dump().lastIndexOf('/') + 1)
                            + ", or to a name that is not a date"));
        }
        if (manifest.files().stream().noneMatch(file -> file.name().equals(Sha256Sums.FILE_NAME))) {
            differences.add(new Difference(Manifest.FILE_NAME + " does not list " + Sha256Sums.FILE_NAME, null));
        }
        try {
            if (!reads.isEmpty()) {
                Lanes.runAll("verify", Math.min(readers, reads.size()), reads)
                        .forEach(found -> found.ifPresent(differences::add));
            }
            differences.addAll(strangers(manifest));
        } catch (SpillwayException e) {
            // Known differences are reported even if the rest could not be read.
            failures.forEach(difference -> differences.add(Difference.of(difference)));
            if (differences.isEmpty() || e.fault() == Fault.CANCELLED) {
                throw e;
            }
            differences.add(new Difference("some files could not be read: " + e.getMessage(), null));
        }
        return differences;
    }

    private static Manifest report(Manifest manifest, List<Difference> differences) throws SpillwayException {
        if (!differences.isEmpty()) {
            Set<Optional<String>> hints = differences.stream()
                    .map(each -> Optional.ofNullable(each.hint()))
                    .collect(Collectors.toSet());
            throw new SpillwayException(
                    Fault.INTEGRITY,
                    "dump " + manifest.dump() + " differs from its manifest: "
                            + differences.stream().map(Difference::what).collect(Collectors.joining("; ")),
                    hints.size() == 1 ? hints.iterator().next().orElse(OTHER_BYTES) : OTHER_BYTES);
        }
        return manifest;
    }

    private List<Task> tasks(Manifest manifest) throws SpillwayException {
        List<Task> tasks = new ArrayList<>();
        SortedMap<String, String> hashes = new TreeMap<>();
        for (Part part : manifest.parts()) {
            hashes.put(part.name(), part.sha256());
            tasks.add(new Task(part.name(), part.bytes(), part.sha256(), () -> files.check(part)));
        }
        Map<String, String> leading = new TreeMap<>();
        for (SideFile file : manifest.files()) {
            if (file.leadsToOthers()) {
                leading.put(file.name(), file.sha256());
                if (isThere(file)) {
                    tasks.add(new Task(file.name(), file.bytes(), file.sha256(), () -> files.check(file)));
                }
            } else if (file.name().equals(Sha256Sums.FILE_NAME)) {
                tasks.add(new Task(
                        file.name(), file.bytes(), file.sha256(), () -> files.checkSums(file, hashes, leading)));
            } else {
                hashes.put(file.name(), file.sha256());
                if (manifest.isChangeFile(file.name()) && !isThere(file)) {
                    continue;
                }
                tasks.add(new Task(file.name(), file.bytes(), file.sha256(), () -> files.check(file)));
            }
        }
        return tasks;
    }

    /** Whether a file that copies may lack is present: a torrent does not contain itself, and changes may be withdrawn. */
    private boolean isThere(SideFile file) throws SpillwayException {
        if (place.destination().find(place.key(file.name())).isPresent()) {
            return true;
        }
        LOG.info("not in {}, and not needed to read the dump: {}", place.name(), file.name());
        return false;
    }

    /** Whether the file was verified before and still has its length; its bytes are not read again. */
    private boolean isRemembered(Task task, String manifestHash) throws SpillwayException {
        return state.knows(place.name(), manifestHash, task.name(), task.bytes(), task.sha256())
                && place.destination()
                        .find(place.key(task.name()))
                        .filter(object -> object.bytes() == task.bytes())
                        .isPresent();
    }

    private Optional<Difference> read(Task task, ConcurrentLinkedQueue<SpillwayException> failures)
            throws SpillwayException, InterruptedException {
        try {
            task.check().run();
            return Optional.empty();
        } catch (SpillwayException e) {
            if (e.fault() != Fault.INTEGRITY) {
                throw e;
            }
            failures.add(e);
            return Optional.of(Difference.of(e));
        } finally {
            progress.finishedFile();
        }
    }

    private List<Difference> strangers(Manifest manifest) throws SpillwayException {
        Set<String> named = Stream.of(
                        manifest.parts().stream().map(Part::name),
                        manifest.files().stream().map(SideFile::name),
                        Stream.of(Manifest.FILE_NAME))
                .flatMap(names -> names)
                .collect(Collectors.toSet());
        Optional<FolderNames> names = place.destination().capability(FolderNames.class);
        if (names.isEmpty()) {
            return List.of();
        }
        List<String> others = names.get().namesBelow(place.folder()).stream()
                .filter(name -> !named.contains(name))
                .toList();
        return others.isEmpty()
                ? List.of()
                : List.of(new Difference("files that the manifest does not list: " + String.join(", ", others), null));
    }
}
