package io.spillway.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.dataset.DumpId;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.Torrents;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.support.SteppedDestination;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DumpAddressesTest {
    private static final DumpId DUMP = new DumpId("journals", Instant.parse("2026-11-21T03:00:00Z"));
    private static final URI FIRST = URI.create("https://a.example/dumps/");
    private static final URI SECOND = URI.create("https://b.example/");

    @TempDir
    private Path root;

    private LocalDirectory directory(URI address) throws Exception {
        return LocalDirectory.open(root, address);
    }

    /** Named {@code journals-2026-11-21}, and slow. */
    private Destination archive() throws Exception {
        return new SteppedDestination(directory(null), (step, folder) -> {}) {
            @Override
            public Optional<URI> publicAddress(ObjectKey key) {
                return Optional.of(URI.create("https://archive.example/download/journals-2026-11-21/" + key.name()));
            }

            @Override
            public <C> Optional<C> capability(Class<C> type) {
                Torrents torrents =
                        folder -> Optional.of(URI.create("https://archive.example/download/x/x_archive.torrent"));
                return type.isInstance(torrents) ? Optional.of(type.cast(torrents)) : super.capability(type);
            }

            @Override
            public Traits traits() {
                return new Traits(false, false, false, 1, false);
            }
        };
    }

    @Test
    void placesKeepTheirOrderAndArchivesAreLast() throws Exception {
        assertThat(DumpAddresses.of(DUMP, List.of(archive(), directory(FIRST), directory(SECOND)))
                        .folders())
                .containsExactly(
                        URI.create("https://a.example/dumps/journals/2026-11-21T030000Z/"),
                        URI.create("https://b.example/journals/2026-11-21T030000Z/"),
                        URI.create("https://archive.example/download/journals-2026-11-21/"));
    }

    @Test
    void aPlaceWithoutAUrlIsLeftOut() throws Exception {
        assertThat(DumpAddresses.of(DUMP, List.of(directory(null)))).isEqualTo(DumpAddresses.NONE);
    }

    @Test
    void aWebSeedIsTheParentFolderIfTheFolderHasTheNameOfTheDump() throws Exception {
        DumpAddresses addresses = DumpAddresses.of(DUMP, List.of(archive(), directory(FIRST)));
        assertThat(addresses.webSeeds(DUMP.stamp())).containsExactly(URI.create("https://a.example/dumps/journals/"));
    }

    @Test
    void urlsOfTorrentsCreatedByPlacesAreKnownInAdvance() throws Exception {
        assertThat(DumpAddresses.of(DUMP, List.of(directory(FIRST), archive())).torrents())
                .containsExactly(URI.create("https://archive.example/download/x/x_archive.torrent"));
    }
}
