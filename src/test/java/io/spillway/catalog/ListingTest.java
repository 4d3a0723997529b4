package io.spillway.catalog;

import static io.spillway.support.PublishedSchemas.assertObeys;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.fault.Fault;
import io.spillway.manifest.Manifest;
import io.spillway.support.PublishedDumps;
import io.spillway.support.SteppedDestination;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files for programs conform to their published schemas and describe what is published. */
class ListingTest {
    private static final Instant TAKEN = Instant.parse("2026-11-21T03:00:00Z");
    private static final URI MIRROR = URI.create("https://archive.example/download/journals-2026-11-21/manifest.json");

    @TempDir
    private Path root;

    private final PublishedDumps dumps = new PublishedDumps();
    private LocalDirectory directory;
    private Destination published;

    @BeforeEach
    void open() throws Exception {
        directory = LocalDirectory.open(root);
        published = new SteppedDestination(directory, (step, folder) -> {}) {
            @Override
            public Optional<URI> publicAddress(ObjectKey key) {
                return Optional.of(URI.create("https://dumps.example.org/open/" + key));
            }
        };
    }

    @AfterEach
    void close() {
        directory.close();
    }

    private static JsonNode links(Listing... listings) throws Exception {
        return assertObeys("links", LinksFile.write(List.of(listings)));
    }

    private static JsonNode latest(Listing listing) throws Exception {
        return assertObeys("latest", LatestFile.write(listing));
    }

    @Test
    void withoutAPublicUrlAPathIsRelativeToTheFileThatContainsIt() throws Exception {
        Manifest manifest = dumps.publish(root, "journals", TAKEN, 5);
        JsonNode links = links(Listing.of(manifest, Addresses.fromRoot(directory), List.of()));
        JsonNode latest = latest(Listing.of(manifest, Addresses.fromDataset(directory, "journals"), List.of()));
        String fromRoot = links.at("/datasets/0/files/1/address").textValue();
        String fromDataset = latest.at("/files/1/address").textValue();
        assertThat(root.resolve(fromRoot)).isRegularFile();
        assertThat(root.resolve("journals").resolve(fromDataset)).isRegularFile();
        assertThat(latest.path("address").textValue()).isEqualTo("2026-11-21T030000Z/manifest.json");
        assertThat(links.at("/datasets/0/page").textValue()).isEqualTo("journals/index.html");
        assertThat(latest.path("page").textValue()).isEqualTo("index.html");
    }

    @Test
    void withAPublicUrlEveryLinkIsAbsolute() throws Exception {
        Manifest manifest = dumps.publish(root, "journals", TAKEN, 5);
        JsonNode latest = latest(Listing.of(manifest, Addresses.fromDataset(published, "journals"), List.of(MIRROR)));
        String folder = "https://dumps.example.org/open/journals/2026-11-21T030000Z/";
        assertThat(latest.path("address").textValue()).isEqualTo(folder + "manifest.json");
        assertThat(latest.path("manifest").textValue()).isEqualTo(folder + "manifest.json");
        assertThat(latest.path("checksums").textValue()).isEqualTo(folder + "SHA256SUMS");
        assertThat(latest.at("/files/0/address").textValue())
                .isEqualTo(folder + "journals-2026-11-21T030000Z.00001.jsonl");
        assertThat(latest.at("/mirrors/0").textValue()).isEqualTo(MIRROR.toString());
    }

    @Test
    void unsetValuesAreAbsentAndCoversIsEmpty() throws Exception {
        dumps.description = null;
        dumps.license = null;
        dumps.homepage = null;
        dumps.covers = null;
        Manifest manifest = dumps.publish(root, "journals", TAKEN, 5);
        JsonNode listing = links(Listing.of(manifest, Addresses.fromRoot(directory), List.of()))
                .at("/datasets/0");
        assertThat(listing.has("description") || listing.has("license") || listing.has("next_due"))
                .isFalse();
        assertThat(listing.path("covers")).isEmpty();
    }

    @Test
    void filesForProgramsHaveUrlsIfThereIsAPublicUrl() throws Exception {
        Manifest without = dumps.publish(root, "journals", TAKEN, 5);
        JsonNode plain = latest(Listing.of(without, Addresses.fromDataset(directory, "journals"), List.of()));
        assertThat(plain.has("metalink") || plain.has("torrent")).isFalse();
        dumps.forPrograms = true;
        Manifest manifest = dumps.publish(root, "journals", TAKEN, 5);
        JsonNode links = links(Listing.of(manifest, Addresses.fromRoot(published), List.of()));
        String folder = "https://dumps.example.org/open/journals/2026-11-21T030000Z/";
        assertThat(links.at("/datasets/0/metalink").textValue()).isEqualTo(folder + "journals.meta4");
        assertThat(links.at("/datasets/0/torrent").textValue()).isEqualTo(folder + "journals.torrent");
        latest(Listing.of(manifest, Addresses.fromDataset(published, "journals"), List.of()));
    }

    @Test
    void factsMatchTheManifest() throws Exception {
        dumps.nextDue = Instant.parse("2026-11-28T03:00:00Z");
        Manifest manifest = dumps.publish(root, "journals", TAKEN, 5);
        JsonNode listing = latest(Listing.of(manifest, Addresses.fromRoot(directory), List.of()));
        assertThat(listing.path("documents").longValue()).isEqualTo(10);
        assertThat(listing.path("bytes").longValue()).isEqualTo(manifest.bytes());
        assertThat(listing.at("/covers/0").textValue()).isEqualTo("/api/search/journals");
        assertThat(listing.path("taken_at").textValue()).isEqualTo("2026-11-21T03:00:00Z");
        assertThat(listing.path("next_due").textValue()).isEqualTo("2026-11-28T03:00:00Z");
        assertThat(listing.at("/files/1/sha256").textValue())
                .isEqualTo(manifest.parts().get(1).sha256());
    }

    @Test
    void whatIsWrittenIsReadBack() throws Exception {
        Manifest manifest = dumps.publish(root, "journals", TAKEN, 5);
        Listing listing = Listing.of(manifest, Addresses.fromRoot(directory), List.of(MIRROR));
        assertThat(LatestFile.read(new ByteArrayInputStream(LatestFile.write(listing)), "here"))
                .isEqualTo(listing);
        assertThat(LinksFile.read(new ByteArrayInputStream(LinksFile.write(List.of(listing))), "here")
                        .datasets())
                .containsExactly(listing);
    }

    @Test
    void theStatusOfTheSiteCollectsTheStatusOfEachDataset() throws Exception {
        dumps.nextDue = Instant.parse("2026-11-28T03:00:00Z");
        dumps.publish(root, "journals", TAKEN, 5);
        Files.writeString(root.resolve("journals/status.json"), """
                {"dataset": "journals", "last_attempt": {"at": "2026-11-28T04:00:00Z", "outcome": "refused",
                 "exit_code": 31, "fault": "GATE", "reason": "it shrank"}}
                """);
        Files.createDirectory(root.resolve("articles"));
        Files.writeString(root.resolve("articles/status.json"), "not JSON");
        Manifest broken = dumps.publish(root, "journals", TAKEN.plusSeconds(60), 5);
        Files.writeString(root.resolve(broken.dump()).resolve("manifest.json"), "not JSON");
        Instant now = Instant.parse("2026-11-28T05:00:00Z");
        JsonNode status = assertObeys(
                "status", SiteStatus.of(Catalog.read(directory), directory, now).write());
        assertThat(status.at("/datasets/0/dataset").textValue()).isEqualTo("articles");
        assertThat(status.at("/datasets/0").size()).isEqualTo(1);
        assertThat(status.at("/datasets/1/last_attempt/reason").textValue()).isEqualTo(Fault.GATE.meaning());
        assertThat(status.at("/datasets/1/last_good/dump").textValue()).isEqualTo("journals/2026-11-21T030000Z");
        assertThat(status.at("/datasets/1/late").booleanValue()).isTrue();
        assertThat(status.at("/unreadable/0").textValue()).isEqualTo(broken.dump());
    }

    @Test
    void withoutAScheduleNothingIsLate() throws Exception {
        dumps.publish(root, "journals", TAKEN, 5);
        JsonNode status = assertObeys(
                "status",
                SiteStatus.of(Catalog.read(directory), directory, Instant.parse("2036-11-28T05:00:00Z"))
                        .write());
        assertThat(status.at("/datasets/0").has("late")).isFalse();
    }
}
