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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The dumps at one destination with their states, from one listing. A manifest is read when its dump is first queried.
 * The listing is never refreshed; create a new inventory for that. Not thread-safe.
 */
public final class Inventory {
    private static final Comparator<DumpId> NEWEST_FIRST =
            Comparator.comparing(DumpId::dataset).thenComparing(DumpId::instant, Comparator.reverseOrder());

    /** How many manifests are kept: a command asks for few dumps more than once. */
    private static final int MOST_MANIFESTS = 4;

    private static final int BUFFER = 8 << 10;

    private final Destination destination;
    private final Map<DumpId, Map<String, Long>> files = new TreeMap<>(NEWEST_FIRST);

    /** The dumps that were looked at, without their manifests, of which a destination may have more than fit in memory. */
    private final Map<DumpId, DumpAt> known = new HashMap<>();

    /** The dumps that were requested last, with their manifests. */
    private final Map<DumpId, DumpAt> recent = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<DumpId, DumpAt> eldest) {
            return size() > MOST_MANIFESTS;
        }
    };

    private Inventory(Destination destination, List<StoredObject> objects) {
        this.destination = destination;
        String folder = "";
        Map<String, Long> names = null;
        for (StoredObject object : objects) {
            String key = object.key().value();
            int end = key.lastIndexOf('/');
            // A listing has the files of a folder one after the other: its name is looked at once.
            if (end != folder.length() || !key.startsWith(folder)) {
                folder = key.substring(0, Math.max(0, end));
                names = dump(folder).map(this::names).orElse(null);
            }
            if (names != null) {
                names.put(key.substring(end + 1), object.bytes());
            }
        }
    }

    private Map<String, Long> names(DumpId dump) {
        return files.computeIfAbsent(dump, id -> new HashMap<>());
    }

    private static Optional<DumpId> dump(String folder) {
        int slash = folder.indexOf('/');
        return slash > 0 && Dataset.isName(folder.substring(0, slash))
                ? DumpId.of(folder.substring(0, slash), folder.substring(slash + 1))
                : Optional.empty();
    }

    /**
     * The dumps of one dataset.
     *
     * @param destination closed by the caller
     * @throws SpillwayException if the destination cannot be listed
     */
    public static Inventory of(Destination destination, String dataset) throws SpillwayException {
        return new Inventory(destination, destination.list(dataset + "/"));
    }

    /** The dumps in a listing of {@code destination} that was made just before; the caller closes the destination. */
    public static Inventory of(Destination destination, List<StoredObject> objects) {
        return new Inventory(destination, objects);
    }

    /** Every dump of which the destination has a file, by dataset, newest first. */
    public List<DumpId> dumps() {
        return List.copyOf(files.keySet());
    }

    /** Whether a notice marks the dump as withdrawn here. Reads nothing. */
    public boolean isWithdrawn(DumpId dump) {
        return files.getOrDefault(dump, Map.of()).containsKey(Withdrawal.FILE_NAME);
    }

    /** Every dump with a manifest, and without a mark that it is withdrawn or removed. Reads nothing. */
    Set<DumpId> standing() {
        Set<DumpId> standing = new HashSet<>();
        files.forEach((dump, names) -> {
            if (names.containsKey(Manifest.FILE_NAME)
                    && !names.containsKey(Withdrawal.FILE_NAME)
                    && !names.containsKey(Removal.FILE_NAME)) {
                standing.add(dump);
            }
        });
        return standing;
    }

    /** The names of the files in a dump's folder, sorted. Reads nothing. */
    public List<String> filesOf(DumpId dump) {
        return files.getOrDefault(dump, Map.of()).keySet().stream().sorted().toList();
    }

    /**
     * The newest complete dump.
     *
     * @throws SpillwayException if a newer one cannot be read now
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

    /**
     * Every dump in that state, the newest first, without their manifests. Reads the manifests that were not read yet,
     * unless the names of files tell the state.
     *
     * @throws SpillwayException as {@link Fault#CANCELLED} alone: every other failure is a state
     */
    public List<DumpAt> in(DumpState state) throws SpillwayException {
        List<DumpAt> found = new ArrayList<>();
        for (DumpId dump : files.keySet()) {
            Map<String, Long> names = files.getOrDefault(dump, Map.of());
            boolean marked = names.containsKey(Withdrawal.FILE_NAME) || names.containsKey(Removal.FILE_NAME);
            if (marked == (state == DumpState.WITHDRAWN || state == DumpState.PRUNED)) {
                DumpAt at = known.get(dump);
                at = at == null ? remember(look(dump, names)) : at;
                if (at.state() == state) {
                    found.add(at);
                }
            }
        }
        return found;
    }

    /** The same without its manifest. */
    private DumpAt remember(DumpAt at) {
        DumpAt small = new DumpAt(at.dump(), at.state(), null, at.files(), at.why());
        known.put(at.dump(), small);
        return small;
    }

    /**
     * A dump as it is here. The last few manifests that were requested are kept; any other is read again.
     *
     * @throws SpillwayException only as {@link Fault#CANCELLED}; every other failure is a state
     */
    public DumpAt at(DumpId dump) throws SpillwayException {
        DumpAt at = recent.get(dump);
        if (at == null) {
            at = look(dump, files.getOrDefault(dump, Map.of()));
            recent.put(dump, at);
            remember(at);
        }
        return at;
    }

    /**
     * The state of a dump here. Reads its manifest every time and does not cache it, so that memory does not grow with
     * the number of dumps. Thread-safe.
     *
     * @throws SpillwayException only as {@link Fault#CANCELLED}; every other failure is a state
     */
    DumpAt look(DumpId dump) throws SpillwayException {
        return look(dump, files.getOrDefault(dump, Map.of()));
    }

    /** The length of a file of a dump as it was listed, in bytes; 0 where there is none. For any thread. */
    long bytes(DumpId dump, String name) {
        return files.getOrDefault(dump, Map.of()).getOrDefault(name, 0L);
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
            Optional<Manifest> manifest = manifest(destination, dump, names.getOrDefault(Manifest.FILE_NAME, 0L));
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

    /**
     * Reads the manifest of one dump, and nothing else.
     *
     * @param destination stays the caller's to close
     * @param bytes       its length as the destination lists it, or 0 where that is unknown
     * @return empty where the destination has no such file
     * @throws SpillwayException as {@link Fault#INTEGRITY}: the file is not a manifest, or belongs to another dump; as any
     *                           other fault: it exists and cannot be read now
     */
    static Optional<Manifest> manifest(Destination destination, DumpId dump, long bytes) throws SpillwayException {
        ObjectKey key = new ObjectKey(dump.toString()).child(Manifest.FILE_NAME);
        Optional<Manifest> manifest = readIfThere(destination, key, bytes, Manifest.class, "a manifest");
        if (manifest.isPresent() && !manifest.get().dump().equals(dump.toString())) {
            throw new SpillwayException(
                    Fault.INTEGRITY,
                    "%s/%s is the manifest of %s"
                            .formatted(destination.name(), key, manifest.get().dump()),
                    "the file was moved; restore the manifest of this dump, or withdraw the dump");
        }
        return manifest;
    }

    /** Some stores list late, so a file missing from the listing is looked up once. */
    private List<String> missing(DumpId dump, Manifest manifest, Map<String, Long> names) throws SpillwayException {
        Map<String, Long> wanted = new TreeMap<>();
        manifest.parts().forEach(part -> wanted.put(part.name(), part.bytes()));
        manifest.neededFiles().forEach(file -> wanted.put(file.name(), file.bytes()));
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
                "files of %s in %s are missing or have the wrong length: %s%s"
                        .formatted(
                                dump,
                                destination.name(),
                                String.join(", ", missing.subList(0, Math.min(10, missing.size()))),
                                missing.size() > 10 ? " and " + (missing.size() - 10) + " more" : ""),
                "restore them, or withdraw the dump");
    }

    /**
     * Reads a file of Spillway, and distinguishes a missing file from an unreadable one.
     *
     * @param bytes its listed length, or 0 if unknown
     * @return empty if the destination has no such file
     * @throws SpillwayException {@link Fault#INTEGRITY} if it is not a valid file of this kind; any other fault if it
     *     exists and cannot be read now
     */
    public static <T> Optional<T> readIfThere(
            Destination destination, ObjectKey key, long bytes, Class<T> type, String what) throws SpillwayException {
        String where = destination.name() + "/" + key;
        try (Counted in = new Counted(destination.open(key))) {
            try {
                return Optional.of(ManifestJson.read(in, type, where, what));
            } catch (SpillwayException e) {
                if (e.fault() == Fault.INTEGRITY && bytes > 0 && in.readPast(bytes) != bytes) {
                    throw new SpillwayException(
                            Fault.DESTINATION_UNAVAILABLE,
                            "%s has %d bytes, but the destination returned %s"
                                    .formatted(where, bytes, in.count < bytes ? in.count : "more"),
                            "try again; if this continues, check whether a proxy returns a page of its own",
                            e);
                }
                throw e;
            }
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE, "cannot read " + where + ": " + e.getMessage(), "try again", e);
        } catch (SpillwayException e) {
            if (e.fault() == Fault.DESTINATION_REFUSED && destination.find(key).isEmpty()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** The files that a manifest lists. */
    public static List<String> filesOf(Manifest manifest) {
        return Stream.concat(
                        manifest.parts().stream().map(part -> part.name()),
                        manifest.files().stream().map(file -> file.name()))
                .toList();
    }

    private static final class Counted extends FilterInputStream {
        private long count;

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
            count += Math.max(0, read);
        }

        /** Reads to the end, or until more than {@code bytes} were read; returns how many were. */
        long readPast(long bytes) throws IOException {
            byte[] rest = new byte[BUFFER];
            while (count <= bytes && read(rest, 0, rest.length) >= 0) {
                // Only counted.
            }
            return count;
        }
    }
}
