package io.spillway.site;

import static io.spillway.support.PublishedSchemas.assertObeys;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.spillway.catalog.CatalogIndex;
import io.spillway.catalog.OwnFiles;
import io.spillway.destination.Destination;
import io.spillway.destination.FolderLinks;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.destination.Torrents;
import io.spillway.destination.Upload;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.support.PublishedDumps;
import io.spillway.support.SteppedDestination;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files that point at dumps, and when they are updated. */
class SiteWriterTest {
    private static final Clock NOW = Clock.fixed(Instant.parse("2026-11-21T05:00:00Z"), ZoneOffset.UTC);
    private static final Instant FIRST = Instant.parse("2026-11-14T03:00:00Z");
    private static final Instant SECOND = Instant.parse("2026-11-21T03:00:00Z");

    @TempDir
    private Path root;

    @TempDir
    private Path elsewhere;

    private final PublishedDumps dumps = new PublishedDumps();
    private LocalDirectory directory;

    @BeforeEach
    void open() throws Exception {
        directory = LocalDirectory.open(root);
    }

    @AfterEach
    void close() {
        directory.close();
    }

    private static SiteWriter writer(Destination destination, Destination... others) {
        return new SiteWriter(destination, List.of(others), SiteWriter.Turns.NONE, NOW);
    }

    private JsonNode links() throws Exception {
        return assertObeys("links", Files.readAllBytes(root.resolve("links.json")));
    }

    private JsonNode latest(String dataset) throws Exception {
        return assertObeys("latest", Files.readAllBytes(root.resolve(dataset).resolve("latest.json")));
    }

    /** Records what is committed, linked and removed. */
    private static class Watched extends SteppedDestination implements FolderLinks {
        final List<String> moves = new ArrayList<>();
        private final FolderLinks links;

        Watched(LocalDirectory directory) {
            super(directory, (step, folder) -> {});
            this.links = directory;
        }

        @Override
        public Upload begin(ObjectKey key) throws SpillwayException {
            moves.add(key.value());
            return super.begin(key);
        }

        @Override
        public boolean link(ObjectKey name, ObjectKey folder) throws SpillwayException {
            moves.add(name.value());
            return links.link(name, folder);
        }

        @Override
        public void unlink(ObjectKey name) throws SpillwayException {
            links.unlink(name);
        }

        @Override
        public boolean mayTake(ObjectKey name, boolean link) throws SpillwayException {
            return links.mayTake(name, link);
        }
    }

    @Test
    void pointersAreUpdatedFromTheDatasetToTheSite() throws Exception {
        dumps.publish(root, "journals", FIRST, 1);
        Watched watched = new Watched(directory);
        writer(watched).publish("journals");
        assertThat(watched.moves)
                .filteredOn(key -> !key.endsWith(".html") && !key.endsWith(".atom") && !key.endsWith(".txt"))
                .filteredOn(key -> !key.equals(OwnFiles.FILE_NAME))
                .containsExactly(
                        "journals/latest", "journals/latest.json", CatalogIndex.FILE_NAME, "links.json", "status.json");
    }

    @Test
    void latestIsALinkIfLinksAreSupported() throws Exception {
        dumps.publish(root, "journals", FIRST, 1);
        writer(directory).publish("journals");
        assertThat(Files.readSymbolicLink(root.resolve("journals/latest"))).isEqualTo(Path.of("2026-11-14T030000Z"));
        assertThat(root.resolve("journals/latest/urls.txt")).content().startsWith("journals-2026-11-14T030000Z.00001");
    }

    @Test
    void latestIsAListIfLinksAreNotSupported() throws Exception {
        dumps.publish(root, "journals", FIRST, 1);
        writer(new SteppedDestination(directory, (step, folder) -> {})).publish("journals");
        assertThat(Files.readAllLines(root.resolve("journals/latest/urls.txt")))
                .hasSize(2)
                .allSatisfy(
                        address -> assertThat(root.resolve("journals/latest").resolve(address))
                                .isRegularFile());
    }

    @Test
    void otherDatasetsStayInTheLinks() throws Exception {
        dumps.publish(root, "journals", FIRST, 1);
        writer(directory).publish("journals");
        dumps.publish(root, "articles", SECOND, 1);
        writer(directory).publish("articles");
        assertThat(links().path("datasets"))
                .extracting(node -> node.path("dump").textValue())
                .containsExactly("articles/2026-11-21T030000Z", "journals/2026-11-14T030000Z");
    }

    @Test
    void aDumpPublishedWhileLinksAreWrittenIsNotLost() throws Exception {
        dumps.publish(root, "journals", FIRST, 1);
        Destination slow = new SteppedDestination(directory, (step, folder) -> {}) {
            private boolean interfered;

            @Override
            public List<StoredObject> list(String prefix) throws SpillwayException {
                List<StoredObject> listed = super.list(prefix);
                if (!interfered) {
                    interfered = true;
                    try {
                        dumps.publish(root, "articles", SECOND, 1);
                        writer(directory).publish("articles");
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                }
                return listed;
            }
        };
        writer(slow).publish("journals");
        assertThat(links().path("datasets")).hasSize(2);
    }

    @Test
    void aFailureLeavesTheDumpAndReportsOutdatedLinks() throws Exception {
        dumps.publish(root, "journals", FIRST, 1);
        writer(directory).publish("journals");
        dumps.publish(root, "journals", SECOND, 1);
        Destination full = new SteppedDestination(directory, (step, folder) -> {}) {
            @Override
            public Upload begin(ObjectKey key) throws SpillwayException {
                throw new SpillwayException(Fault.DESTINATION_UNAVAILABLE, "the disk is full", "free some space");
            }
        };
        assertThatThrownBy(() -> writer(full).publish("journals"))
                .isInstanceOfSatisfying(SpillwayException.class, e -> {
                    assertThat(e.fault()).isEqualTo(Fault.DESTINATION_UNAVAILABLE);
                    assertThat(e.getMessage()).contains("journals", "are complete", "older ones", "the disk is full");
                    assertThat(e.hint()).contains("free some space", "spillway catalog");
                });
        assertThat(links().at("/datasets/0/dump").textValue()).isEqualTo("journals/2026-11-14T030000Z");
        writer(directory).publish("journals");
        assertThat(links().at("/datasets/0/dump").textValue()).isEqualTo("journals/2026-11-21T030000Z");
        assertThat(latest("journals").path("dump").textValue()).isEqualTo("journals/2026-11-21T030000Z");
    }

    private static Destination at(LocalDirectory place, String address) {
        return new SteppedDestination(place, (step, folder) -> {}) {
            @Override
            public Optional<URI> publicAddress(ObjectKey key) {
                return Optional.of(URI.create(address + key));
            }
        };
    }

    @Test
    void aMirrorIsNamedOnceItHasTheManifest() throws Exception {
        dumps.publish(root, "journals", FIRST, 1);
        try (LocalDirectory other = LocalDirectory.open(elsewhere)) {
            Destination mirror = at(other, "https://mirror.example/");
            writer(directory, mirror).publish("journals");
            assertThat(latest("journals").path("mirrors")).isEmpty();
            dumps.publish(elsewhere, "journals", FIRST, 1);
            writer(directory, mirror).publish("journals");
        }
        String address = "https://mirror.example/journals/2026-11-14T030000Z/manifest.json";
        assertThat(latest("journals").at("/mirrors/0").textValue()).isEqualTo(address);
        assertThat(links().at("/datasets/0/mirrors/0").textValue()).isEqualTo(address);
    }

    @Test
    void aTorrentCreatedByAMirrorIsOnThePage() throws Exception {
        dumps.publish(root, "journals", FIRST, 1);
        try (LocalDirectory other = LocalDirectory.open(elsewhere)) {
            Destination mirror = new SteppedDestination(other, (step, folder) -> {}) {
                @Override
                public Optional<URI> publicAddress(ObjectKey key) {
                    return Optional.of(URI.create("https://mirror.example/" + key));
                }

                @Override
                public <C> Optional<C> capability(Class<C> type) {
                    Torrents torrents = folder -> Optional.of(URI.create("https://mirror.example/item.torrent"));
                    return type.isInstance(torrents) ? Optional.of(type.cast(torrents)) : super.capability(type);
                }
            };
            writer(directory, mirror).publish("journals");
            assertThat(root.resolve("journals/index.html")).content().doesNotContain("item.torrent");
            dumps.publish(elsewhere, "journals", FIRST, 1);
            writer(directory, mirror).publish("journals");
        }
        assertThat(root.resolve("journals/index.html"))
                .content()
                .contains("href=\"https://mirror.example/item.torrent\">Torrent of mirror.example</a>");
    }

    @Test
    void mirrorsOfOneDatasetAreKeptWhenAnotherIsExported() throws Exception {
        dumps.publish(root, "journals", FIRST, 1);
        dumps.publish(elsewhere, "journals", FIRST, 1);
        try (LocalDirectory other = LocalDirectory.open(elsewhere)) {
            writer(directory, at(other, "https://mirror.example/")).publish("journals");
        }
        dumps.publish(root, "articles", FIRST, 1);
        writer(directory).publish("articles");
        writer(directory).rebuild(Set.of());
        assertThat(links().at("/datasets/1/mirrors")).hasSize(1);
        dumps.publish(root, "journals", SECOND, 1);
        writer(directory).rebuild(Set.of());
        assertThat(links().at("/datasets/1/mirrors")).isEmpty();
    }

    @Test
    void everythingIsRewrittenFromManifestsOnly() throws Exception {
        dumps.publish(root, "journals", FIRST, 1);
        dumps.publish(root, "articles", FIRST, 1);
        writer(directory).publish("journals");
        writer(directory).publish("articles");
        byte[] links = Files.readAllBytes(root.resolve("links.json"));
        byte[] latest = Files.readAllBytes(root.resolve("journals/latest.json"));
        for (String name : List.of("links.json", "status.json", "journals/latest.json", "journals/latest")) {
            Files.delete(root.resolve(name));
        }
        writer(directory).rebuild(Set.of());
        assertThat(root.resolve("links.json")).hasBinaryContent(links);
        assertThat(root.resolve("journals/latest.json")).hasBinaryContent(latest);
        assertThat(root.resolve("journals/latest")).isSymbolicLink();
    }

    @Test
    void aDatasetWithoutADumpHasNoPointer() throws Exception {
        Manifest only = dumps.publish(root, "journals", FIRST, 1);
        writer(directory).publish("journals");
        Files.writeString(root.resolve("journals/status.json"), "{}");
        Files.delete(root.resolve(only.dump()).resolve("manifest.json"));
        writer(directory).rebuild(Set.of());
        assertThat(links().path("datasets")).isEmpty();
        assertThat(root.resolve("journals/latest.json")).doesNotExist();
    }

    @Test
    void aPlaceThatKeepsNoSiteFilesIsSkipped() throws Exception {
        dumps.publish(root, "journals", FIRST, 1);
        Destination archive = new SteppedDestination(directory, (step, folder) -> {}) {
            @Override
            public Traits traits() {
                return new Traits(false, false, false, 1, false);
            }
        };
        writer(archive).publish("journals");
        assertThat(root.resolve("links.json")).doesNotExist();
    }

    @Test
    void afterAFailedAttemptOnlyTheStatusIsUpdated() throws Exception {
        Files.createDirectories(root.resolve("journals"));
        Files.writeString(root.resolve("journals/status.json"), """
                {"dataset": "journals", "last_attempt": {"at": "2026-11-21T04:00:00Z", "outcome": "failed", "exit_code": 10}}
                """);
        Thread.currentThread().interrupt();
        writer(directory).updateStatus("journals");
        assertThat(Thread.interrupted()).isTrue();
        JsonNode status = assertObeys("status", Files.readAllBytes(root.resolve("status.json")));
        assertThat(status.at("/datasets/0/last_attempt/exit_code").intValue()).isEqualTo(10);
        assertThat(root.resolve("links.json")).doesNotExist();
    }
}
