package io.spillway.site;

import io.spillway.catalog.CatalogIndex;
import io.spillway.catalog.DatasetStatus;
import io.spillway.catalog.LatestFile;
import io.spillway.catalog.LinksFile;
import io.spillway.catalog.OwnFiles;
import io.spillway.catalog.SiteStatus;
import io.spillway.destination.Destination;
import io.spillway.destination.FolderLinks;
import io.spillway.destination.ObjectKey;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.ChangeSteps;
import io.spillway.page.Pages;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Finds files that Spillway did not write under the names that it needs, before anything is written. */
final class ForeignFiles {
    private ForeignFiles() {}

    /**
     * The keys of foreign files, links and folders that are in the way of a dataset's pages and of the site's, sorted; none
     * where the destination keeps no such files.
     *
     * @param notices keys of the notices
     * @throws SpillwayException the destination does not answer, or its record of own files cannot be read
     */
    static Set<String> of(Destination destination, String dataset, Pages pages, Set<ObjectKey> notices)
            throws SpillwayException {
        if (!destination.traits().keepsSiteFiles()) {
            return Set.of();
        }
        ObjectKey folder = new ObjectKey(dataset);
        ObjectKey latest = folder.child(LatestFolder.NAME);
        ObjectKey status = folder.child(DatasetStatus.FILE_NAME);
        Set<ObjectKey> keys = new TreeSet<>(notices);
        keys.addAll(pages.keysOfSite());
        keys.add(new ObjectKey(LinksFile.FILE_NAME));
        keys.add(new ObjectKey(DatasetStatus.FILE_NAME));
        keys.addAll(pages.keysOf(dataset));
        keys.add(folder.child(LatestFile.FILE_NAME));
        keys.add(folder.child(ChangeSteps.FILE_NAME));
        LatestFolder.NAMES.forEach(name -> keys.add(latest.child(name)));
        Set<String> foreign = new TreeSet<>(OwnFiles.of(destination).foreign(keys));
        keys.removeIf(key -> key.value().startsWith(latest + "/")); // a link may lead to them
        keys.add(status);
        keys.add(CatalogIndex.KEY); // whose content may be anything
        Optional<FolderLinks> links = destination.capability(FolderLinks.class);
        if (links.isPresent()) {
            for (ObjectKey key : keys) {
                if (!links.get().mayTake(key, false)) {
                    foreign.add(key.value());
                }
            }
            if (!links.get().mayTake(latest, true)) {
                foreign.add(latest.value());
            }
        }
        SiteStatus.foreign(destination, dataset).ifPresent(foreign::add);
        return foreign;
    }
}
