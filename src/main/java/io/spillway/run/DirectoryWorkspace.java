package io.spillway.run;

import io.spillway.dataset.DumpId;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.destination.local.Lock;
import io.spillway.fault.SpillwayException;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes parts, hidden, into the directory that dumps are published to, so that publishing is a rename instead of a
 * copy. Public for tests of whole exports, which work as the commands do.
 *
 * @param home not closed by this object
 */
public record DirectoryWorkspace(LocalDirectory home) implements Workspace {
    @Override
    public Lock lock(String dataset) throws SpillwayException {
        var lock = home.lock(dataset);
        return new Lock() {
            @Override
            public void requireHeld() throws SpillwayException {
                lock.requireHeld();
            }

            @Override
            public void close() {
                lock.close();
            }
        };
    }

    @Override
    public List<String> sweep(String dataset) throws SpillwayException {
        return home.sweep(dataset);
    }

    @Override
    public Path newFolder(DumpId dump) throws SpillwayException {
        return home.newWorkFolder(ObjectKey.of(dump));
    }

    @Override
    public long usableBytes() throws SpillwayException {
        return home.usableBytes();
    }
}
