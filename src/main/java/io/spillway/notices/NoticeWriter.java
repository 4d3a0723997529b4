package io.spillway.notices;

import io.spillway.catalog.Catalog;
import io.spillway.catalog.Listing;
import io.spillway.catalog.OwnFiles;
import io.spillway.dataset.Dataset;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.ManifestJson;
import io.spillway.page.Texts;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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
 * Writes notices to a destination: each atomically and only if it changed. No notice is ever removed, because a server
 * without its notice sends an unintended response. For use by one thread.
 */
public final class NoticeWriter {
    private static final Logger LOG = LoggerFactory.getLogger(NoticeWriter.class);

    private final Destination destination;
    private final List<Destination> copies;
    private final AddressCheck check;
    private final @Nullable NoticeSettings given;
    private final Clock clock;

    /**
     * Creates a writer for one destination, which the caller closes.
     *
     * @param copies destinations that get copies of the files, such as a local folder from which a daemon answers
     * @param check  checks the URLs to name
     * @param given  settings of a schedule, or null for those of the previous write
     * @param clock  decides what is stale
     */
    public NoticeWriter(
            Destination destination,
            List<? extends Destination> copies,
            AddressCheck check,
            @Nullable NoticeSettings given,
            Clock clock) {
        this.destination = destination;
        this.copies = List.copyOf(copies);
        this.check = check;
        this.given = given;
        this.clock = clock;
    }

    /**
     * The result of a write.
     *
     * @param settings the settings that were used
     * @param site     whether any dataset is named in the site's notice
     * @param datasets the datasets whose notices were checked, by name
     * @param files    number of their files
     * @param changed  number of files that were written at the destination itself
     */
    public record Written(
            NoticeSettings settings, Availability site, Map<String, Availability> datasets, int files, int changed) {}

    /**
     * Writes the notices of a dataset, or of all of them, and then those of the site.
     *
     * @param listings of the catalog's datasets, in the same order, with links relative to the root
     * @param only     the dataset, or empty for all, including those without a dump
     * @param known    datasets that must have notices, whether any of their files exist or not
     * @throws SpillwayException the destination does not answer, or a body cannot be made short enough
     */
    public Written write(Catalog catalog, List<Listing> listings, Optional<String> only, Set<String> known)
            throws SpillwayException {
        NoticeSettings settings = settings();
        Subjects subjects =
                new Subjects(destination, settings.check() ? check : AddressCheck.NONE, settings, clock.instant());
        Bodies bodies = new Bodies(settings);
        Map<ObjectKey, StoredObject> present = present(destination, only);
        Map<ObjectKey, byte[]> files = new LinkedHashMap<>();
        if (given != null) {
            files.put(NoticeFiles.settings(), ManifestJson.write(given));
        }
        files.put(NoticeFiles.problems(), bodies.problems());
        Map<String, Availability> states = new TreeMap<>();
        for (String dataset : datasets(catalog, only, known, present.keySet())) {
            Subject subject = subject(subjects, catalog, listings, dataset);
            states.put(dataset, subject.downloads().availability());
            files.putAll(bodies.of(subject, languages(dataset + "/", present.keySet())));
        }
        Subject site = subjects.ofSite(listings);
        files.putAll(bodies.of(site, languages("", present.keySet())));
        Map<ObjectKey, byte[]> changing = changing(destination, files, present);
        if (!changing.isEmpty()) {
            OwnFiles.of(destination).claim(changing);
        }
        int changed = put(destination, changing);
        for (Destination copy : copies) {
            put(copy, changing(copy, files, present(copy, only)));
        }
        states.forEach((dataset, state) -> {
            if (state != Availability.AVAILABLE) {
                LOG.info(
                        "notices name no files dataset={} destination={} availability={}",
                        dataset,
                        destination.name(),
                        state);
            }
        });
        return new Written(settings, site.downloads().availability(), states, files.size(), changed);
    }

    /**
     * The keys of what {@link #write} may write for a dataset and the site.
     *
     * @throws SpillwayException the destination does not answer
     */
    public Set<ObjectKey> keys(String dataset) throws SpillwayException {
        NoticeSettings settings = settings();
        Set<ObjectKey> present = present(destination, Optional.of(dataset)).keySet();
        Set<ObjectKey> keys = new TreeSet<>();
        keys.add(NoticeFiles.settings());
        keys.add(NoticeFiles.problems());
        Bodies.keys(keys, null, settings, languages("", present));
        Bodies.keys(keys, dataset, settings, languages(dataset + "/", present));
        return keys;
    }

    /**
     * The languages of the site with their sentences: those of the schedule, otherwise those written last.
     *
     * @throws SpillwayException the destination does not answer
     */
    public List<Texts> texts() throws SpillwayException {
        return settings().texts();
    }

    /** Whether notices were ever written there. */
    public boolean isThere() throws SpillwayException {
        return destination
                .find(NoticeFiles.key(null, NoticeKind.RATE_LIMITED, null, NoticeFormat.JSON))
                .isPresent();
    }

    private NoticeSettings settings() throws SpillwayException {
        if (given != null) {
            return given;
        }
        ObjectKey key = NoticeFiles.settings();
        if (destination.find(key).isEmpty()) {
            return NoticeSettings.DEFAULT;
        }
        String where = destination.name() + "/" + key;
        try (InputStream in = destination.open(key)) {
            return ManifestJson.read(in, NoticeSettings.class, where, "settings of notices");
        } catch (IOException e) {
            throw unavailable(where + " cannot be read", e);
        } catch (SpillwayException e) {
            if (e.fault() != Fault.INTEGRITY) {
                throw e;
            }
            LOG.warn("skipping unreadable settings of notices settings={} cause=\"{}\"", where, e.getMessage());
            return NoticeSettings.DEFAULT;
        }
    }

    /** The existing files of the site and of a dataset, or of all datasets. */
    private static Map<ObjectKey, StoredObject> present(Destination place, Optional<String> only)
            throws SpillwayException {
        List<StoredObject> objects = new ArrayList<>();
        if (only.isEmpty()) {
            objects.addAll(place.list(NoticeFiles.FOLDER + "/"));
        } else {
            // A site has a folder with many notices for each dataset: those of the others are not listed.
            for (NoticeKind kind : NoticeKind.values()) {
                objects.addAll(place.list(NoticeFiles.FOLDER + "/" + kind.status() + "."));
            }
            objects.addAll(place.list(NoticeFiles.FOLDER + "/" + only.get() + "/"));
            for (ObjectKey key : List.of(NoticeFiles.settings(), NoticeFiles.problems())) {
                place.find(key).ifPresent(objects::add);
            }
        }
        Map<ObjectKey, StoredObject> present = new TreeMap<>();
        objects.forEach(object -> present.put(object.key(), object));
        return present;
    }

    private static Set<String> datasets(
            Catalog catalog, Optional<String> only, Set<String> known, Set<ObjectKey> present) {
        if (only.isPresent()) {
            return Set.of(only.get());
        }
        Set<String> all = new TreeSet<>(known);
        catalog.datasets().forEach(published -> all.add(published.dataset()));
        catalog.broken().forEach(broken -> all.add(broken.dump().dataset()));
        all.addAll(catalog.attempts());
        catalog.withdrawn()
                .forEach(notice ->
                        all.add(notice.dump().substring(0, notice.dump().indexOf('/'))));
        Set<String> folders = new TreeSet<>();
        Set<String> ofServers = new TreeSet<>();
        for (ObjectKey key : present) {
            String[] path = key.value().split("/", -1);
            if (path.length == 3 && Dataset.isName(path[1])) {
                if (NoticeFiles.isNotice(path[2])) {
                    folders.add(path[1]);
                } else if (NoticeFiles.isOfAServer(path[2])) {
                    ofServers.add(path[1]);
                }
            }
        }
        folders.removeAll(ofServers);
        all.addAll(folders);
        return all;
    }

    /** The languages of existing files: they are updated, too. */
    private static Set<String> languages(String folder, Set<ObjectKey> present) {
        Set<String> languages = new TreeSet<>();
        String start = NoticeFiles.FOLDER + "/" + folder;
        for (ObjectKey key : present) {
            if (key.value().startsWith(start)) {
                NoticeFiles.language(key.value().substring(start.length())).ifPresent(languages::add);
            }
        }
        return languages;
    }

    private Subject subject(Subjects subjects, Catalog catalog, List<Listing> listings, String dataset)
            throws SpillwayException {
        Optional<Catalog.Published> published = catalog.dataset(dataset);
        Optional<Listing> listing =
                listings.stream().filter(each -> each.dataset().equals(dataset)).findFirst();
        if (published.isPresent() && listing.isPresent()) {
            return subjects.ofDataset(published.get().latest(), listing.get());
        }
        return subjects.withoutDump(
                dataset, catalog.withdrawn(dataset).isEmpty() ? Availability.NONE : Availability.WITHDRAWN);
    }

    /** The files that are missing or have different bytes; in the given order. */
    private static Map<ObjectKey, byte[]> changing(
            Destination place, Map<ObjectKey, byte[]> files, Map<ObjectKey, StoredObject> present)
            throws SpillwayException {
        Map<ObjectKey, byte[]> changing = new LinkedHashMap<>();
        for (Map.Entry<ObjectKey, byte[]> file : files.entrySet()) {
            if (!isThere(place, present.get(file.getKey()), file.getValue())) {
                changing.put(file.getKey(), file.getValue());
            }
        }
        return changing;
    }

    /** In the given order; returns the number of files. */
    private static int put(Destination place, Map<ObjectKey, byte[]> files) throws SpillwayException {
        for (Map.Entry<ObjectKey, byte[]> file : files.entrySet()) {
            place.write(file.getKey(), file.getValue());
        }
        return files.size();
    }

    private static boolean isThere(Destination place, @Nullable StoredObject there, byte[] bytes)
            throws SpillwayException {
        if (there == null) {
            return false;
        }
        try {
            return place.holds(there, bytes);
        } catch (IOException e) {
            throw unavailable(place.name() + "/" + there.key() + " cannot be read", e);
        }
    }

    private static SpillwayException unavailable(String what, IOException e) {
        return new SpillwayException(Fault.DESTINATION_UNAVAILABLE, what + ": " + e.getMessage(), "try again", e);
    }
}
