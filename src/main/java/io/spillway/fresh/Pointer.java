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
 * A parsed document that names latest dumps, {@code links.json} or {@code DATASET/latest.json}.
 *
 * @param address  its URL; links in it are relative to this
 * @param datasets its entries
 */
public record Pointer(URI address, List<Listing> datasets) {
    /** A site with thousands of datasets of a hundred files each. */
    private static final int LARGEST = ManifestJson.LARGEST + 1;

    /** Takes a copy. */
    public Pointer {
        datasets = List.copyOf(datasets);
    }

    /**
     * Finds the document from user input: its own URL, or that of a site, of a dataset's folder, or of the page of
     * either.
     *
     * @throws SpillwayException it cannot be read, or is not such a document ({@code INTEGRITY})
     */
    static Pointer find(PublicFiles web, URI typed) throws SpillwayException {
        String path = String.valueOf(typed.getRawPath());
        String file = path.substring(path.lastIndexOf('/') + 1);
        if (file.endsWith(".json")) {
            return read(web, located(web, typed).orElseThrow(() -> missing(typed + " does not exist")));
        }
        URI folder = file.isEmpty() || file.endsWith(".html") ? typed.resolve(".") : URI.create(typed + "/");
        for (String name : List.of(LinksFile.FILE_NAME, LatestFile.FILE_NAME)) {
            Optional<URI> there = located(web, folder.resolve(name));
            if (there.isPresent()) {
                return read(web, there.get());
            }
        }
        throw missing("neither %s nor %s exists at %s".formatted(LinksFile.FILE_NAME, LatestFile.FILE_NAME, folder));
    }

    /** The URL after redirects: links in a document are relative to it. */
    private static Optional<URI> located(PublicFiles web, URI document) throws SpillwayException {
        return web.look(document).map(PublicFiles.Look::address);
    }

    /** Reads the document again. */
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
                        "%s has format version %d, but this version of spillway reads %d"
                                .formatted(document, links.formatVersion(), LinksFile.FORMAT_VERSION),
                        "use a newer version of spillway");
            }
            return new Pointer(document, links.datasets());
        }
        return new Pointer(document, List.of(LatestFile.read(in, document.toString())));
    }

    /** A small file of Spillway, read completely. */
    static byte[] bytes(PublicFiles web, URI address, int largest) throws SpillwayException {
        try (InputStream in = web.open(address)) {
            byte[] bytes = in.readNBytes(largest);
            if (bytes.length == largest) {
                throw new SpillwayException(Fault.INTEGRITY, address + " is too large for such a file", null);
            }
            return bytes;
        } catch (IOException e) {
            throw unread(address, e);
        }
    }

    static SpillwayException unread(URI address, IOException e) {
        return new SpillwayException(
                Fault.DESTINATION_UNAVAILABLE, address + " cannot be read: " + e.getMessage(), "try again", e);
    }

    private static SpillwayException missing(String what) {
        return new SpillwayException(
                Fault.DESTINATION_REFUSED,
                what,
                "name the URL of the site, of a dataset, of its latest.json or of links.json");
    }

    /**
     * An absolute URL for a link in the document, or null if readers' programs would not follow it: not a valid URL, or
     * neither https nor the document's own scheme.
     */
    @Nullable
    URI follow(String link) {
        try {
            URI resolved = address.resolve(link);
            String scheme = String.valueOf(resolved.getScheme());
            boolean known = scheme.equals("https") || (scheme.equals("http") && scheme.equals(address.getScheme()));
            return known && resolved.getHost() != null && resolved.getRawUserInfo() == null ? resolved : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
