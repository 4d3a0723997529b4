package io.spillway.destination;

import java.net.URI;
import java.util.Optional;

/** The capability of a destination that generates torrents of what it keeps. Thread-safe. */
public interface Torrents {

    /**
     * The URL of the torrent that this destination generates for a folder some time after receiving it; empty if it
     * generates none for this folder.
     *
     * @param folder the common key prefix of the files, without a trailing slash
     */
    Optional<URI> torrentAddress(ObjectKey folder);
}
