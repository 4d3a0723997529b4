package io.spillway.destination.local;

import io.spillway.destination.DestinationContract;
import io.spillway.destination.ObjectKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A root for a {@link LocalDirectory}, and what tests look at below it. */
abstract class DirectoryFixture {
    static final ObjectKey DUMP = new ObjectKey("journals/2026-11-21T030000Z");

    @TempDir
    Path temporary;

    Path root;

    @BeforeEach
    void nameTheRoot() throws IOException {
        root = temporary.toRealPath().resolve("dumps");
    }

    /** A finished dump in a new folder outside the root. */
    final Path readyFolder() throws IOException {
        Path folder = Files.createTempDirectory(temporary, "ready");
        DestinationContract.dump(folder, 1);
        return folder;
    }

    /** Everything below the root, hidden or not, sorted. */
    final List<String> tree() throws IOException {
        try (Stream<Path> walk = Files.walk(root)) {
            return walk.filter(path -> !path.equals(root))
                    .map(path -> root.relativize(path).toString())
                    .sorted()
                    .toList();
        }
    }

    static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
