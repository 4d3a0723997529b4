package io.spillway.destination;

import io.spillway.fault.SpillwayException;
import java.util.List;

/** The capability of a destination that can list all names below a folder. Thread-safe. */
public interface FolderNames {

    /**
     * The names of all files below a folder, sorted and relative to it, including those that are not objects because
     * their names cannot be keys. Used to check that nothing else is there.
     *
     * @param folder a key prefix ending in a slash, or empty for everything
     */
    List<String> namesBelow(String folder) throws SpillwayException;

    /** The names below a folder of a destination all of whose files are objects. */
    static List<String> ofObjects(Destination destination, String folder) throws SpillwayException {
        return destination.list(folder).stream()
                .map(object -> object.key().value().substring(folder.length()))
                .toList();
    }
}
