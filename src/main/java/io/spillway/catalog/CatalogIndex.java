package io.spillway.catalog;

import io.spillway.dataset.Dataset;
import io.spillway.dataset.DumpId;
import io.spillway.destination.Destination;
import io.spillway.destination.Digests;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.ManifestJson;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stored index of a site: one {@link CatalogEntry} for each dataset. With it, an export reads its own dataset and this one
 * file, however many dumps the other datasets have. Only a process that has just read a dataset writes its entry.
 *
 * <p>The file is compressed JSON Lines: a line with the version of the form, a line for each dataset, and a line with the
 * SHA-256 of the lines before. An index that is missing, damaged or of another version does not count, and is made again from
 * the manifests. The file's name is reserved: it is replaced, whatever it contains.
 *
 * <p>{@link #announceRemoval} records that a dump is about to be withdrawn or removed, before its notice or mark is written. Until the
 * dataset's links are updated, its entry does not count. So if the process dies in between, no other process publishes an
 * entry that names the dump: it looks for such records before it reads the index and after it has written. While the first
 * index of a destination is being made, nothing is recorded; a process that dies then leaves links to the dump until the dataset's
 * next run.
 */
public final class CatalogIndex {
    /** The name of the index, at the root. */
    public static final String FILE_NAME = "spillway-catalog.jsonl.gz";

    /** The folder at the root with an object for each dump that is being removed; with the dot it is not the name of a dataset. */
    public static final String REMOVALS = "spillway-catalog.removals";

    /** The key of the index. */
    public static final ObjectKey KEY = new ObjectKey(FILE_NAME);

    /** Increases if the files at the root need more of a dataset than entries of an older version have. */
    static final int FORM = 1;

    private static final Logger LOG = LoggerFactory.getLogger(CatalogIndex.class);

    private static final int BUFFER = 64 << 10;

    private CatalogIndex() {}

    private record Head(int spillwayCatalog, int datasets) {}

    private record Tail(String sha256) {}

    /** The content of an index. The entries are sorted by dataset. */
    public static byte[] write(Collection<CatalogEntry> entries) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        MessageDigest digest = Digests.sha256();
        try (OutputStream out = new GZIPOutputStream(bytes, BUFFER)) {
            line(out, digest, new Head(FORM, entries.size()));
            for (CatalogEntry entry : entries) {
                line(out, digest, entry);
            }
            line(out, Digests.sha256(), new Tail(HexFormat.of().formatHex(digest.digest())));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot compress in memory", e);
        }
        return bytes.toByteArray();
    }

    private static void line(OutputStream out, MessageDigest digest, Object value) throws IOException {
        byte[] line = ManifestJson.writeLine(value);
        digest.update(line);
        digest.update((byte) '\n');
        out.write(line);
        out.write('\n');
    }

    /**
     * The entries of a destination's index, by dataset.
     *
     * @return empty if there is no index, or it is damaged or of another version
     * @throws SpillwayException the destination does not answer
     */
    public static Optional<SortedMap<String, CatalogEntry>> read(Destination destination) throws SpillwayException {
        String where = destination.name() + "/" + KEY;
        try (InputStream stored = destination.open(KEY)) {
            return Optional.of(read(stored, where));
        } catch (DamagedException | ZipException e) {
            LOG.warn("the index of the catalog is not used file={} cause=\"{}\"", where, e.getMessage());
            return Optional.empty();
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE, "cannot read " + where + ": " + e.getMessage(), "try again", e);
        } catch (SpillwayException e) {
            if (e.fault() == Fault.DESTINATION_REFUSED && destination.find(KEY).isEmpty()) {
                return Optional.empty();
            } else if (e.fault() != Fault.INTEGRITY) {
                throw e;
            }
            LOG.warn("the index of the catalog is not used cause=\"{}\"", e.getMessage());
            return Optional.empty();
        }
    }

    /** The content of the file is not that of an index. */
    private static final class DamagedException extends IOException {
        private static final long serialVersionUID = 1L;

        DamagedException(String message) {
            super(message);
        }
    }

    private static SortedMap<String, CatalogEntry> read(InputStream stored, String where)
            throws IOException, SpillwayException {
        MessageDigest digest = Digests.sha256();
        SortedMap<String, CatalogEntry> entries = new TreeMap<>();
        try (InputStream in = new BufferedInputStream(new GZIPInputStream(stored, BUFFER), BUFFER)) {
            Head head = value(line(in), Head.class, digest, where);
            if (head.spillwayCatalog() != FORM) {
                throw new DamagedException("its form is " + head.spillwayCatalog() + ", expected " + FORM);
            }
            for (int number = 0; number < head.datasets(); number++) {
                CatalogEntry entry = value(line(in), CatalogEntry.class, digest, where);
                entries.put(entry.dataset(), entry);
            }
            String expected = HexFormat.of().formatHex(digest.digest());
            if (!expected.equals(
                            value(line(in), Tail.class, Digests.sha256(), where).sha256())
                    || in.read() >= 0) {
                throw new DamagedException("its checksum is not that of its lines");
            }
        } catch (EOFException e) {
            throw new DamagedException("it ends too early");
        }
        return entries;
    }

    private static <T> T value(byte[] line, Class<T> type, MessageDigest digest, String where)
            throws SpillwayException {
        digest.update(line);
        digest.update((byte) '\n');
        return ManifestJson.read(new ByteArrayInputStream(line), type, where, "an index of the catalog");
    }

    private static byte[] line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0 || line.size() == ManifestJson.LARGEST) {
                throw new DamagedException(next < 0 ? "it ends too early" : "a line is too long");
            }
            line.write(next);
        }
        return line.toByteArray();
    }

    /**
     * Records that a dump is about to be withdrawn or removed. Call it before its notice or mark is written. A failure is only
     * logged, so that it does not delay a withdrawal.
     *
     * @throws SpillwayException as {@link Fault#CANCELLED} alone
     */
    public static void announceRemoval(Destination destination, DumpId dump) throws SpillwayException {
        if (!destination.traits().keepsSiteFiles()) {
            return;
        }
        try {
            if (destination.find(KEY).isPresent()) {
                destination.write(removal(dump), ManifestJson.write(Map.of("dump", dump.toString())));
            }
        } catch (SpillwayException e) {
            if (e.fault() == Fault.CANCELLED) {
                throw e;
            }
            LOG.warn(
                    "cannot record that a dump is being removed; until its dataset's links are updated, other exports may name it"
                            + " dump={} destination={} cause=\"{}\"",
                    dump,
                    destination.name(),
                    e.getMessage());
        }
    }

    /** The dumps that {@link #announceRemoval} recorded, unless {@link #endRemoval} was called since. */
    public static Set<DumpId> removals(Destination destination) throws SpillwayException {
        Set<DumpId> removals = new HashSet<>();
        for (StoredObject object : destination.list(REMOVALS + "/")) {
            String name = object.key().name();
            int dot = name.indexOf('.');
            if (dot > 0 && Dataset.isName(name.substring(0, dot))) {
                DumpId.of(name.substring(0, dot), name.substring(dot + 1)).ifPresent(removals::add);
            }
        }
        return removals;
    }

    /** Ends what {@link #announceRemoval} began: the index and the files at the root do not name the dump. */
    public static void endRemoval(Destination destination, DumpId dump) throws SpillwayException {
        destination.delete(removal(dump));
    }

    private static ObjectKey removal(DumpId dump) {
        return new ObjectKey(REMOVALS + "/" + dump.dataset() + "." + dump.stamp());
    }
}
