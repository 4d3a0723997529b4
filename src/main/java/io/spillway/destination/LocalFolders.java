package io.spillway.destination;

import java.nio.file.Path;

/** The capability of a destination that keeps its files in a directory of this machine. Thread-safe. */
public interface LocalFolders {

    /** The folder of a key prefix, whether it exists or not. */
    Path folder(ObjectKey prefix);
}
