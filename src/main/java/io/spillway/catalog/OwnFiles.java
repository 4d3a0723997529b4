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
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The record of the files that Spillway writes at a destination outside of dumps: pages, feeds, {@code robots.txt},
 * pointers and notices. A file whose bytes are not in the record is foreign and is never replaced or
 * removed.
 *
 * <p>{@link #claim} records the new bytes of files before they are written. So a run that is killed at any moment leaves
 * only files that are in the record, with their old bytes or the new ones. Entries are only added, on the condition that
 * the record has not changed since it was read, so that two writers without a lock lose none.
 *
 * <p>A destination without a record is one that Spillway has not written to yet, one whose files an older version wrote,
 * which kept no record, or one whose record was lost. The last two are recognised by {@code links.json}: a list of links
 * that names only datasets with a dump, or the notice of one, at this destination. Then all files under Spillway's names
 * are taken into the record, once.
 *
 * <p>Thread-safe as its destination is.
 */
public final class OwnFiles {
    /** The name of the record, at the root. */
    public static final String FILE_NAME = "spillway-files.json";

    private static final Logger LOG = LoggerFactory.getLogger(OwnFiles.class);
    private static final ObjectKey KEY = new ObjectKey(FILE_NAME);
    private static final String NOTICES = "notices/";

    /** Two writers overtake each other a few times at most. */
    private static final int TRIES = 10;

    /** The last bytes of a file that are known as own: more than writers without a lock have under way. */
    private static final int MOST_HASHES = 8;

    /** A page or a list of links is smaller; what is larger is not read when there is no record. */
    private static final long LARGEST_ADOPTED = 64L << 20;

    private static final int BUFFER = 64 << 10;

    private final Destination destination;

    /** What is taken into the record because there is none; empty where there is one. */
    private final Map<String, List<String>> adopted;

    /**
     * The content of the record.
     *
     * @param formatVersion 1
     * @param files         the last known SHA-256 of each file in lower-case hex, the newest last, by key
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

    /** The record of a destination, which stays the caller's to close; see {@link #of(Destination, List)}. */
    public static OwnFiles of(Destination destination) throws SpillwayException {
        return destination.find(KEY).isPresent()
                ? new OwnFiles(destination, Map.of())
                : of(destination, destination.list(""));
    }

    /**
     * The record of a destination, which stays the caller's to close.
     *
     * @param objects everything that is there, as {@link Destination#list} has just told it
     * @throws SpillwayException the destination does not answer
     */
    public static OwnFiles of(Destination destination, List<StoredObject> objects) throws SpillwayException {
        OwnFiles files = new OwnFiles(destination, new TreeMap<>());
        boolean recorded = objects.stream().anyMatch(object -> object.key().equals(KEY));
        if (!recorded && files.linksFit(objects)) {
            files.adopt(objects);
        }
        return files;
    }

    /** Whether {@code links.json} is one that Spillway wrote here. */
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

    /** The datasets of which a dump, or the notice of one, is there. */
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
        Set<String> datasets = datasets(objects);
        for (StoredObject object : objects) {
            String key = object.key().value();
            String[] path = key.split("/", -1);
            boolean ofSite = path.length == 1 || key.startsWith(NOTICES);
            boolean ofDataset = datasets.contains(path[0]) && (path.length == 2 || key.endsWith("/latest/urls.txt"));
            if ((ofSite || ofDataset) && object.bytes() <= LARGEST_ADOPTED) {
                adopted.put(key, List.of(hash(object)));
            }
        }
        LOG.warn(
                "there is no record of own files, and links.json is one that Spillway wrote: files under Spillway's names"
                        + " count as its own destination={} record={} files={}",
                destination.name(),
                FILE_NAME,
                adopted.size());
    }

    /**
     * Records the bytes that files will have. To be called before they are written.
     *
     * @throws SpillwayException as {@link Fault#DESTINATION_REFUSED}, naming all of them: files that are there were
     *                           foreign; nothing has changed
     */
    public void claim(Map<ObjectKey, byte[]> files) throws SpillwayException {
        for (int i = 0; i < TRIES; i++) {
            String version = destination.find(KEY).map(StoredObject::version).orElse(null);
            Map<String, List<String>> known = version == null ? adopted : read();
            Map<String, String> there = requireOwn(files.keySet(), known);
            Map<String, List<String>> next = new TreeMap<>(known);
            files.forEach((key, bytes) -> next.put(
                    key.value(),
                    add(known.getOrDefault(key.value(), List.of()), there.get(key.value()), Digests.sha256(bytes))));
            if ((next.equals(known) && version != null)
                    || destination.replace(KEY, ManifestJson.write(new Content(1, next)), version)) {
                return;
            }
        }
        throw new SpillwayException(
                Fault.DESTINATION_UNAVAILABLE,
                "%s/%s was replaced by another writer each of %d times".formatted(destination.name(), KEY, TRIES),
                "try again when the other writer is done");
    }

    /**
     * Makes sure that files may be removed.
     *
     * @throws SpillwayException as {@link Fault#DESTINATION_REFUSED}: some are foreign
     */
    public void requireOwn(Collection<ObjectKey> keys) throws SpillwayException {
        var unused = requireOwn(keys, destination.find(KEY).isEmpty() ? adopted : read());
    }

    /** The hashes of those that are there. */
    private Map<String, String> requireOwn(Collection<ObjectKey> keys, Map<String, List<String>> known)
            throws SpillwayException {
        Map<String, String> hashes = new TreeMap<>();
        Set<String> foreign = new TreeSet<>();
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
        if (!foreign.isEmpty()) {
            throw new SpillwayException(
                    Fault.DESTINATION_REFUSED,
                    "%s has files that Spillway did not write, and they stay: %s"
                            .formatted(destination.name(), Examples.of(List.copyOf(foreign))),
                    "publish into a subfolder or under a prefix of its own, or move these files away");
        }
        return hashes;
    }

    /**
     * What is known of a file once new bytes are claimed: the newest last, each once, and always those that are there. Runs
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
                    "restore the file, or remove it: then files count as own while links.json names the dumps there",
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
                "%s/%s cannot be read: %s".formatted(destination.name(), key, e.getMessage()),
                "try again",
                e);
    }
}
