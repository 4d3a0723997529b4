package io.spillway.catalog;

import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import java.net.URI;
import java.util.Optional;

/**
 * How documents of the site refer to each other: by the destination's public URLs if it has them, otherwise by paths
 * relative to the document, so that the folder can be served from anywhere.
 */
public final class Addresses {
    private final Destination destination;
    private final String folder;

    private Addresses(Destination destination, String folder) {
        this.destination = destination;
        this.folder = folder;
    }

    /** For documents at the destination's root. */
    public static Addresses fromRoot(Destination destination) {
        return new Addresses(destination, "");
    }

    /** For documents directly in a dataset's folder. */
    public static Addresses fromDataset(Destination destination, String dataset) {
        return new Addresses(destination, dataset + "/");
    }

    /** The URL or path of an object. Keys need no escaping in either form. */
    public String of(ObjectKey key) {
        return destination.publicAddress(key).map(URI::toString).orElseGet(() -> relative(key.value()));
    }

    /** The public address of a folder, ending with a slash, or empty if it is not public. */
    public static Optional<URI> publicFolder(Destination destination, ObjectKey key) {
        return destination.publicAddress(key.child("x")).map(address -> address.resolve("."));
    }

    /** The public URL of the destination's root, ending with a slash; empty if there is none. */
    public static Optional<URI> publicSite(Destination destination) {
        return destination.publicAddress(new ObjectKey("x")).map(address -> address.resolve("."));
    }

    private String relative(String path) {
        if (folder.isEmpty()) {
            return path;
        }
        return path.startsWith(folder) ? (path.equals(folder) ? "./" : path.substring(folder.length())) : "../" + path;
    }
}
