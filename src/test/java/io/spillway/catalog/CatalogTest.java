package io.spillway.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.dataset.DumpId;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.site.SiteWriter;
import io.spillway.support.PublishedDumps;
import io.spillway.support.SteppedDestination;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The manifests are the only source of the catalog. */
class CatalogTest {
    private static final Instant FIRST = Instant.parse("2026-11-14T03:00:00Z");
    private static final Instant SECOND = Instant.parse("2026-11-21T03:00:00Z");

    @TempDir
    private Path root;

    private final PublishedDumps dumps = new PublishedDumps();

    private Catalog read() throws SpillwayException, InterruptedException {
        try (LocalDirectory directory = LocalDirectory.open(root)) {
            return Catalog.read(directory);
        }
    }

    @Test
    void anEmptyDestinationHasAnEmptyCatalog() throws Exception {
        assertThat(read().datasets()).isEmpty();
    }

    @Test
    void datasetsAreSortedAndTheirDumpsAreNewestFirst() throws Exception {
        dumps.publish(root, "journals", FIRST, 1);
        dumps.publish(root, "journals", SECOND, 2);
        dumps.publish(root, "articles", FIRST, 3);
        Catalog catalog = read();
        assertThat(catalog.datasets()).extracting(Catalog.Published::dataset).containsExactly("articles", "journals");
        assertThat(catalog.datasets().get(1).dumps())
                .extracting(DumpSummary::dump)
                .containsExactly("journals/2026-11-21T030000Z", "journals/2026-11-14T030000Z");
    }

    @Test
    void aBrokenManifestIsReportedAndThePreviousDumpIsTheLatest() throws Exception {
        dumps.publish(root, "journals", FIRST, 1);
        Manifest cut = dumps.publish(root, "journals", SECOND, 1);
        Files.writeString(root.resolve(cut.dump()).resolve("manifest.json"), "{\"format_version\":1,");
        Catalog catalog = read();
        assertThat(catalog.datasets().get(0).latest().takenAt()).isEqualTo(FIRST);
        assertThat(catalog.broken()).singleElement().satisfies(broken -> {
            assertThat(broken.dump()).hasToString("journals/2026-11-21T030000Z");
            assertThat(broken.reason()).contains("is not a manifest");
        });
    }

    @Test
    void aManifestInTheFolderOfAnotherDumpIsNotListed() throws Exception {
        Manifest first = dumps.publish(root, "journals", FIRST, 1);
        Path other = Files.createDirectories(root.resolve("journals/2026-11-21T030000Z"));
        Files.copy(root.resolve(first.dump()).resolve("manifest.json"), other.resolve("manifest.json"));
        assertThat(read().datasets().get(0).dumps()).hasSize(1);
        assertThat(read().broken()).hasSize(1);
    }

    private void notice(DumpId dump, String text) throws Exception {
        Files.writeString(Files.createDirectories(root.resolve(dump.toString())).resolve("withdrawn.json"), text);
    }

    private static String notice(DumpId dump) {
        return """
                {"dump": "%s", "reason": "it was wrong", "withdrawn_at": "2026-11-22T00:00:00Z", "documents": 2, "bytes": 9,
                 "files": []}
                """.formatted(dump);
    }

    @Test
    void aWithdrawnDumpIsListedByItsNoticeOnly() throws Exception {
        dumps.publish(root, "journals", FIRST, 1);
        DumpId second = dumps.publish(root, "journals", SECOND, 1).id();
        notice(second, notice(second));
        Catalog catalog = read();
        assertThat(catalog.datasets().get(0).dumps()).hasSize(1);
        assertThat(catalog.stamps()).containsExactly(new DumpId("journals", FIRST));
        assertThat(catalog.withdrawn("journals")).singleElement().satisfies(notice -> {
            assertThat(notice.dump()).isEqualTo(second.toString());
            assertThat(notice.reason()).isEqualTo("it was wrong");
        });
        assertThat(catalog.withdrawn("journal")).isEmpty();
        try (LocalDirectory directory = LocalDirectory.open(root)) {
            assertThat(Catalog.stamps(directory)).isEqualTo(catalog.stamps());
        }
    }

    @Test
    void anUnreadableNoticeStillCountsAsANotice() throws Exception {
        dumps.publish(root, "journals", FIRST, 1);
        DumpId second = dumps.publish(root, "journals", SECOND, 1).id();
        notice(second, "{}");
        assertThat(read().datasets().get(0).latest().takenAt()).isEqualTo(FIRST);
        assertThat(read().withdrawn()).isEmpty();
    }

    @Test
    void aFolderWithoutAManifestIsNotADump() throws Exception {
        Manifest first = dumps.publish(root, "journals", FIRST, 1);
        Files.delete(root.resolve(first.dump()).resolve("manifest.json"));
        assertThat(read().datasets()).isEmpty();
        assertThat(read().broken()).isEmpty();
    }

    @Test
    void manifestsAtAnyOtherDepthAreIgnored() throws Exception {
        Files.createDirectories(root.resolve("journals/2026-11-21T030000Z/deeper"));
        Files.writeString(root.resolve("journals/2026-11-21T030000Z/deeper/manifest.json"), "{}");
        Files.writeString(root.resolve("journals/manifest.json"), "{}");
        Files.createDirectories(root.resolve("Not-a-name/2026-11-21T030000Z"));
        Files.writeString(root.resolve("Not-a-name/2026-11-21T030000Z/manifest.json"), "{}");
        assertThat(read().stamps()).isEmpty();
    }

    @Test
    void aDatasetWithoutADumpIsKnownByItsStatus() throws Exception {
        Files.createDirectories(root.resolve("articles"));
        Files.writeString(root.resolve("articles/status.json"), "{}");
        assertThat(read().attempts()).containsExactly("articles");
    }

    @Test
    void anUnavailableDestinationIsNotReportedAsEmpty() throws Exception {
        dumps.publish(root, "journals", FIRST, 1);
        try (LocalDirectory directory = LocalDirectory.open(root)) {
            Destination away = new SteppedDestination(directory, (step, folder) -> {}) {
                @Override
                public InputStream open(ObjectKey key) throws SpillwayException {
                    throw new SpillwayException(Fault.DESTINATION_UNAVAILABLE, "away", null);
                }
            };
            assertThatThrownBy(() -> Catalog.read(away)).hasMessage("away");
        }
    }

    /** The failures of a missing permission, a broken disk and a connection that ends too soon. */
    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(Fault.DESTINATION_REFUSED, "403", (Reading) in -> {
                    throw new SpillwayException(Fault.DESTINATION_REFUSED, "status 403", null);
                }),
                Arguments.of(Fault.DESTINATION_UNAVAILABLE, "time-out", (Reading) in -> {
                    throw new SpillwayException(Fault.DESTINATION_UNAVAILABLE, "no answer", null);
                }),
                Arguments.of(Fault.DESTINATION_UNAVAILABLE, "EIO", (Reading) in -> new FilterInputStream(in) {
                    @Override
                    public int read(byte[] bytes, int offset, int length) throws IOException {
                        throw new IOException("Input/output error");
                    }
                }),
                Arguments.of(Fault.DESTINATION_UNAVAILABLE, "broken off", (Reading)
                        in -> new ByteArrayInputStream(in.readNBytes(100))),
                Arguments.of(Fault.DESTINATION_UNAVAILABLE, "replaced by a short page", (Reading)
                        in -> new ByteArrayInputStream("<html>Please log in</html>".getBytes(UTF_8))),
                Arguments.of(Fault.DESTINATION_UNAVAILABLE, "replaced by a long page", (Reading)
                        in -> new ByteArrayInputStream("<p>".repeat(30_000).getBytes(UTF_8))));
    }

    private interface Reading {
        InputStream of(InputStream in) throws SpillwayException, IOException;
    }

    private static Destination unreadable(Destination place, String name, Reading reading) {
        return new SteppedDestination(place, (step, folder) -> {}) {
            @Override
            public InputStream open(ObjectKey key) throws SpillwayException {
                try {
                    return key.name().equals(name) ? reading.of(super.open(key)) : super.open(key);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("failures")
    void aTemporarilyUnreadableManifestFailsTheCatalog(Fault fault, String name, Reading reading) throws Exception {
        dumps.publish(root, "journals", FIRST, 1);
        try (LocalDirectory directory = LocalDirectory.open(root)) {
            Destination place = unreadable(directory, Manifest.FILE_NAME, reading);
            assertThatExceptionOfType(SpillwayException.class)
                    .isThrownBy(() -> Catalog.read(place))
                    .satisfies(e -> assertThat(e.fault()).isEqualTo(fault));
        }
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("failures")
    void aTemporarilyUnreadableNoticeFailsTheCatalog(Fault fault, String name, Reading reading) throws Exception {
        DumpId dump = dumps.publish(root, "journals", FIRST, 1).id();
        notice(dump, notice(dump) + " ".repeat(200));
        try (LocalDirectory directory = LocalDirectory.open(root)) {
            Destination place = unreadable(directory, "withdrawn.json", reading);
            assertThatExceptionOfType(SpillwayException.class)
                    .isThrownBy(() -> Catalog.read(place))
                    .satisfies(e -> assertThat(e.fault()).isEqualTo(fault));
        }
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("failures")
    void aFailureToReadChangesNothingPublic(Fault fault, String name, Reading reading) throws Exception {
        dumps.publish(root, "journals", FIRST, 1);
        try (LocalDirectory directory = LocalDirectory.open(root)) {
            new SiteWriter(directory, List.of(), SiteWriter.Turns.NONE, Clock.systemUTC()).publish("journals");
            List<StoredObject> before = directory.list("");
            Destination place = unreadable(directory, Manifest.FILE_NAME, reading);
            SiteWriter writer = new SiteWriter(place, List.of(), SiteWriter.Turns.NONE, Clock.systemUTC());
            assertThatExceptionOfType(SpillwayException.class)
                    .isThrownBy(() -> writer.rebuild(Set.of("journals")))
                    .satisfies(e -> assertThat(e.fault()).isEqualTo(fault));
            assertThat(directory.list("")).isEqualTo(before);
        }
    }

    @Test
    void aDumpWithAMissingPartIsReportedAndNotListed() throws Exception {
        dumps.publish(root, "journals", FIRST, 1);
        Manifest second = dumps.publish(root, "journals", SECOND, 1);
        Files.delete(root.resolve(second.dump()).resolve(second.parts().get(1).name()));
        assertThat(read().datasets().get(0).latest().takenAt()).isEqualTo(FIRST);
        assertThat(read().broken())
                .singleElement()
                .satisfies(broken -> assertThat(broken.reason())
                        .contains(second.parts().get(1).name()));
    }

    @Test
    void aDumpBeingPrunedIsNotListed() throws Exception {
        dumps.publish(root, "journals", FIRST, 1);
        Manifest second = dumps.publish(root, "journals", SECOND, 1);
        Files.writeString(root.resolve(second.dump()).resolve("removing.json"), "{}");
        assertThat(read().stamps()).containsExactly(new DumpId("journals", FIRST));
    }
}
