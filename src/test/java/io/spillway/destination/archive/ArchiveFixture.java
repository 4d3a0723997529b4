package io.spillway.destination.archive;

import io.spillway.config.Secret;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.archive.ArchiveOptions.Endpoints;
import io.spillway.destination.archive.ArchiveOptions.Patience;
import io.spillway.fault.SpillwayException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** A destination on {@link StubArchive}, with a clock that makes waits instantaneous. */
final class ArchiveFixture implements AutoCloseable {
    static final ObjectKey DUMP = new ObjectKey("journals/2026-11-21T030000Z");
    static final String ITEM = "example-journals-2026-11-21";

    /** As in production, except that a stalled connection is detected soon. */
    static final Patience PATIENCE = new Patience(
            Duration.ofSeconds(30),
            Duration.ofMinutes(10),
            Duration.ofHours(6),
            Duration.ofMinutes(10),
            Duration.ofHours(24),
            Duration.ofSeconds(4));

    /** Fails at the first failure. */
    static final Patience NONE = new Patience(
            Duration.ofSeconds(30),
            Duration.ofMinutes(10),
            Duration.ZERO,
            Duration.ZERO,
            Duration.ofHours(24),
            Duration.ofSeconds(4));

    final StubArchive stub = new StubArchive();
    final TestTime time = new TestTime();
    final Path folder;

    /** @param folder for keys and spooled files; empty */
    ArchiveFixture(Path folder) {
        this.folder = folder;
    }

    InternetArchive open() throws SpillwayException {
        return open(PATIENCE);
    }

    InternetArchive open(Patience patience) throws SpillwayException {
        return InternetArchive.open(options(patience), time);
    }

    ArchiveOptions options(Patience patience) {
        return new ArchiveOptions(
                new ItemTemplate("example-journals-{date}"),
                "test_collection",
                ArchiveOptions.MEDIATYPE,
                new ItemMetadata(
                        "Journals of Café ☃",
                        "Every journal in the directory.",
                        "Example",
                        URI.create("https://creativecommons.org/publicdomain/zero/1.0/"),
                        List.of("dump", "open data")),
                secret("access", StubArchive.ACCESS_KEY),
                secret("secret", StubArchive.SECRET_KEY),
                new Endpoints(stub.url(), stub.url(), Set.of(stub.node())),
                patience,
                spool());
    }

    Secret secret(String name, String value) {
        try {
            Path file = Files.writeString(
                    Files.createDirectories(folder.resolve("keys")).resolve(name), value);
            return Secret.parse("${file:" + file + "}");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path spool() {
        try {
            return Files.createDirectories(folder.resolve("spool"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        stub.close();
    }
}
