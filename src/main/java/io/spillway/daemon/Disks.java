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
 * Free space where state and dumps are written. One thread measures, and all others read the last result, because a
 * hanging network disk must not block requests for the daemon's status.
 */
final class Disks {
    private static final Logger LOG = LoggerFactory.getLogger(Disks.class);

    private final @Nullable Path state;
    private final Function<ScheduleFile, Path> homes;
    private volatile List<Disk> measured = List.of();

    /**
     * Space in a folder.
     *
     * @param folder      its name
     * @param totalBytes  size of its file system
     * @param freeBytes   free bytes there
     * @param neededBytes expected need of the largest of the next exports there, 0 if unknown
     * @param dataset     of that export, or null
     */
    record Disk(
            String folder,
            long totalBytes,
            long freeBytes,
            long neededBytes,
            @Nullable String dataset) {
        /** The same with the folder's last name instead of its path. */
        Disk withoutPath() {
            return new Disk(nameOf(folder), totalBytes, freeBytes, neededBytes, dataset);
        }

        /** Whether the next export will probably fail for lack of space. */
        boolean lacksRoom() {
            return neededBytes > freeBytes;
        }
    }

    /** The last name of a path, which may be shown if the path may not. */
    static String nameOf(String path) {
        Path name = Path.of(path).getFileName();
        return name == null ? "/" : name.toString();
    }

    /**
     * Nothing is measured yet.
     *
     * @param state the daemon's folder, or null if it has none
     * @param homes returns the directory in which the dumps of a schedule are written
     */
    Disks(@Nullable Path state, Function<ScheduleFile, Path> homes) {
        this.state = state;
        this.homes = homes;
    }

    /** The last measurements, by folder. */
    List<Disk> measured() {
        return measured;
    }

    /** Measures all folders; one that cannot be measured is logged and left out. */
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
                LOG.warn("cannot read the free space of a disk folder={} cause=\"{}\"", folder, e.toString());
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

    /** A folder that the first dump will create is on the disk of its nearest existing ancestor. */
    private static Path existing(Path folder) {
        Path path = folder;
        while (!Files.exists(path) && path.getParent() != null) {
            path = path.getParent();
        }
        return path;
    }
}
