package io.spillway.site;

import io.spillway.catalog.Inventory;
import io.spillway.catalog.LatestFile;
import io.spillway.catalog.Listing;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.Torrents;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds copies of a dump: only at destinations that have its manifest, which is written last. */
final class Mirrors {
    private static final Logger LOG = LoggerFactory.getLogger(Mirrors.class);

    private final Destination destination;
    private final List<Destination> others;

    Mirrors(Destination destination, List<? extends Destination> others) {
        this.destination = destination;
        this.others = List.copyOf(others);
    }

    /**
     * The other public folders of a dump.
     *
     * @param known the datasets that the other destinations publish, too
     */
    List<URI> of(Manifest manifest, Set<String> known) throws SpillwayException {
        return known.contains(manifest.dataset()) ? find(manifest) : asWritten(manifest);
    }

    /** Asks every other destination; one that does not answer is left out. */
    private List<URI> find(Manifest manifest) {
        List<URI> found = new ArrayList<>();
        for (Destination other : others) {
            Optional<URI> address = address(other, manifest);
            if (address.isPresent() && has(other, manifest)) {
                found.add(address.get());
            }
        }
        return List.copyOf(found);
    }

    /**
     * Torrents of a dump that other destinations create themselves.
     *
     * @param mirrors where it is
     */
    List<URI> torrents(Manifest manifest, List<URI> mirrors) {
        ObjectKey folder = new ObjectKey(manifest.dump());
        return others.stream()
                .filter(other ->
                        address(other, manifest).filter(mirrors::contains).isPresent())
                .flatMap(other -> other.capability(Torrents.class).stream())
                .flatMap(torrents -> torrents.torrentAddress(folder).stream())
                .toList();
    }

    /** Where a dump opens at another destination, or empty where that is not public. */
    private static Optional<URI> address(Destination other, Manifest manifest) {
        return other.publicAddress(new ObjectKey(manifest.dump()).child(Listing.opening(manifest)));
    }

    /** A place that keeps no site files, such as an archive, is asked for the manifest alone. */
    private static boolean has(Destination other, Manifest manifest) {
        ObjectKey folder = new ObjectKey(manifest.dump());
        try {
            return other.traits().keepsSiteFiles()
                    ? Inventory.of(other, other.list(folder + "/"))
                            .at(manifest.id())
                            .isComplete()
                    : other.find(folder.child(Manifest.FILE_NAME)).isPresent();
        } catch (SpillwayException e) {
            LOG.warn("mirror skipped destination={} cause=\"{}\"", other.name(), e.getMessage());
            return false;
        }
    }

    /**
     * The mirrors in the dataset's pointer, if it points at this dump: written by a process that knows the dataset's
     * destinations.
     */
    List<URI> asWritten(Manifest manifest) throws SpillwayException {
        ObjectKey key = new ObjectKey(manifest.dataset()).child(LatestFile.FILE_NAME);
        if (destination.find(key).isEmpty()) {
            return List.of();
        }
        String where = destination.name() + "/" + key;
        try (InputStream in = destination.open(key)) {
            Listing listing = LatestFile.read(in, where);
            // Older versions named the folders.
            return listing.dump().equals(manifest.dump())
                    ? listing.mirrors().stream()
                            .map(mirror -> mirror.resolve(Listing.opening(manifest)))
                            .toList()
                    : List.of();
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE, where + " cannot be read: " + e.getMessage(), "try again", e);
        } catch (SpillwayException e) {
            if (e.fault() == Fault.DESTINATION_REFUSED && destination.find(key).isEmpty()) {
                return List.of();
            } else if (e.fault() != Fault.INTEGRITY) {
                throw e;
            }
            LOG.warn("skipping unreadable pointer pointer={} cause=\"{}\"", where, e.getMessage());
            return List.of();
        }
    }
}
