package io.spillway.catalog;

import io.spillway.dataset.DumpId;
import io.spillway.destination.Destination;
import io.spillway.destination.Digests;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.fault.Examples;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import io.spillway.manifest.Withdrawal;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The record of the files that Spillway writes at a destination outside of dumps: pages, feeds, {@code robots.txt},
 * pointers and notices. A file whose bytes are not in the record is foreign and is never replaced or removed.
 *
 * <p>{@link #claim} records the new bytes of files before they are written. So if a run is killed at any moment, every
 * file has bytes that are in the record, old or new. Entries are only added, and only if the record has not changed
 * since it was read, so that two writers without a lock lose none.
 *
 * <p>A destination without a record is one that Spillway has not written to yet, one whose files an older version wrote,
 * which kept no record, or one whose record was lost. The last two are recognised by {@code links.json}: a list of links
 * that names only datasets with a dump, or the notice of one, at this destination. Then the files under Spillway's names
 * whose content has the form that Spillway gives it are taken into the record, once ({@link OwnForms}). The others are
 * foreign, such as a {@code robots.txt} that the operator restored.
 *
 * <p>Thread-safe if its destination is.
 */
public final class OwnFiles {
    /** The name of the record, at the root. */
    public static final String FILE_NAME = "spillway-files.json";

    private static final Logger LOG = LoggerFactory.getLogger(OwnFiles.class);
    private static final ObjectKey KEY = new ObjectKey(FILE_NAME);

    /** Two writers conflict a few times at most. */
    private static final int TRIES = 10;

    /** Hashes kept per file: more than the number of writes that can be in progress without a lock. */
    private static final int MOST_HASHES = 8;

    /** Larger than any page or list of links; larger files are not read if there is no record. */
    private static final long LARGEST_ADOPTED = 64L << 20;

    private static final int BUFFER = 64 << 10;

    private final Destination destination;

    /** Files added because there is no record; empty if there is one. */
    private final Map<String, List<String>> adopted;

    /** The record as it was read or written last, and its version then; a record of many files is not parsed for each. */
    private volatile Known known = new Known("", Map.of());

    private record Known(String version, Map<String, List<String>> files) {}

    /**
     * The content of the record.
     *
     * @param formatVersion 1
     * @param files         the last known SHA-256 hashes of each file in lower-case hex, newest last, by key
     */
    private record Content(int formatVersion, Map<String, List<String>> files) {
        Content {
            Present.members("the record of files", files);
            files = new TreeMap<>(files);
        }
    }

    private OwnFiles(Destination destination, Map<String, List<String>> adopted) {
        this.destination = destination;
        this.adopted = adopted;
    }

    /** Opens the record of a destination, which the caller closes; see {@link #of(Destination, List)}. */
    public static OwnFiles of(Destination destination) throws SpillwayException {
        return destination.find(KEY).isPresent()
                ? new OwnFiles(destination, Map.of())
                : of(destination, destination.list(""));
    }

    /**
     * Opens the record of a destination, which the caller closes.
     *
     * @param objects everything that exists there, as just returned by {@link Destination#list}
     * @throws SpillwayException if the destination does not answer
     */
    public static OwnFiles of(Destination destination, List<StoredObject> objects) throws SpillwayException {
        OwnFiles files = new OwnFiles(destination, new TreeMap<>());
        boolean recorded = objects.stream().anyMatch(object -> object.key().equals(KEY));
        if (!recorded && files.linksFit(objects)) {
            files.adopt(objects);
        }
        return files;
    }

    /** Whether Spillway wrote the {@code links.json} here. */
    private boolean linksFit(List<StoredObject> objects) throws SpillwayException {
        ObjectKey key = new ObjectKey(LinksFile.FILE_NAME);
        Set<String> datasets = datasets(objects);
        if (datasets.isEmpty()
                || objects.stream().noneMatch(object -> object.key().equals(key))) {
            return false;
        }
        try (InputStream in = destination.open(key)) {
            LinksFile links = LinksFile.read(in, destination.name() + "/" + key);
            return links.datasets().stream().allMatch(listing -> datasets.contains(listing.dataset()));
        } catch (IOException e) {
            throw unreadable(key, e);
        } catch (SpillwayException e) {
            if (e.fault() != Fault.INTEGRITY) {
                throw e;
            }
            return false;
        }
    }

    /** The datasets with a dump or a withdrawal notice. */
    private static Set<String> datasets(List<StoredObject> objects) {
        Set<String> datasets = new HashSet<>();
        for (StoredObject object : objects) {
            String[] path = object.key().value().split("/", -1);
            if (path.length == 3
                    && (path[2].equals(Manifest.FILE_NAME) || path[2].equals(Withdrawal.FILE_NAME))
                    && DumpId.of(path[0], path[1]).isPresent()) {
                datasets.add(path[0]);
            }
        }
        return datasets;
    }

    private void adopt(List<StoredObject> objects) throws SpillwayException {
        OwnForms forms = new OwnForms(destination, datasets(objects));
        for (StoredObject object : objects) {
            if (object.bytes() <= LARGEST_ADOPTED && forms.fits(object.key())) {
                adopted.put(object.key().value(), List.of(hash(object)));
            }
        }
        LOG.warn(
                "there is no record of own files, and links.json is one that Spillway wrote: files whose content has"
                        + " Spillway's form count as its own destination={} record={} files={}",
                destination.name(),
                FILE_NAME,
                adopted.size());
    }

    /**
     * Records the bytes that files will have. Call it before writing them.
     *
     * @throws SpillwayException {@link Fault#DESTINATION_REFUSED}, naming all foreign files among them; nothing has
     *     changed
     */
    public void claim(Map<ObjectKey, byte[]> files) throws SpillwayException {
        for (int i = 0; i < TRIES; i++) {
            Found found = find(files.keySet());
            refuse(destination.name(), found.foreign());
            String version = found.version();
            Map<String, List<String>> before = found.known();
            Map<String, String> there = found.hashes();
            Map<String, List<String>> changed = new TreeMap<>();
            files.forEach((key, bytes) -> {
                List<String> last = before.getOrDefault(key.value(), List.of());
                List<String> next = add(last, there.get(key.value()), Digests.sha256(bytes));
                if (!next.equals(last)) {
                    changed.put(key.value(), next);
                }
            });
            // The record of a large site has thousands of files, and a claim a few: nothing is copied without a change.
            if (changed.isEmpty() && version != null) {
                return;
            }
            Map<String, List<String>> all = new TreeMap<>(before);
            all.putAll(changed);
            if (destination.replace(KEY, ManifestJson.write(new Content(1, all)), version)) {
                return;
            }
        }
        throw new SpillwayException(
                Fault.DESTINATION_UNAVAILABLE,
                "%s/%s: lost %d update races to another writer".formatted(destination.name(), KEY, TRIES),
                "try again when the other writer has finished");
    }

    /**
     * The recorded files at the root, whether they are still there or not.
     *
     * @throws SpillwayException as {@link Fault#DESTINATION_REFUSED}: the record itself cannot be read
     */
    public Set<ObjectKey> atRoot() throws SpillwayException {
        String version = destination.find(KEY).map(StoredObject::version).orElse(null);
        Set<ObjectKey> keys = new TreeSet<>();
        for (String key : (version == null ? adopted : read(version)).keySet()) {
            if (key.indexOf('/') < 0) {
                keys.add(new ObjectKey(key));
            }
        }
        return keys;
    }

    /**
     * Those of the files that are there and foreign, sorted: {@link #claim} would refuse them. Writes nothing.
     *
     * @throws SpillwayException as {@link Fault#DESTINATION_REFUSED}: the record itself cannot be read
     */
    public Set<String> foreign(Collection<ObjectKey> keys) throws SpillwayException {
        return find(keys).foreign();
    }

    /**
     * Refuses files that Spillway did not write; does nothing where there are none.
     *
     * @param place   the destination's name
     * @param foreign the files' keys
     * @throws SpillwayException as {@link Fault#DESTINATION_REFUSED}, naming the files
     */
    public static void refuse(String place, Collection<String> foreign) throws SpillwayException {
        if (!foreign.isEmpty()) {
            throw new SpillwayException(
                    Fault.DESTINATION_REFUSED,
                    "%s has files that Spillway did not write, and they stay: %s"
                            .formatted(place, Examples.of(List.copyOf(foreign))),
                    "publish into a subfolder or under a prefix of its own, or move these files away");
        }
    }

    /**
     * Makes sure that files may be removed.
     *
     * @throws SpillwayException {@link Fault#DESTINATION_REFUSED} if some of them are foreign
     */
    public void requireOwn(Collection<ObjectKey> keys) throws SpillwayException {
        refuse(destination.name(), find(keys).foreign());
    }

    /**
     * The files that are there.
     *
     * @param version of the record, or null if there is none
     * @param known   the record's content
     * @param hashes  of the files, by key
     * @param foreign the keys of those that are not in the record
     */
    private record Found(
            @Nullable String version,
            Map<String, List<String>> known,
            Map<String, String> hashes,
            Set<String> foreign) {}

    /** A file that seems to be foreign may be one that another writer has recorded and written since the record was read. */
    private Found find(Collection<ObjectKey> keys) throws SpillwayException {
        for (int i = 1; ; i++) {
            String version = destination.find(KEY).map(StoredObject::version).orElse(null);
            Map<String, List<String>> recorded = version == null ? adopted : read(version);
            Set<String> foreign = new TreeSet<>();
            Map<String, String> hashes = hashes(keys, recorded, foreign);
            if (foreign.isEmpty()
                    || i == TRIES
                    || Objects.equals(
                            version,
                            destination.find(KEY).map(StoredObject::version).orElse(null))) {
                return new Found(version, recorded, hashes, foreign);
            }
        }
    }

    /** The hashes of those that are there; the keys of the foreign ones are added to a set. */
    private Map<String, String> hashes(Collection<ObjectKey> keys, Map<String, List<String>> known, Set<String> foreign)
            throws SpillwayException {
        Map<String, String> hashes = new TreeMap<>();
        for (ObjectKey key : keys) {
            Optional<StoredObject> there = destination.find(key);
            if (there.isPresent()) {
                String hash = hash(there.get());
                hashes.put(key.value(), hash);
                if (!known.getOrDefault(key.value(), List.of()).contains(hash)) {
                    foreign.add(key.value());
                }
            }
        }
        return hashes;
    }

    /**
     * The known hashes of a file after new bytes are claimed: newest last, each once, and always the current one. Runs
     * that are killed one after the other claim bytes that they never write.
     */
    private static List<String> add(List<String> known, @Nullable String there, String fresh) {
        List<String> all = new ArrayList<>(known);
        all.remove(fresh);
        all.remove(there);
        all = all.subList(Math.max(0, all.size() - MOST_HASHES), all.size());
        if (there != null && !there.equals(fresh)) {
            all.add(there);
        }
        all.add(fresh);
        return List.copyOf(all);
    }

    /** The record, read once for each version of it. */
    private Map<String, List<String>> read(String version) throws SpillwayException {
        Known last = known;
        if (!last.version().equals(version)) {
            last = new Known(version, read());
            known = last;
        }
        return last.files();
    }

    private Map<String, List<String>> read() throws SpillwayException {
        try (InputStream in = destination.open(KEY)) {
            return ManifestJson.read(in, Content.class, destination.name() + "/" + KEY, "a record of files")
                    .files();
        } catch (IOException e) {
            throw unreadable(KEY, e);
        } catch (SpillwayException e) {
            if (e.fault() != Fault.INTEGRITY) {
                throw e;
            }
            throw new SpillwayException(
                    Fault.DESTINATION_REFUSED,
                    "%s, so it is not known which files Spillway wrote".formatted(e.getMessage()),
                    "restore the file, or remove it: then files with the content that Spillway writes count as its own",
                    e);
        }
    }

    private String hash(StoredObject there) throws SpillwayException {
        if (there.sha256() != null) {
            return there.sha256();
        }
        MessageDigest digest = Digests.sha256();
        try (InputStream in = destination.open(there.key())) {
            byte[] buffer = new byte[BUFFER];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        } catch (IOException e) {
            throw unreadable(there.key(), e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private SpillwayException unreadable(ObjectKey key, IOException e) {
        return new SpillwayException(
                Fault.DESTINATION_UNAVAILABLE,
                "cannot read %s/%s: %s".formatted(destination.name(), key, e.getMessage()),
                "try again",
                e);
    }
}
