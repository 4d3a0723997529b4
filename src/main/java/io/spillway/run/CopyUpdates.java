package io.spillway.run;

import io.spillway.apply.Copy;
import io.spillway.apply.CopyFile;
import io.spillway.apply.Update;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.ChangeSteps;
import io.spillway.verify.CheckProgress;
import io.spillway.verify.DumpPlace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Opens what an update of a reader's copy reads and writes. */
public final class CopyUpdates {
    /** The table of keys may fill this share of the heap; buffers and compressors need the rest. */
    private static final int HEAP_SHARE = 4;

    private final BucketAccess buckets;
    private final int readers;
    private final CheckProgress progress;

    /**
     * Updates with the default timeouts.
     *
     * @param buckets  how buckets are reached
     * @param readers  number of files to read in parallel, 1 to 64
     * @param progress is updated
     */
    public CopyUpdates(BucketAccess buckets, int readers, CheckProgress progress) {
        this.buckets = buckets;
        this.readers = readers;
        this.progress = progress;
    }

    /**
     * Writes a new copy from an older one and the changes since.
     *
     * @param from    what the reader has: a dump, as {@link DumpFinder#find} accepts it, or the folder of a copy
     * @param changes the dataset's folder, or {@code changes.json} in it
     * @param to      folder of the new copy
     * @throws SpillwayException as {@link Update#run}
     */
    public Update.Result update(String from, String changes, Path to) throws SpillwayException, InterruptedException {
        Path target = to.toAbsolutePath().normalize();
        ObjectKey name = name(target);
        DumpFinder finder = new DumpFinder(buckets, readers);
        DumpPlace place = copy(finder, from);
        try (Destination copy = place.destination();
                Destination steps = finder.openFolder(changes, ChangeSteps.FILE_NAME)) {
            DumpPlace old = new DumpPlace(copy, place.folder(), place.called());
            long tableBytes = Runtime.getRuntime().maxMemory() / HEAP_SHARE;
            Update update = new Update(Copy.read(old), steps, target, readers, tableBytes, progress);
            return update.run((folder, last) -> place(target, name, folder, last));
        }
    }

    /** Known before anything is read, so that a name that cannot be given costs nothing. */
    private static ObjectKey name(Path target) throws SpillwayException {
        Path name = target.getFileName();
        try {
            if (name != null && !name.toString().startsWith(".")) {
                return new ObjectKey(name.toString());
            }
        } catch (IllegalArgumentException e) {
            // Reported below.
        }
        throw new SpillwayException(
                Fault.CONFIG,
                target + " cannot be the folder of a copy",
                "name a folder by letters a-z and A-Z, digits, \".\", \"_\" and \"-\", without a dot at the beginning");
    }

    private static void place(Path target, ObjectKey name, Path folder, String last) throws SpillwayException {
        try {
            LocalDirectory.open(target.resolveSibling(".")).place(folder, name, last);
        } catch (SpillwayException e) {
            throw e.fault() == Fault.DESTINATION_REFUSED
                    ? new SpillwayException(
                            e.fault(),
                            String.valueOf(e.getMessage()),
                            "another process wrote this folder meanwhile: use it, or name another one",
                            e)
                    : e;
        }
    }

    private static DumpPlace copy(DumpFinder finder, String from) throws SpillwayException {
        if (!from.contains("://") && Files.exists(Path.of(from, CopyFile.FILE_NAME))) {
            return new DumpPlace(LocalDirectory.openToRead(Path.of(from)), "", null);
        }
        List<DumpPlace> found = finder.find(from);
        if (found.size() != 1) {
            found.forEach(each -> each.destination().close());
            throw new SpillwayException(
                    Fault.CONFIG, from + " names " + found.size() + " dumps", "name the folder of one dump");
        }
        return found.get(0);
    }
}
