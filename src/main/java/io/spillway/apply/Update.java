package io.spillway.apply;

import io.spillway.changes.DigestSum;
import io.spillway.changes.LineKeys;
import io.spillway.compress.Compression;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.files.Folders;
import io.spillway.lanes.Lanes;
import io.spillway.manifest.ChangeSteps;
import io.spillway.manifest.ChangeSteps.Step;
import io.spillway.manifest.Changes;
import io.spillway.manifest.ManifestJson;
import io.spillway.manifest.Part;
import io.spillway.verify.CheckProgress;
import io.spillway.verify.PartCheck;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the newest dump's lines from an older copy and the changes since. Every file that is read is compared with its
 * SHA-256, the lines of both ends are compared with the counts and digests that the publisher states, and the new copy
 * appears in one rename. Nothing else is changed: the older copy remains.
 *
 * <p>The older copy is read once, unless the changes name more keys than fit into memory; then it is read once for each
 * share of the keys. Used by one thread; reads files in parallel.
 */
public final class Update {
    private static final Logger LOG = LoggerFactory.getLogger(Update.class);

    /** A copy that is read more often takes longer than a download. */
    private static final int MOST_SHARES = 1_000;

    private final Copy copy;
    private final Destination changes;
    private final Path target;
    private final int readers;
    private final long tableBytes;
    private final CheckProgress progress;

    /**
     * An update.
     *
     * @param copy       what the reader has
     * @param changes    the dataset's folder, with {@code changes.json}; closed by the caller
     * @param target     folder of the new copy, which must not exist; its parent must
     * @param readers    number of files to read in parallel, at least 1
     * @param tableBytes memory for the keys that the changes name, in bytes
     * @param progress   is updated
     */
    public Update(Copy copy, Destination changes, Path target, int readers, long tableBytes, CheckProgress progress) {
        this.copy = copy;
        this.changes = changes;
        this.target = target.toAbsolutePath().normalize();
        this.readers = readers;
        this.tableBytes = tableBytes;
        this.progress = progress;
    }

    /**
     * What an update did.
     *
     * @param dump      id of the dump whose lines the copy has now
     * @param steps     number of steps that were applied; 0 if the copy was up to date, and nothing was written
     * @param documents number of documents
     * @param replaced  lines that were added, in their last version
     * @param removed   lines of the older copy that are not in the new one
     */
    public record Result(String dump, int steps, long documents, long replaced, long removed) {}

    /** Receives the finished folder. */
    public interface Place {
        /** Gives the folder, whose files are complete, the target's name. {@code last} is the file that describes it. */
        void place(Path folder, String last) throws SpillwayException;
    }

    /**
     * Runs the update.
     *
     * @param place gives the finished folder its name, in one step
     * @throws SpillwayException {@link Fault#STALE} if no steps lead to the newest dump; {@link Fault#INTEGRITY} if a file
     *     or a sum differs; {@link Fault#DESTINATION_REFUSED} if the target exists
     * @throws InterruptedException if the thread was interrupted; what was written is removed
     */
    public Result run(Place place) throws SpillwayException, InterruptedException {
        String where = changes.name() + " " + ChangeSteps.FILE_NAME;
        ObjectKey file = new ObjectKey(ChangeSteps.FILE_NAME);
        if (changes.find(file).isEmpty()) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    changes.name() + " has no " + ChangeSteps.FILE_NAME,
                    "name the folder of a dataset whose publisher offers changes");
        }
        ChangeSteps offered = ChangeSteps.read(new ByteArrayInputStream(Copy.bytes(changes, file)), where);
        List<Step> steps = StepChain.between(copy, offered, where);
        if (steps.isEmpty()) {
            return new Result(copy.dump(), 0, copy.documents(), 0, 0);
        }
        if (LineKeys.ID.equals(steps.get(0).key()) && !copy.wrapped()) {
            throw new SpillwayException(
                    Fault.INTEGRITY,
                    "the key of the changes is _id, but lines of %s have no _id"
                            .formatted(copy.place().name()),
                    "fetch the newest dump as a whole, and inform the publisher");
        }
        requireFree();
        Path work = newFolder();
        try {
            Merge.Written written = write(steps, work);
            Step last = steps.get(steps.size() - 1);
            describe(last, written, work);
            place.place(work, CopyFile.FILE_NAME);
            return new Result(last.to(), steps.size(), written.documents(), written.replaced(), written.removed());
        } finally {
            remove(work);
        }
    }

    /** Writes all shares of the keys, and compares both ends with what the publisher states. */
    private Merge.Written write(List<Step> steps, Path work) throws SpillwayException, InterruptedException {
        long keys = files(steps).mapToLong(ChangeSteps.File::documents).sum();
        int shares = shares(keys);
        double copyBytes = copy.parts().stream().mapToDouble(Part::bytes).sum();
        double changeBytes = files(steps).mapToDouble(ChangeSteps.File::bytes).sum();
        long files = shares * (copy.parts().size() + 2 * files(steps).count());
        // What the files state is not known to be true. Conversions end at the largest number.
        progress.expect(
                copy.dump(), (long) (shares * (copyBytes + 2 * changeBytes)), (int) Math.min(files, Integer.MAX_VALUE));
        Compression compression = compression(steps);
        List<Merge.Written> all = new ArrayList<>();
        for (int i = 0; i < shares; i++) {
            Merge.Share share = new Merge.Share(i, shares);
            KeyTable table = KeyTable.within(tableBytes, keys);
            Merge merge = new Merge(copy, changes, steps, share, table, progress);
            merge.readKeys();
            all.add(merge.write(work, compression, readers));
        }
        Merge.Written written = Merge.Written.of(all);
        Step first = steps.get(0);
        Step last = steps.get(steps.size() - 1);
        requireEqual(
                copy.place().name(),
                first.counts().before(),
                copy.documents(),
                first.digest().before(),
                written.before());
        requireEqual(
                "the new copy",
                last.counts().after(),
                written.documents(),
                last.digest().after(),
                written.after());
        return written;
    }

    /** In how many shares the keys fit into memory. */
    private int shares(long keys) throws SpillwayException {
        long capacity = KeyTable.capacity(tableBytes);
        long shares = keys / shareOf(capacity) + 1;
        if (shares > MOST_SHARES) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "the changes name %d keys, and this JVM has memory for %d at a time: the older copy would be read %d times"
                            .formatted(keys, capacity, shares),
                    "fetch the newest dump as a whole, or start java with a larger -Xmx");
        }
        return (int) shares;
    }

    /** Shares differ in size, because keys are spread by their digests. */
    private static long shareOf(long capacity) {
        return Math.max(1, capacity - capacity / 8 - 8);
    }

    private static Stream<ChangeSteps.File> files(List<Step> steps) {
        return steps.stream().flatMap(step -> step.files().stream()).filter(file -> file.kind() != Changes.Kind.BULK);
    }

    /** That of the copy's parts, or of the changes if the copy is empty. */
    private Compression compression(List<Step> steps) throws SpillwayException {
        String name = Stream.concat(
                        copy.parts().stream().map(Part::compression),
                        files(steps).map(ChangeSteps.File::compression))
                .findFirst()
                .orElse("none");
        try {
            Compression compression = Compression.parse(name, null);
            Optional<String> unavailable = compression.whyUnavailable();
            if (unavailable.isEmpty()) {
                return compression;
            }
            throw new SpillwayException(Fault.CONFIG, "cannot write " + target + ": " + unavailable.get(), null);
        } catch (IllegalArgumentException e) {
            throw new SpillwayException(Fault.CONFIG, "cannot write " + target + ": " + e.getMessage(), null, e);
        }
    }

    private static void requireEqual(String what, long documents, long found, String digest, DigestSum sum)
            throws SpillwayException {
        if (documents != found || !digest.equals(sum.hex())) {
            throw new SpillwayException(
                    Fault.INTEGRITY,
                    "%s has %d documents and digest %s, expected %d and %s"
                            .formatted(what, found, sum.hex(), documents, digest),
                    "fetch the newest dump as a whole; nothing was written");
        }
    }

    /** Gives the files their names, reads them back, and writes {@code copy.json}. */
    private void describe(Step last, Merge.Written written, Path work) throws SpillwayException, InterruptedException {
        List<Part> parts = new ArrayList<>();
        List<Callable<Void>> checks = new ArrayList<>();
        String base = last.to().replace('/', '-');
        for (Part each : written.parts()) {
            String extension = Compression.parse(each.compression(), null).extension();
            Part part = each.named("%s.copy.%05d.jsonl%s"
                    .formatted(base, parts.size() + 1, extension.isEmpty() ? "" : "." + extension));
            Path file = work.resolve(part.name());
            move(work.resolve(each.name()), file);
            parts.add(part);
            checks.add(() -> {
                PartCheck.check(open(file), part, part.name());
                return null;
            });
        }
        if (!checks.isEmpty()) {
            Lanes.runAll("verify", Math.min(readers, checks.size()), checks);
        }
        CopyFile copyFile = new CopyFile(
                CopyFile.FORMAT_VERSION,
                copy.dataset(),
                last.to(),
                last.toManifestSha256(),
                written.documents(),
                copy.wrapped(),
                written.after().hex(),
                parts);
        Path file = work.resolve(CopyFile.FILE_NAME);
        try {
            Files.write(file, ManifestJson.write(copyFile), StandardOpenOption.CREATE_NEW);
            CopyWriter.sync(file);
        } catch (IOException e) {
            throw CopyWriter.notWritten(file, e);
        }
    }

    private static void move(Path from, Path to) throws SpillwayException {
        try {
            Files.move(from, to);
        } catch (IOException e) {
            throw CopyWriter.notWritten(to, e);
        }
    }

    private static InputStream open(Path file) throws SpillwayException {
        try {
            return Files.newInputStream(file);
        } catch (IOException e) {
            throw CopyWriter.notWritten(file, e);
        }
    }

    private void requireFree() throws SpillwayException {
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new SpillwayException(
                    Fault.DESTINATION_REFUSED, target + " already exists", "name a folder that does not exist");
        }
        Path parent = target.getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new SpillwayException(
                    Fault.DESTINATION_REFUSED, "the folder for " + target + " does not exist", "create " + parent);
        }
        try (Stream<Path> beside = Files.list(parent)) {
            beside.filter(each -> isWork(each.getFileName().toString()))
                    .forEach(each -> LOG.warn(
                            "another update is running, or an update was killed and this folder may be removed: {}",
                            each));
        } catch (IOException e) {
            throw CopyWriter.notWritten(target, e);
        }
    }

    private boolean isWork(String name) {
        return name.startsWith("." + target.getFileName() + ".") && name.endsWith(".incomplete");
    }

    private Path newFolder() throws SpillwayException {
        try {
            Path name = Files.createTempDirectory(target.getParent(), "." + target.getFileName() + ".");
            return Files.move(name, name.resolveSibling(name.getFileName() + ".incomplete"));
        } catch (IOException e) {
            throw CopyWriter.notWritten(target, e);
        }
    }

    private static void remove(Path folder) {
        try {
            if (Files.exists(folder)) {
                Folders.remove(folder);
            }
        } catch (IOException e) {
            LOG.warn("cannot remove {}: {}", folder, e.getMessage());
        }
    }
}
