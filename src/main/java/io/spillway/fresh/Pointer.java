package io.spillway.fresh;

import io.spillway.catalog.LatestFile;
import io.spillway.catalog.LinksFile;
import io.spillway.catalog.Listing;
import io.spillway.destination.PublicFiles;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.ManifestJson;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A document that names latest dumps, {@code links.json} or {@code DATASET/latest.json}, as it was read.
 *
 * @param address  where it is; the addresses in it start from here
 * @param datasets what it names
 */
public record Pointer(URI address, List<Listing> datasets) {
    /** A site with thousands of datasets of a hundred files each. */
    private static final int LARGEST = ManifestJson.LARGEST + 1;

    /** Takes a copy. */
    public Pointer {
        datasets = List.copyOf(datasets);
    }

    /**
     * Finds the document from what somebody types: its own address, or that of a site, of a dataset's folder, or of the
     * page of either.
     *
     * @throws SpillwayException it cannot be had, or is no such document ({@code INTEGRITY})
     */
    static Pointer find(PublicFiles web, URI typed) throws SpillwayException {
        String path = String.valueOf(typed.getRawPath());
        String file = path.substring(path.lastIndexOf('/') + 1);
        if (file.endsWith(".json")) {
            return read(web, located(web, typed).orElseThrow(() -> missing(typed + " is not there")));
        }
        URI folder = file.isEmpty() || file.endsWith(".html") ? typed.resolve(".") : URI.create(typed + "/");
        for (String name : List.of(LinksFile.FILE_NAME, LatestFile.FILE_NAME)) {
            Optional<URI> there = located(web, folder.resolve(name));
            if (there.isPresent()) {
                return read(web, there.get());
            }
        }
        throw missing("there is neither %s nor %s at %s".formatted(LinksFile.FILE_NAME, LatestFile.FILE_NAME, folder));
    }

    /** Where redirects lead: the addresses in a document start from there. */
    private static Optional<URI> located(PublicFiles web, URI document) throws SpillwayException {
        return web.look(document).map(PublicFiles.Look::address);
    }

    /** Reads the document anew. */
    Pointer again(PublicFiles web) throws SpillwayException {
        return read(web, address);
    }

    private static Pointer read(PublicFiles web, URI document) throws SpillwayException {
        byte[] bytes = bytes(web, document, LARGEST);
        ByteArrayInputStream in = new ByteArrayInputStream(bytes);
        if (document.getPath().endsWith("/" + LinksFile.FILE_NAME)) {
            LinksFile links = LinksFile.read(in, document.toString());
            if (links.formatVersion() != LinksFile.FORMAT_VERSION) {
                throw new SpillwayException(
                        Fault.INTEGRITY,
                        "%s has format version %d, this version reads %d"
                                .formatted(document, links.formatVersion(), LinksFile.FORMAT_VERSION),
                        "take a newer version of spillway");
            }
            return new Pointer(document, links.datasets());
        }
        return new Pointer(document, List.of(LatestFile.read(in, document.toString())));
    }

    /** A small file of ours, whole. */
    static byte[] bytes(PublicFiles web, URI address, int largest) throws SpillwayException {
        try (InputStream in = web.open(address)) {
            byte[] bytes = in.readNBytes(largest);
            if (bytes.length == largest) {
                throw new SpillwayException(Fault.INTEGRITY, address + " is too long to be what it is called", null);
            }
            return bytes;
        } catch (IOException e) {
            throw unread(address, e);
        }
    }

    static SpillwayException unread(URI address, IOException e) {
        return new SpillwayException(
                Fault.DESTINATION_UNAVAILABLE, address + " could not be read: " + e.getMessage(), "try again", e);
    }

    private static SpillwayException missing(String what) {
        return new SpillwayException(
                Fault.DESTINATION_REFUSED,
                what,
                "name the address of the site, of a dataset, of its latest.json or of links.json");
    }

    /**
     * An absolute address for a link in the document, or null where it leads to what a reader's program would not follow:
     * no address, or one that is neither secure nor of the document's own kind.
     */
    @Nullable
    URI follow(String link) {
        try {
            URI whole = address.resolve(link);
            String scheme = String.valueOf(whole.getScheme());
            boolean known = scheme.equals("https") || (scheme.equals("http") && scheme.equals(address.getScheme()));
            return known && whole.getHost() != null && whole.getRawUserInfo() == null ? whole : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
