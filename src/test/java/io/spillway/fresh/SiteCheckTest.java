package io.spillway.fresh;

import static io.spillway.support.WebServer.labelled;
import static io.spillway.support.WebServer.redirect;
import static io.spillway.support.WebServer.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.spillway.catalog.LatestFile;
import io.spillway.catalog.Listing;
import io.spillway.destination.Destination;
import io.spillway.destination.PublicFiles;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.destination.web.WebFiles;
import io.spillway.destination.web.WebPatience;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.site.SiteWriter;
import io.spillway.support.PublishedDumps;
import io.spillway.support.WebServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a site claims about its dumps is compared with what a reader gets. */
@Timeout(60)
@Tag("slow")
class SiteCheckTest {
    private static final Instant TAKEN = Instant.parse("2026-11-21T03:00:00Z");
    private static final Instant DUE = Instant.parse("2026-11-28T03:00:00Z");
    private static final String DUMP = "journals/2026-11-21T030000Z/";
    private static final String PART = DUMP + "journals-2026-11-21T030000Z.00001.jsonl";
    private static final WebPatience LITTLE = new WebPatience(
            Duration.ofSeconds(5), Duration.ofSeconds(5), 2, 10, Duration.ofMillis(1), Duration.ofMillis(4));
    private static final Expectations EIGHT_DAYS =
            new Expectations(Duration.ofDays(8), Duration.ofHours(2), 0, true, 2);

    @TempDir
    private Path root;

    @TempDir
    private Path elsewhere;

    private final PublishedDumps dumps = new PublishedDumps();
    private WebServer server;
    private @Nullable WebServer mirror;

    @BeforeEach
    void publish() throws Exception {
        dumps.nextDue = DUE;
        dumps.publish(root, "journals", TAKEN, 5);
        point();
        server = WebServer.serving(root);
    }

    @AfterEach
    void stop() {
        server.close();
        if (mirror != null) {
            mirror.close();
        }
    }

    private void point(Destination... others) throws Exception {
        try (LocalDirectory directory = LocalDirectory.open(root)) {
            new SiteWriter(directory, List.of(others), SiteWriter.Turns.NONE, Clock.systemUTC())
                    .rebuild(Set.of("journals"));
        }
    }

    private Freshness look() throws Exception {
        return look("", TAKEN.plus(Duration.ofDays(1)), EIGHT_DAYS);
    }

    private Freshness look(String path, Instant now, Expectations expectations) throws Exception {
        SiteCheck check =
                new SiteCheck(new WebFiles(LITTLE), expectations, Clock.fixed(now, ZoneOffset.UTC), new Random(1));
        Pointer pointer = check.find(URI.create(server.address() + path));
        assertThat(pointer.datasets()).hasSize(1);
        return check.check(pointer, pointer.datasets().get(0));
    }

    private static void assertFound(Freshness found, Fault fault, String... words) {
        assertThat(found.worst()).as(found.toString()).contains(fault);
        assertThat(found.findings().get(0).what()).contains(words);
    }

    private void change(String file, String from, String to) throws IOException {
        Path path = root.resolve(file);
        String text = Files.readString(path);
        assertThat(text).contains(from);
        Files.writeString(path, text.replace(from, to));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "index.html",
                "links.json",
                "journals",
                "journals/",
                "journals/index.de.html",
                "journals/latest.json"
            })
    void aCorrectSiteIsFreshFromAnyStartingPoint(String path) throws Exception {
        Freshness found = look(path, TAKEN.plus(Duration.ofDays(1)), EIGHT_DAYS);
        assertThat(found.findings()).isEmpty();
        assertThat(found.dump()).isEqualTo("journals/2026-11-21T030000Z");
        assertThat(found.age()).isEqualTo(Duration.ofDays(1));
        // Two parts, the manifest, the checksums, urls.txt, the sample and the page.
        assertThat(found.files()).isEqualTo(7);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 10})
    void aPartThatClientsWouldDecompressIsReportedWhetherItIsReadOrNot(int sample) throws Exception {
        server.always(PART, labelled("gzip"));
        Freshness found = look(
                "",
                TAKEN.plus(Duration.ofDays(1)),
                new Expectations(Duration.ofDays(8), Duration.ofHours(2), sample, true, 2));
        assertFound(found, Fault.INTEGRITY, PART + " is sent with Content-Encoding: gzip");
        assertThat(found.findings()).hasSize(1);
    }

    @Test
    void withoutHeadTheEncodingOfTheFirstByteCounts() throws Exception {
        server.withoutHead().always(PART, labelled("x-gzip"));
        assertFound(look(), Fault.INTEGRITY, PART + " is sent with Content-Encoding: x-gzip");
    }

    @Test
    void onlyLengthsAreRequestedAndRequestsAreAnonymous() throws Exception {
        look();
        assertThat(server.gets(PART)).isEmpty();
        assertThat(server.requests())
                .allSatisfy(request -> assertThat(request.headers()).doesNotContainKeys("Authorization", "Cookie"));
    }

    @Test
    void aDumpIsStaleOnceItIsOlderThanTheLimit() throws Exception {
        Expectations eightDays = new Expectations(Duration.ofDays(8), Duration.ofDays(100), 0, true, 2);
        Instant limit = TAKEN.plus(Duration.ofDays(8));
        assertThat(look("", limit, eightDays).worst()).isEmpty();
        assertFound(look("", limit.plusSeconds(1), eightDays), Fault.STALE, "8d00h old, limit 8d00h");
    }

    @Test
    void anOverdueDumpIsStaleAfterTheGracePeriod() throws Exception {
        Expectations dueOnly = new Expectations(null, Duration.ofHours(2), 0, true, 2);
        Instant end = DUE.plus(Duration.ofHours(2));
        assertThat(look("", end, dueOnly).worst()).isEmpty();
        assertFound(look("", end.plusSeconds(1), dueOnly), Fault.STALE, "was due at 2026-11-28T03:00:00Z");
    }

    @Test
    void aDumpFromTheFutureIsNotFreshForever() throws Exception {
        assertFound(look("", TAKEN.minus(Duration.ofHours(1)), EIGHT_DAYS), Fault.INTEGRITY, "in the future");
    }

    @Test
    void aDifferenceToTheServersClockIsReported() throws Exception {
        assertThat(look().notes()).singleElement().asString().contains("the server's clock is");
    }

    @Test
    void aMissingFileIsWrong() throws Exception {
        Files.delete(root.resolve(PART));
        assertFound(look(), Fault.INTEGRITY, PART + " does not exist");
    }

    @Test
    void aFileWithAnotherLengthIsWrong() throws Exception {
        change(PART, "}", "} ");
        assertFound(look(), Fault.INTEGRITY, PART + " has");
    }

    @Test
    void aFileBesideThePartsIsCheckedToo() throws Exception {
        Files.delete(root.resolve(DUMP + "urls.txt"));
        assertFound(look(), Fault.INTEGRITY, "urls.txt does not exist");
    }

    @Test
    void aMissingPageIsWrong() throws Exception {
        Files.delete(root.resolve("journals/index.html"));
        assertFound(look("links.json", TAKEN, EIGHT_DAYS), Fault.INTEGRITY, "index.html does not exist");
    }

    @Test
    void aFileBehindALoginIsRefused() throws Exception {
        server.always(PART, status(403));
        assertFound(look(), Fault.DESTINATION_REFUSED, PART, "status 403");
    }

    @Test
    void aBusyServerIsUnavailable() throws Exception {
        server.always(PART, status(503));
        assertFound(look(), Fault.DESTINATION_UNAVAILABLE, PART, "status 503");
    }

    @Test
    void wrongTakesPrecedenceOverStaleAndStaleOverUnknown() throws Exception {
        server.always(DUMP + "urls.txt", status(503));
        Instant late = TAKEN.plus(Duration.ofDays(100));
        assertThat(look("", late, EIGHT_DAYS).worst()).contains(Fault.STALE);
        Files.delete(root.resolve(PART));
        assertThat(look("", late, EIGHT_DAYS).worst()).contains(Fault.INTEGRITY);
    }

    @Test
    void aChangedByteIsDetectedByReadingTheFile() throws Exception {
        change(PART, "1", "2");
        assertThat(look().worst()).isEmpty();
        Freshness deep = look("", TAKEN, new Expectations(null, Duration.ZERO, Integer.MAX_VALUE, true, 2));
        assertFound(deep, Fault.INTEGRITY, PART, "SHA-256");
        assertThat(deep.read()).isEqualTo(2);
    }

    @Test
    void aSampleReadsTheRequestedNumberOfFiles() throws Exception {
        Freshness found = look("", TAKEN, new Expectations(null, Duration.ZERO, 1, true, 2));
        assertThat(found.read()).isEqualTo(1);
        assertThat(server.requests())
                .filteredOn(each -> each.method().equals("GET") && each.path().endsWith(".jsonl"))
                .filteredOn(each -> !each.path().endsWith("sample.jsonl"))
                .hasSize(1);
    }

    @Test
    void ifHeadIsNotSupportedTheFirstByteIsRequested() throws Exception {
        server.withoutHead();
        assertThat(look().worst()).isEmpty();
        assertThat(server.gets(PART))
                .singleElement()
                .satisfies(get -> assertThat(get.header("Range")).isEqualTo("bytes=0-0"));
        change(PART, "}", "} ");
        assertFound(look(), Fault.INTEGRITY, PART + " has");
    }

    @Test
    void linksThatDisagreeWithTheManifestAreWrong() throws Exception {
        change("links.json", "\"documents\" : 10,", "\"documents\" : 11,");
        assertFound(look(), Fault.INTEGRITY, "documents 10, expected 11");
    }

    @Test
    void aChecksumFileThatDisagreesWithTheLinksIsWrong() throws Exception {
        String line = Files.readAllLines(root.resolve(DUMP + "SHA256SUMS")).get(0);
        change(DUMP + "SHA256SUMS", line, "0".repeat(64) + line.substring(64));
        assertThat(look().findings())
                .extracting(Finding::what)
                .anySatisfy(what -> assertThat(what).contains("the links have"))
                .anySatisfy(what -> assertThat(what).contains("does not match its SHA-256 in the manifest"));
    }

    @Test
    void anInvalidManifestIsWrong() throws Exception {
        Files.writeString(root.resolve(DUMP + "manifest.json"), "<html>please log in</html>");
        assertFound(look(), Fault.INTEGRITY, "manifest.json is not a manifest");
    }

    @Test
    void linksWithAnotherSchemeAreWrong() throws Exception {
        change("links.json", "\"" + PART + "\"", "\"file:///etc/passwd\"");
        assertFound(look("links.json", TAKEN, EIGHT_DAYS), Fault.INTEGRITY, "\"file:///etc/passwd\"");
    }

    @Test
    void linksOfALaterFormatAreNotInterpreted() throws Exception {
        change("links.json", "\"format_version\" : 1", "\"format_version\" : 2");
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(this::look)
                .withMessageContaining("format version 2");
    }

    @Test
    void urlsAreRelativeToTheTargetOfARedirect() throws Exception {
        Path moved = Files.createDirectories(root.resolve("open"));
        try (Stream<Path> all = Files.list(root)) {
            for (Path each : all.filter(path -> !path.equals(moved)).toList()) {
                Files.move(each, moved.resolve(each.getFileName()));
            }
        }
        server.always("links.json", redirect("/open/links.json"));
        assertThat(look().worst()).isEmpty();
        assertThat(look().address()).isEqualTo(server.address() + "open/" + DUMP + "manifest.json");
    }

    @Test
    void aUrlThatIsNotASiteIsRefused() {
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> look("elsewhere/", TAKEN, EIGHT_DAYS))
                .withMessageContaining("neither links.json nor latest.json exists");
    }

    @Test
    void aDumpRemovedDuringTheCheckIsNotReportedAsMissing() throws Exception {
        byte[] before = Files.readAllBytes(root.resolve("links.json"));
        dumps.publish(root, "journals", TAKEN.plusSeconds(60), 5);
        point();
        try (Stream<Path> old = Files.list(root.resolve(DUMP))) {
            for (Path each : old.toList()) {
                Files.delete(each);
            }
        }
        server.then("links.json", (exchange, self) -> {
            exchange.sendResponseHeaders(200, before.length);
            exchange.getResponseBody().write(before);
        });
        Freshness found = look();
        assertThat(found.dump()).isEqualTo("journals/2026-11-21T030100Z");
        assertThat(found.worst()).isEmpty();
    }

    @Test
    void mirrorsAreCountedIfTheyHaveEveryFile() throws Exception {
        mirror();
        assertThat(look().mirrors()).isEqualTo(1);
        Expectations without = new Expectations(null, Duration.ZERO, 0, false, 2);
        assertThat(look("", TAKEN, without).mirrors()).isZero();
    }

    @Test
    void aMirrorWithAMissingFileIsWrong() throws Exception {
        mirror();
        Files.delete(elsewhere.resolve(PART));
        Freshness found = look();
        assertFound(found, Fault.INTEGRITY, mirror.address() + PART + " does not exist");
        assertThat(found.mirrors()).isZero();
    }

    @Test
    void aMirrorWithAnotherDumpUnderTheSameNameIsWrong() throws Exception {
        mirror();
        Path manifest = elsewhere.resolve(DUMP + "manifest.json");
        Files.writeString(manifest, Files.readString(manifest) + "\n");
        assertFound(look(), Fault.INTEGRITY, "is not the manifest of");
    }

    @Test
    void aMirrorThatDoesNotAnswerIsUnavailable() throws Exception {
        mirror();
        mirror.close();
        assertFound(look(), Fault.DESTINATION_UNAVAILABLE, mirror.address() + DUMP);
    }

    private void mirror() throws Exception {
        dumps.publish(elsewhere, "journals", TAKEN, 5);
        mirror = WebServer.serving(elsewhere);
        try (LocalDirectory other = LocalDirectory.open(elsewhere, mirror.address())) {
            point(other);
        }
    }

    @Test
    void concurrentRequestsReachTheConfiguredNumberAndNoMore() throws Exception {
        CyclicBarrier both = new CyclicBarrier(2);
        AtomicInteger seconds = new AtomicInteger(30);
        for (int part = 1; part <= 2; part++) {
            String path = PART.replace("00001", "0000" + part);
            byte[] bytes = Files.readAllBytes(root.resolve(path));
            server.always(path, (exchange, self) -> {
                await(both, seconds.get());
                exchange.getResponseHeaders().set("Content-Length", String.valueOf(bytes.length));
                exchange.sendResponseHeaders(200, -1);
            });
        }
        assertThat(look().worst()).isEmpty();
        seconds.set(1);
        Expectations oneByOne = new Expectations(null, Duration.ZERO, 0, false, 1);
        assertThat(look("", TAKEN, oneByOne).worst()).contains(Fault.DESTINATION_UNAVAILABLE);
    }

    private static void await(CyclicBarrier barrier, int seconds) throws IOException {
        try {
            barrier.await(seconds, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IOException("alone", e);
        }
    }

    @Test
    void nothingIsRequestedAfterTheTimeLimit() throws Exception {
        PublicFiles web = new WebFiles(LITTLE);
        Instant[] now = {TAKEN};
        InstantSource source = () -> now[0];
        Clock clock = source.withZone(ZoneOffset.UTC);
        SiteCheck check =
                new SiteCheck(new InTime(web, clock, Duration.ofMinutes(5)), EIGHT_DAYS, clock, new Random(1));
        Pointer pointer = check.find(server.address());
        now[0] = TAKEN.plus(Duration.ofMinutes(5)).plusSeconds(1);
        int before = server.requests().size();
        Freshness found = check.check(pointer, pointer.datasets().get(0));
        assertFound(found, Fault.DESTINATION_UNAVAILABLE, "the check took longer than 5m00s");
        assertThat(server.requests()).hasSize(before);
    }

    @Test
    void aPointerOfAVersionWithoutPagesIsSufficient() throws Exception {
        Listing listing;
        try (var in = Files.newInputStream(root.resolve("journals/latest.json"))) {
            listing = LatestFile.read(in, "here");
        }
        assertThat(listing.page()).isEqualTo("index.html");
        change("journals/latest.json", "\"page\" : \"index.html\",", "");
        assertThat(look("journals/", TAKEN, EIGHT_DAYS).worst()).isEmpty();
    }
}
