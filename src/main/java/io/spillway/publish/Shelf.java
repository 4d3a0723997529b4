package io.spillway.publish;

import io.spillway.dataset.DumpId;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import io.spillway.manifest.Part;
import io.spillway.manifest.SideFile;
import io.spillway.manifest.Withdrawal;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The dumps of one dataset at one destination, for taking some of them away: old ones that nobody keeps any more, and bad
 * ones. A dump exists while its manifest does, so the manifest goes first; what is to go after it is written down before,
 * so that a run that was broken off is completed by the next. Only files that a manifest of ours names are ever removed.
 *
 * <p>Whoever calls holds the dataset's lock. Thread-safe as its destination is.
 */
public final class Shelf {
    /** Names the files of a dump that is being removed. */
    static final String REMOVING = "removing.json";

    private static final Logger LOG = LoggerFactory.getLogger(Shelf.class);

    private final Destination destination;
    private final String dataset;
    private final Clock clock;

    /**
     * The dumps of a dataset at a destination, which stays the caller's to close.
     *
     * @param clock says when a dump was taken back
     */
    public Shelf(Destination destination, String dataset, Clock clock) {
        this.destination = destination;
        this.dataset = dataset;
        this.clock = clock;
    }

    /**
     * Removes the dumps that the rules do not keep, and completes removals that were broken off.
     *
     * @param dryRun says what would be removed, and removes nothing
     * @return the dumps that were removed, or would be, the oldest first
     * @throws SpillwayException as {@link Fault#DESTINATION_REFUSED} where no dump is found at all: then something else is
     *                           wrong, and nothing is removed
     */
    public List<Removed> prune(Retention retention, boolean dryRun) throws SpillwayException {
        Map<DumpId, Set<String>> found = list();
        List<DumpId> whole = found.entrySet().stream()
                .filter(entry -> isWhole(entry.getValue()))
                .map(Map.Entry::getKey)
                .toList();
        if (whole.isEmpty()) {
            throw new SpillwayException(
                    Fault.DESTINATION_REFUSED,
                    "no dump of %s is in %s, so nothing is pruned".formatted(dataset, destination.name()),
                    "is that the right place, and may this user list it?");
        }
        Set<DumpId> kept = retention.keeps(whole);
        List<Removed> removed = new ArrayList<>();
        for (Map.Entry<DumpId, Set<String>> entry : found.entrySet()) {
            DumpId dump = entry.getKey();
            Set<String> names = entry.getValue();
            if (isWhole(names)) {
                if (!kept.contains(dump)) {
                    Manifest manifest = read(dump, Manifest.FILE_NAME, Manifest.class);
                    removed.add(new Removed(
                            dump.toString(),
                            destination.name(),
                            manifest.parts().size(),
                            manifest.bytes()));
                    if (!dryRun) {
                        remove(dump, manifest);
                    }
                }
            } else if (names.contains(REMOVING) && !dryRun) {
                removeFiles(dump, read(dump, REMOVING, Removal.class).files());
            }
        }
        return removed;
    }

    /**
     * Says beside a dump that it is taken back. It stays as it is until {@link #withdraw}; in between its caller moves
     * what points at it, since no catalog lists it any more. To be called again where it was broken off: the first reason
     * stays.
     *
     * @param reason for everybody to read
     * @return whether there is such a dump, or the notice of one
     */
    public boolean announce(DumpId dump, String reason) throws SpillwayException {
        ObjectKey prefix = Publisher.key(dump);
        if (destination.find(prefix.child(Withdrawal.FILE_NAME)).isPresent()) {
            return true;
        }
        if (destination.find(prefix.child(Manifest.FILE_NAME)).isEmpty()) {
            return false;
        }
        Manifest manifest = read(dump, Manifest.FILE_NAME, Manifest.class);
        Withdrawal withdrawal = new Withdrawal(
                dump.toString(), reason, clock.instant(), manifest.documents(), manifest.bytes(), files(manifest));
        Mark.write(destination, prefix, Withdrawal.FILE_NAME, ManifestJson.write(withdrawal));
        return true;
    }

    /**
     * Takes a dump back that was {@linkplain #announce announced}: it does not exist any more, its name stays taken, and
     * the notice says why. To be called again where it was broken off.
     *
     * @param deleteFiles whether its files go as well; else they stay where they are, with nothing that names them but
     *                    the notice
     * @return whether there is a notice
     */
    public boolean withdraw(DumpId dump, boolean deleteFiles) throws SpillwayException {
        ObjectKey prefix = Publisher.key(dump);
        if (destination.find(prefix.child(Withdrawal.FILE_NAME)).isEmpty()) {
            return false;
        }
        Withdrawal withdrawal = read(dump, Withdrawal.FILE_NAME, Withdrawal.class);
        destination.delete(prefix.child(Manifest.FILE_NAME));
        LOG.info("dump withdrawn dump={} destination={} reason=\"{}\"", dump, place(), withdrawal.reason());
        if (deleteFiles) {
            for (String name : withdrawal.files()) {
                destination.delete(prefix.child(name));
            }
        }
        return true;
    }

    /** How the destination is called in messages. */
    public String place() {
        return destination.name();
    }

    /** Not one that is just being taken back: it counts for nothing any more. */
    private static boolean isWhole(Set<String> names) {
        return names.contains(Manifest.FILE_NAME) && !names.contains(Withdrawal.FILE_NAME);
    }

    private void remove(DumpId dump, Manifest manifest) throws SpillwayException {
        ObjectKey prefix = Publisher.key(dump);
        List<String> files = files(manifest);
        Mark.write(destination, prefix, REMOVING, ManifestJson.write(new Removal(dump.toString(), files)));
        destination.delete(prefix.child(Manifest.FILE_NAME));
        removeFiles(dump, files);
        LOG.info("dump pruned dump={} destination={}", dump, destination.name());
    }

    private void removeFiles(DumpId dump, List<String> files) throws SpillwayException {
        ObjectKey prefix = Publisher.key(dump);
        for (String name : files) {
            destination.delete(prefix.child(name));
        }
        destination.delete(prefix.child(REMOVING));
    }

    private static List<String> files(Manifest manifest) {
        return Stream.concat(
                        manifest.parts().stream().map(Part::name),
                        manifest.files().stream().map(SideFile::name))
                .toList();
    }

    /** Names of files by dump, the oldest dump first; what lies deeper or is no dump of ours is left out. */
    private Map<DumpId, Set<String>> list() throws SpillwayException {
        Map<DumpId, Set<String>> found = new TreeMap<>();
        for (StoredObject object : destination.list(dataset + "/")) {
            String[] segments = object.key().value().split("/", -1);
            if (segments.length == 3) {
                DumpId.of(dataset, segments[1])
                        .ifPresent(dump -> found.computeIfAbsent(dump, id -> new TreeSet<>())
                                .add(segments[2]));
            }
        }
        return found;
    }

    private <T> T read(DumpId dump, String name, Class<T> type) throws SpillwayException {
        ObjectKey key = Publisher.key(dump).child(name);
        String where = destination.name() + "/" + key;
        try (InputStream in = destination.open(key)) {
            return ManifestJson.read(in, type, where, "a file that Spillway writes");
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE, "cannot read " + where + ": " + e.getMessage(), "try again", e);
        }
    }

    /**
     * A dump that was pruned, or would be.
     *
     * @param dump        its id
     * @param destination where
     * @param parts       how many files of documents it has
     * @param bytes       of those files
     */
    public record Removed(String dump, String destination, int parts, long bytes) {}

    /** Fails with {@link IllegalArgumentException} on a name that could leave the dump's folder. */
    private record Removal(String dump, List<String> files) {
        Removal {
            files = List.copyOf(files);
            files.forEach(name -> {
                if (new ObjectKey(name).value().contains("/") || name.startsWith(".")) {
                    throw new IllegalArgumentException("not the name of a file in a dump: \"" + name + "\"");
                }
            });
        }
    }
}
