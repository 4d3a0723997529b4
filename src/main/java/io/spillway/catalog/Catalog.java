package io.spillway.catalog;

import io.spillway.dataset.Dataset;
import io.spillway.dataset.DumpId;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Withdrawal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that is published at one destination, according to its manifests. Immutable.
 *
 * @param datasets  datasets with at least one complete dump, sorted by name
 * @param broken    damaged dumps, sorted by dataset, newest first; they are not listed
 * @param attempts  datasets with a status but without a published dump, sorted
 * @param withdrawn notices of withdrawn dumps, by dataset, newest dump first; a withdrawn dump is listed nowhere else,
 *                  even if its manifest still exists
 */
public record Catalog(
        List<Published> datasets, List<Broken> broken, List<String> attempts, List<Withdrawal> withdrawn) {
    private static final Logger LOG = LoggerFactory.getLogger(Catalog.class);

    /** Makes defensive copies. */
    public Catalog {
        datasets = List.copyOf(datasets);
        broken = List.copyOf(broken);
        attempts = List.copyOf(attempts);
        withdrawn = List.copyOf(withdrawn);
    }

    /**
     * The published dumps of one dataset.
     *
     * @param latest the manifest of the newest dump
     * @param dumps  summaries of all dumps, newest first; never empty
     */
    public record Published(Manifest latest, List<DumpSummary> dumps) {
        /**
         * Makes a defensive copy.
         *
         * @throws IllegalArgumentException unless {@code latest} is the first of the dumps
         */
        public Published {
            dumps = List.copyOf(dumps);
            if (dumps.isEmpty() || !dumps.get(0).id().equals(latest.id())) {
                throw new IllegalArgumentException(latest.dump() + " is not the first of " + dumps);
            }
        }

        /** The dataset's name. */
        public String dataset() {
            return latest.dataset();
        }
    }

    /**
     * A damaged dump.
     *
     * @param dump   its id
     * @param reason what is wrong with it, for people
     */
    public record Broken(DumpId dump, String reason) {}

    /** The catalog that entries describe, sorted by dataset. It has what the files at the root show, and no reasons. */
    public static Catalog of(Collection<CatalogEntry> entries) {
        List<Published> datasets = new ArrayList<>();
        List<Broken> broken = new ArrayList<>();
        List<String> attempts = new ArrayList<>();
        List<Withdrawal> withdrawn = new ArrayList<>();
        for (CatalogEntry entry : entries) {
            Manifest latest = entry.latest();
            if (latest != null) {
                datasets.add(new Published(latest, entry.dumps()));
            } else if (entry.status()) {
                attempts.add(entry.dataset());
            }
            entry.damaged().forEach(dump -> broken.add(new Broken(dump, "")));
            withdrawn.addAll(entry.withdrawn());
        }
        return new Catalog(datasets, broken, attempts, withdrawn);
    }

    /** The names of all datasets, sorted: those with a dump, a damaged one, a status or a notice. */
    public Set<String> names() {
        Set<String> names = new TreeSet<>(attempts);
        datasets.forEach(published -> names.add(published.dataset()));
        broken.forEach(each -> names.add(each.dump().dataset()));
        withdrawn.forEach(
                notice -> names.add(notice.dump().substring(0, notice.dump().indexOf('/'))));
        return names;
    }

    /** A dataset's dumps; empty if none is listed. */
    public Optional<Published> dataset(String name) {
        return datasets.stream()
                .filter(published -> published.dataset().equals(name))
                .findFirst();
    }

    /** The notices of a dataset's withdrawn dumps, newest dump first. */
    public List<Withdrawal> withdrawn(String dataset) {
        return withdrawn.stream()
                .filter(notice -> notice.dump().startsWith(dataset + "/"))
                .toList();
    }

    /** Every dump at the destination, complete or broken, for comparison with a later listing. */
    public Set<DumpId> stamps() {
        Set<DumpId> stamps = new HashSet<>();
        datasets.forEach(published -> published.dumps().forEach(dump -> stamps.add(dump.id())));
        broken.forEach(each -> stamps.add(each.dump()));
        return stamps;
    }

    /**
     * Reads the catalog with one listing and one object per dump, several in parallel. Memory grows with the number of
     * listed files, and with the fields of each dataset's newest dump only. A manifest that disappears meanwhile
     * belongs to a withdrawn or pruned dump and is ignored. A manifest that exists but cannot be read now fails the
     * call, because pages made from the catalog must not lose a dump for that reason.
     *
     * @param destination closed by the caller
     * @throws SpillwayException if the destination does not answer
     */
    public static Catalog read(Destination destination) throws SpillwayException, InterruptedException {
        return read(destination, destination.list(""));
    }

    /**
     * Reads the catalog from a listing of the whole destination that was made just before, for callers that also need
     * the versions of the objects.
     *
     * @param destination closed by the caller
     * @throws SpillwayException if the destination does not answer
     */
    public static Catalog read(Destination destination, List<StoredObject> objects)
            throws SpillwayException, InterruptedException {
        Inventory inventory = Inventory.of(destination, objects);
        ManifestReader reader = new ManifestReader(inventory);
        reader.read();
        List<Published> datasets = reader.published();
        Set<String> attempts = new TreeSet<>(datasetsWithStatus(objects));
        datasets.forEach(published -> attempts.remove(published.dataset()));
        return new Catalog(datasets, reader.broken(), List.copyOf(attempts), notices(destination, inventory));
    }

    /**
     * Reads the manifest of one dump and nothing else.
     *
     * @return empty if it does not exist
     * @throws SpillwayException if it is invalid or the destination does not answer
     */
    public static Optional<Manifest> manifest(Destination destination, DumpId dump) throws SpillwayException {
        return Inventory.manifest(destination, dump, 0);
    }

    /** The dumps at a destination according to the names of their manifests, without reading any. */
    public static Set<DumpId> stamps(Destination destination) throws SpillwayException {
        return Inventory.of(destination, destination.list("")).standing();
    }

    /** The same, of these datasets alone. */
    public static Set<DumpId> stamps(Destination destination, Collection<String> datasets) throws SpillwayException {
        Set<DumpId> stamps = new HashSet<>();
        for (String dataset : datasets) {
            stamps.addAll(Inventory.of(destination, dataset).standing());
        }
        return stamps;
    }

    private static List<String> datasetsWithStatus(List<StoredObject> objects) {
        String end = "/" + DatasetStatus.FILE_NAME;
        return objects.stream()
                .map(object -> object.key().value())
                .filter(key -> key.endsWith(end))
                .map(key -> key.substring(0, key.length() - end.length()))
                .filter(Dataset::isName)
                .toList();
    }

    /** A damaged notice still counts as a notice; its content is missing. */
    private static List<Withdrawal> notices(Destination destination, Inventory inventory) throws SpillwayException {
        List<Withdrawal> notices = new ArrayList<>();
        for (DumpId dump : inventory.dumps()) {
            if (!inventory.isWithdrawn(dump)) {
                continue;
            }
            ObjectKey key = new ObjectKey(dump.toString()).child(Withdrawal.FILE_NAME);
            long bytes = inventory.bytes(dump, Withdrawal.FILE_NAME);
            try {
                Inventory.readIfThere(destination, key, bytes, Withdrawal.class, "a notice")
                        .filter(notice -> notice.dump().equals(dump.toString()))
                        .ifPresent(notices::add);
            } catch (SpillwayException e) {
                if (e.fault() != Fault.INTEGRITY) {
                    throw e;
                }
                LOG.warn(
                        "withdrawal notice unreadable, its reason is not shown dump={} cause=\"{}\"",
                        dump,
                        e.getMessage());
            }
        }
        return notices;
    }
}
