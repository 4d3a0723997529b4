package io.spillway.catalog;

import io.spillway.dataset.Dataset;
import io.spillway.dataset.DumpId;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import io.spillway.manifest.Removal;
import io.spillway.manifest.Withdrawal;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The dumps at one destination and the state of each, from one listing. A manifest is read when its dump is first asked
 * for. What is listed stays as it was; a new inventory looks again. For one thread.
 */
public final class Inventory {
    private static final Comparator<DumpId> NEWEST_FIRST =
            Comparator.comparing(DumpId::dataset).thenComparing(DumpId::instant, Comparator.reverseOrder());

    private final Destination destination;
    private final Map<DumpId, Map<String, Long>> files = new TreeMap<>(NEWEST_FIRST);
    private final Map<DumpId, DumpAt> known = new HashMap<>();

    private Inventory(Destination destination, List<StoredObject> objects) {
        this.destination = destination;
        for (StoredObject object : objects) {
            String[] path = object.key().value().split("/", -1);
            if (path.length == 3 && Dataset.isName(path[0])) {
                DumpId.of(path[0], path[1])
                        .ifPresent(dump -> files.computeIfAbsent(dump, id -> new HashMap<>())
                                .put(path[2], object.bytes()));
            }
        }
    }

    /**
     * The dumps of one dataset.
     *
     * @param destination stays the caller's to close
     * @throws SpillwayException the destination cannot be listed
     */
    public static Inventory of(Destination destination, String dataset) throws SpillwayException {
        return new Inventory(destination, destination.list(dataset + "/"));
    }

    /** The dumps in a listing of {@code destination} that was made just before; that stays the caller's to close. */
    public static Inventory of(Destination destination, List<StoredObject> objects) {
        return new Inventory(destination, objects);
    }

    /** Every dump of which the destination has a file, by dataset, the newest first. */
    public List<DumpId> dumps() {
        return List.copyOf(files.keySet());
    }

    /** Whether the dump has a notice here that it is withdrawn. Reads nothing. */
    public boolean isWithdrawn(DumpId dump) {
        return files.getOrDefault(dump, Map.of()).containsKey(Withdrawal.FILE_NAME);
    }

    /** The names of the files in a dump's folder, sorted. Reads nothing. */
    public List<String> filesOf(DumpId dump) {
        return files.getOrDefault(dump, Map.of()).keySet().stream().sorted().toList();
    }

    /**
     * The newest complete dump.
     *
     * @throws SpillwayException a newer one cannot be read now
     */
    public Optional<Manifest> newest() throws SpillwayException {
        for (DumpId dump : files.keySet()) {
            DumpAt at = at(dump);
            if (at.state() == DumpState.UNREADABLE && at.why() != null) {
                throw at.why();
            } else if (at.isComplete()) {
                return Optional.ofNullable(at.manifest());
            }
        }
        return Optional.empty();
    }

    /** Every dump in that state, the newest first. Reads the manifests that were not read yet. */
    public List<DumpAt> in(DumpState state) throws SpillwayException {
        List<DumpAt> found = new ArrayList<>();
        for (DumpId dump : files.keySet()) {
            DumpAt at = at(dump);
            if (at.state() == state) {
                found.add(at);
            }
        }
        return found;
    }

    /**
     * A dump, as it is here.
     *
     * @throws SpillwayException as {@link Fault#CANCELLED} alone: every other failure is a state
     */
    public DumpAt at(DumpId dump) throws SpillwayException {
        DumpAt at = known.get(dump);
        if (at == null) {
            at = look(dump, files.getOrDefault(dump, Map.of()));
            known.put(dump, at);
        }
        return at;
    }

    /**
     * A dump, as it is here, read again and not kept, so that memory does not grow with the dumps that were looked at.
     * For any thread.
     *
     * @throws SpillwayException as {@link Fault#CANCELLED} alone: every other failure is a state
     */
    DumpAt look(DumpId dump) throws SpillwayException {
        return look(dump, files.getOrDefault(dump, Map.of()));
    }

    /** The length of a dump's manifest as it was listed, in bytes; 0 where there is none. For any thread. */
    long manifestBytes(DumpId dump) {
        return files.getOrDefault(dump, Map.of()).getOrDefault(Manifest.FILE_NAME, 0L);
    }

    private DumpAt look(DumpId dump, Map<String, Long> names) throws SpillwayException {
        if (names.containsKey(Withdrawal.FILE_NAME)) {
            return new DumpAt(dump, DumpState.WITHDRAWN, null, names, null);
        } else if (names.containsKey(Removal.FILE_NAME)) {
            return new DumpAt(dump, DumpState.PRUNED, null, names, null);
        } else if (names.containsKey(Manifest.FILE_NAME)) {
            return read(dump, names);
        }
        return new DumpAt(dump, names.isEmpty() ? DumpState.ABSENT : DumpState.PENDING, null, names, null);
    }

    private DumpAt read(DumpId dump, Map<String, Long> names) throws SpillwayException {
        try {
            Optional<Manifest> manifest = manifest(dump, names.getOrDefault(Manifest.FILE_NAME, 0L));
            if (manifest.isEmpty()) {
                Map<String, Long> left = new HashMap<>(names);
                left.remove(Manifest.FILE_NAME);
                return look(dump, left);
            }
            List<String> missing = missing(dump, manifest.get(), names);
            return missing.isEmpty()
                    ? new DumpAt(dump, DumpState.COMPLETE, manifest.get(), names, null)
                    : new DumpAt(dump, DumpState.DAMAGED, manifest.get(), names, incomplete(dump, missing));
        } catch (SpillwayException e) {
            if (e.fault() == Fault.CANCELLED) {
                throw e;
            }
            DumpState state = e.fault() == Fault.INTEGRITY ? DumpState.DAMAGED : DumpState.UNREADABLE;
            return new DumpAt(dump, state, null, names, e);
        }
    }

    /** Empty where it was removed since the listing. */
    private Optional<Manifest> manifest(DumpId dump, long bytes) throws SpillwayException {
        ObjectKey key = new ObjectKey(dump.toString()).child(Manifest.FILE_NAME);
        String where = destination.name() + "/" + key;
        Optional<Manifest> manifest = readIfThere(destination, key, bytes, Manifest.class, "a manifest");
        if (manifest.isPresent() && !manifest.get().dump().equals(dump.toString())) {
            throw new SpillwayException(
                    Fault.INTEGRITY,
                    where + " is the manifest of " + manifest.get().dump(),
                    "it was moved here; withdraw this dump, or restore its own manifest");
        }
        return manifest;
    }

    /** Some stores list late, so what the listing lacks is looked for once. */
    private List<String> missing(DumpId dump, Manifest manifest, Map<String, Long> names) throws SpillwayException {
        Map<String, Long> wanted = new TreeMap<>();
        manifest.parts().forEach(part -> wanted.put(part.name(), part.bytes()));
        manifest.files().forEach(file -> wanted.put(file.name(), file.bytes()));
        List<String> missing = new ArrayList<>();
        for (Map.Entry<String, Long> file : wanted.entrySet()) {
            if (!file.getValue().equals(names.get(file.getKey()))) {
                ObjectKey key = new ObjectKey(dump.toString()).child(file.getKey());
                Long found = destination.find(key).map(StoredObject::bytes).orElse(null);
                if (!file.getValue().equals(found)) {
                    missing.add(file.getKey());
                }
            }
        }
        return missing;
    }

    private SpillwayException incomplete(DumpId dump, List<String> missing) {
        return new SpillwayException(
                Fault.INTEGRITY,
                "files of %s in %s are missing or have another length: %s%s"
                        .formatted(
                                dump,
                                destination.name(),
                                String.join(", ", missing.subList(0, Math.min(10, missing.size()))),
                                missing.size() > 10 ? " and " + (missing.size() - 10) + " more" : ""),
                "restore them, or withdraw the dump");
    }

    /**
     * Reads a file of Spillway, and tells one that is not there from one that cannot be read.
     *
     * @param bytes its length as the destination lists it, or 0 where that is unknown
     * @return empty where the destination has no such file
     * @throws SpillwayException as {@link Fault#INTEGRITY}: it is not such a file; as any other fault: it is there, and
     *                           cannot be read now
     */
    public static <T> Optional<T> readIfThere(
            Destination destination, ObjectKey key, long bytes, Class<T> type, String what) throws SpillwayException {
        String where = destination.name() + "/" + key;
        try (Counted in = new Counted(destination.open(key))) {
            try {
                return Optional.of(ManifestJson.read(in, type, where, what));
            } catch (SpillwayException e) {
                if (e.fault() == Fault.INTEGRITY && in.ended && in.count < bytes) {
                    throw new SpillwayException(
                            Fault.DESTINATION_UNAVAILABLE,
                            "%s broke off after %d of %d bytes".formatted(where, in.count, bytes),
                            "try again",
                            e);
                }
                throw e;
            }
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE, where + " cannot be read: " + e.getMessage(), "try again", e);
        } catch (SpillwayException e) {
            if (e.fault() == Fault.DESTINATION_REFUSED && destination.find(key).isEmpty()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** The files that a manifest names. */
    public static List<String> filesOf(Manifest manifest) {
        return Stream.concat(
                        manifest.parts().stream().map(part -> part.name()),
                        manifest.files().stream().map(file -> file.name()))
                .toList();
    }

    private static final class Counted extends FilterInputStream {
        private long count;
        private boolean ended;

        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            count(read < 0 ? -1 : 1);
            return read;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int read = super.read(bytes, offset, length);
            count(read);
            return read;
        }

        private void count(int read) {
            if (read < 0) {
                ended = true;
            } else {
                count += read;
            }
        }
    }
}
