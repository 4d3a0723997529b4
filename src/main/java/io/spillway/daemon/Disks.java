package io.spillway.daemon;

import io.spillway.pipeline.DiskRoom;
import io.spillway.schedule.ScheduleFile;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much room there is where state and dumps are written. Measured by one thread and remembered for all others: a network
 * disk that hangs must not hang who only asks how the daemon is.
 */
final class Disks {
    private static final Logger LOG = LoggerFactory.getLogger(Disks.class);

    private final @Nullable Path state;
    private final Function<ScheduleFile, Path> homes;
    private volatile List<Disk> measured = List.of();

    /**
     * Room in a folder.
     *
     * @param folder      its name
     * @param totalBytes  of the file system that it is on
     * @param freeBytes   that may still be written there
     * @param neededBytes what the largest of the next exports there is expected to need, 0 where nothing is known of that
     * @param dataset     of that export, or null
     */
    record Disk(
            String folder,
            long totalBytes,
            long freeBytes,
            long neededBytes,
            @Nullable String dataset) {
        /** The same with the folder's own name in place of its path. */
        Disk withoutPath() {
            return new Disk(nameOf(folder), totalBytes, freeBytes, neededBytes, dataset);
        }

        /** Whether the next export will most likely be refused for want of room. */
        boolean lacksRoom() {
            return neededBytes > freeBytes;
        }
    }

    /** The last name of a path, which may be shown where the path may not. */
    static String nameOf(String path) {
        Path name = Path.of(path).getFileName();
        return name == null ? "/" : name.toString();
    }

    /**
     * Nothing is measured yet.
     *
     * @param state the daemon's folder, or null where it has none
     * @param homes where the dumps of a schedule are written
     */
    Disks(@Nullable Path state, Function<ScheduleFile, Path> homes) {
        this.state = state;
        this.homes = homes;
    }

    /** What was measured last, by folder. */
    List<Disk> measured() {
        return measured;
    }

    /** Measures; a folder that cannot be measured is left out, and the log says why. */
    void measure(Collection<ScheduleFile> schedules, Map<String, DatasetState> states) {
        Map<Path, List<ScheduleFile>> folders = new TreeMap<>();
        if (state != null) {
            folders.put(normal(state), List.of());
        }
        for (ScheduleFile schedule : schedules) {
            folders.merge(normal(homes.apply(schedule)), List.of(schedule), (some, more) -> {
                List<ScheduleFile> all = new ArrayList<>(some);
                all.addAll(more);
                return all;
            });
        }
        List<Disk> disks = new ArrayList<>();
        folders.forEach((folder, writers) -> {
            try {
                disks.add(measure(folder, writers, states));
            } catch (IOException e) {
                LOG.warn("the room on a disk is not known folder={} cause=\"{}\"", folder, e.toString());
            }
        });
        measured = List.copyOf(disks);
    }

    private static Disk measure(Path folder, List<ScheduleFile> writers, Map<String, DatasetState> states)
            throws IOException {
        FileStore store = Files.getFileStore(existing(folder));
        long most = 0;
        String dataset = null;
        for (ScheduleFile writer : writers) {
            DatasetState known = states.get(writer.dataset());
            DatasetState.Success last = known == null ? null : known.success();
            long needed = last == null ? 0 : DiskRoom.needed(last.bytes(), last.documents(), last.documents());
            if (needed > most) {
                most = needed;
                dataset = writer.dataset();
            }
        }
        return new Disk(folder.toString(), store.getTotalSpace(), store.getUsableSpace(), most, dataset);
    }

    private static Path normal(Path folder) {
        return folder.toAbsolutePath().normalize();
    }

    /** A folder that is made with the first dump is on the disk of the one that will hold it. */
    private static Path existing(Path folder) {
        Path path = folder;
        while (!Files.exists(path) && path.getParent() != null) {
            path = path.getParent();
        }
        return path;
    }
}
