package io.spillway.site;

import io.spillway.catalog.Addresses;
import io.spillway.catalog.Catalog;
import io.spillway.catalog.CatalogEntry;
import io.spillway.catalog.CatalogIndex;
import io.spillway.catalog.DatasetStatus.LastAttempt;
import io.spillway.catalog.Inventory;
import io.spillway.catalog.LinksFile;
import io.spillway.catalog.Listing;
import io.spillway.catalog.SiteStatus;
import io.spillway.dataset.Dataset;
import io.spillway.dataset.DumpId;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one round of a {@link SiteWriter} knows of a destination. The datasets that it {@linkplain #read reads} are known from
 * their manifests; the others are known from the {@linkplain CatalogIndex index}.
 *
 * <p>A round for one dataset reads that dataset, and each other one whose entry may not be true: a dump of it was being removed when
 * a process ended, or {@code links.json} names another dump of it than the index, as after an interrupted process or one of a
 * version without an index. Without a usable index, or without links, everything is read.
 *
 * <p>For one round, on one thread.
 */
final class SiteView {
    private static final Logger LOG = LoggerFactory.getLogger(SiteView.class);
    private static final ObjectKey LINKS = new ObjectKey(LinksFile.FILE_NAME);

    private final Destination destination;
    private final boolean everything;
    private final Set<String> read;
    private final List<StoredObject> objects;
    private final Catalog catalog;
    private final Set<DumpId> removals;

    /** The index as it was found; empty if it is not used. */
    private final SortedMap<String, CatalogEntry> found;

    /** All entries; those of the datasets that were read are added by {@link #describe}. */
    private SortedMap<String, CatalogEntry> entries;

    private SiteView(
            Destination destination,
            @Nullable Set<String> read,
            List<StoredObject> objects,
            SortedMap<String, CatalogEntry> found,
            Set<DumpId> removals)
            throws SpillwayException, InterruptedException {
        this.destination = destination;
        this.everything = read == null;
        this.objects = List.copyOf(objects);
        this.catalog = Catalog.read(destination, this.objects);
        this.read = read == null ? catalog.names() : Set.copyOf(read);
        this.found = found;
        this.entries = found;
        this.removals = removals;
    }

    /** Reads everything, as if there were no index. */
    static SiteView ofEverything(Destination destination) throws SpillwayException, InterruptedException {
        Set<DumpId> removals = CatalogIndex.removals(destination);
        return new SiteView(destination, null, destination.list(""), new TreeMap<>(), removals);
    }

    /**
     * Reads one dataset, and more only if the index does not describe the others.
     *
     * @param atRoot the keys at the root that the round may replace, {@code links.json} among them
     */
    static SiteView of(Destination destination, String dataset, Collection<ObjectKey> atRoot)
            throws SpillwayException, InterruptedException {
        // Before the index and the dataset are read, so that a file of a faster writer is never replaced.
        List<StoredObject> objects = new ArrayList<>();
        Set<ObjectKey> keys = new TreeSet<>(atRoot);
        keys.add(CatalogIndex.KEY);
        for (ObjectKey key : keys) {
            destination.find(key).ifPresent(objects::add);
        }
        Set<ObjectKey> there = new HashSet<>();
        objects.forEach(object -> there.add(object.key()));
        Optional<SortedMap<String, CatalogEntry>> index =
                there.contains(CatalogIndex.KEY) ? CatalogIndex.read(destination) : Optional.empty();
        Optional<Map<String, String>> links =
                index.isPresent() && there.contains(LINKS) ? links(destination) : Optional.empty();
        if (index.isEmpty() || links.isEmpty()) {
            LOG.info(
                    "the catalog is read from all manifests destination={} reason=\"{}\"",
                    destination.name(),
                    index.isEmpty() ? "there is no index of the catalog" : "there are no links to compare with");
            return ofEverything(destination);
        }
        Set<DumpId> removals = CatalogIndex.removals(destination);
        Set<String> read = new TreeSet<>(differing(index.get(), links.get()));
        removals.forEach(dump -> read.add(dump.dataset()));
        read.remove(dataset);
        if (!read.isEmpty()) {
            LOG.info(
                    "other datasets are read, too, because the index may not describe them destination={} datasets={}",
                    destination.name(),
                    read);
        }
        read.add(dataset);
        for (String name : read) {
            objects.addAll(destination.list(name + "/"));
        }
        return new SiteView(destination, read, objects, index.get(), removals);
    }

    /** Only what is compared. */
    private record Links(@Nullable List<Link> datasets) {}

    private record Link(String dataset, String dump) {}

    /** The dump that {@code links.json} names for each dataset; empty if there is no such file, or it is damaged. */
    private static Optional<Map<String, String>> links(Destination destination) throws SpillwayException {
        try {
            return Inventory.readIfThere(destination, LINKS, 0, Links.class, "a list of links")
                    .map(links -> {
                        Map<String, String> dumps = new TreeMap<>();
                        Stream.ofNullable(links.datasets())
                                .flatMap(List::stream)
                                .filter(Objects::nonNull)
                                .forEach(
                                        link -> dumps.put(String.valueOf(link.dataset()), String.valueOf(link.dump())));
                        return dumps;
                    });
        } catch (SpillwayException e) {
            if (e.fault() != Fault.INTEGRITY) {
                throw e;
            }
            LOG.warn("the links are not compared with the index cause=\"{}\"", e.getMessage());
            return Optional.empty();
        }
    }

    private static Set<String> differing(Map<String, CatalogEntry> index, Map<String, String> links) {
        Set<String> differing = new TreeSet<>(index.keySet());
        differing.addAll(links.keySet());
        differing.removeIf(dataset -> {
            CatalogEntry entry = index.get(dataset);
            return Objects.equals(entry == null ? null : entry.latestDump(), links.get(dataset));
        });
        differing.removeIf(dataset -> !Dataset.isName(dataset));
        return differing;
    }

    /** The objects that existed before anything was read: those at the root, and those of the datasets that are read. */
    List<StoredObject> objects() {
        return objects;
    }

    /** Whether no index is used. */
    boolean isOfEverything() {
        return everything;
    }

    /** What the manifests of the read datasets say. */
    Catalog catalog() {
        return catalog;
    }

    /** The catalog of all datasets, with what the files at the root show. Call {@link #describe} before. */
    Catalog site() {
        return Catalog.of(entries.values());
    }

    /** Whether other dumps of the read datasets exist now, or another dump is about to be withdrawn or removed. */
    boolean hasChanged() throws SpillwayException {
        Set<DumpId> now = everything ? Catalog.stamps(destination) : Catalog.stamps(destination, read);
        return !now.equals(catalog.stamps()) || !removals.containsAll(CatalogIndex.removals(destination));
    }

    /**
     * Updates the entries of the datasets that were read, after their own files were written.
     *
     * @return the content of the index, or empty if it has not changed
     */
    Optional<byte[]> describe(Mirrors mirrors) throws SpillwayException {
        SortedMap<String, CatalogEntry> all = new TreeMap<>(found);
        for (String dataset : read) {
            Optional<Catalog.Published> published = catalog.dataset(dataset);
            List<URI> elsewhere =
                    published.isPresent() ? mirrors.asWritten(published.get().latest()) : List.of();
            CatalogEntry entry = CatalogEntry.of(
                    catalog,
                    dataset,
                    elsewhere,
                    SiteStatus.attempt(destination, dataset).orElse(null));
            all.put(dataset, entry);
            if (entry.hasNothing()) {
                all.remove(dataset);
            }
        }
        entries = all;
        return !everything && all.equals(found) ? Optional.empty() : Optional.of(CatalogIndex.write(all.values()));
    }

    /** The newest dump of each dataset, with links relative to the root. Call {@link #describe} before. */
    List<Listing> listings() {
        List<Listing> listings = new ArrayList<>();
        for (CatalogEntry entry : entries.values()) {
            Manifest latest = entry.latest();
            if (latest != null) {
                listings.add(Listing.of(latest, Addresses.fromRoot(destination), entry.mirrors()));
            }
        }
        return listings;
    }

    /** The outcome of each dataset's last attempt, as far as it is known. */
    Map<String, LastAttempt> attempts() {
        Map<String, LastAttempt> attempts = new HashMap<>();
        for (CatalogEntry entry : entries.values()) {
            LastAttempt attempt = entry.lastAttempt();
            if (attempt != null) {
                attempts.put(entry.dataset(), attempt);
            }
        }
        return attempts;
    }

    /**
     * Ends the records of dumps that are removed, after the files at the root were written.
     *
     * @param only the dataset of the round; empty for all, also for dumps whose removal did not take place
     */
    void endRemovals(Optional<String> only) throws SpillwayException {
        Set<DumpId> standing = catalog.stamps();
        for (DumpId dump : removals) {
            boolean gone = only.isPresent() && only.get().equals(dump.dataset()) && !standing.contains(dump);
            if (only.isEmpty() || gone) {
                CatalogIndex.endRemoval(destination, dump);
            }
        }
    }
}
