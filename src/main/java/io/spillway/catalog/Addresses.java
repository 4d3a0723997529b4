package io.spillway.catalog;

import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import java.net.URI;
import java.util.Optional;

/**
 * Where a document of the site finds the others: the destination's public addresses where it has them, else paths that
 * are relative to the document, so that a folder can be served from anywhere.
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

    /** The address of an object. Keys need no escaping, so that both kinds of address are fit for a link as they are. */
    public String of(ObjectKey key) {
        return destination.publicAddress(key).map(URI::toString).orElseGet(() -> relative(key.value()));
    }

    /** The address of the folder in which objects below {@code key} lie, ending with a slash. */
    public String ofFolder(ObjectKey key) {
        return publicFolder(destination, key).map(URI::toString).orElseGet(() -> relative(key.value() + "/"));
    }

    /** The address of the whole site, ending with a slash. */
    public String ofSite() {
        return publicSite(destination).map(URI::toString).orElse(folder.isEmpty() ? "./" : "../");
    }

    /** The public address of a folder, ending with a slash, or empty where nobody has said that it is public. */
    public static Optional<URI> publicFolder(Destination destination, ObjectKey key) {
        return destination.publicAddress(key.child("x")).map(address -> address.resolve("."));
    }

    /** The public address of the destination's root, ending with a slash, or empty where there is none. */
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
