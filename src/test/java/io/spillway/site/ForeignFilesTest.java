package io.spillway.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.spillway.catalog.OwnFiles;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.destination.s3.S3Bucket;
import io.spillway.destination.s3.S3Server;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.support.PublishedDumps;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;

/** A web root that contains files of another owner. */
@Timeout(120)
@Tag("slow")
class ForeignFilesTest {
    private static final Instant FIRST = Instant.parse("2026-11-14T03:00:00Z");
    private static final Instant SECOND = Instant.parse("2026-11-21T03:00:00Z");
    private static final Clock NOW = Clock.fixed(Instant.parse("2026-11-22T00:00:00Z"), ZoneOffset.UTC);

    @TempDir
    private Path root;

    private final PublishedDumps dumps = new PublishedDumps();
    private LocalDirectory directory;

    @BeforeEach
    void open() throws Exception {
        directory = LocalDirectory.open(root);
        dumps.publish(root, "journals", FIRST, 1);
    }

    private static void publish(Destination destination) throws Exception {
        new SiteWriter(destination, List.of(), SiteWriter.Turns.NONE, NOW).publish("journals");
    }

    private static void assertRefused(Destination destination, String... names) {
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> publish(destination))
                .withMessageContainingAll(names)
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.DESTINATION_REFUSED));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "index.html",
                "robots.txt",
                "feed.atom",
                "links.json",
                "journals/index.html",
                "journals/latest.json",
                "journals/status.json"
            })
    void aFileThatExistedBeforeIsNamedAndStays(String name) throws Exception {
        Files.writeString(root.resolve(name), "theirs");

        assertRefused(directory, name);
        assertRefused(directory, name);

        assertThat(root.resolve(name)).hasContent("theirs");
    }

    @Test
    void allForeignFilesAreNamedAtOnce() throws Exception {
        Files.writeString(root.resolve("index.html"), "theirs");
        Files.writeString(root.resolve("robots.txt"), "Disallow: /");

        assertRefused(directory, "index.html, robots.txt");
    }

    @Test
    void aFileReplacedByAnotherOwnerStays() throws Exception {
        publish(directory);
        publish(directory);
        Files.writeString(root.resolve("robots.txt"), "User-agent: *\nDisallow: /\n");

        assertRefused(directory, "robots.txt");

        assertThat(root.resolve("robots.txt")).content().contains("Disallow: /\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"robots.txt", "spillway-catalog.jsonl.gz", "journals/latest.json"})
    void aForeignLinkStays(String name) throws Exception {
        Path theirs = Files.writeString(root.resolve("theirs"), "theirs");
        Files.createSymbolicLink(root.resolve(name), theirs);

        assertRefused(directory, name);

        assertThat(root.resolve(name)).isSymbolicLink().hasContent("theirs");
    }

    @Test
    void aForeignLinkNamedLatestStays() throws Exception {
        Path theirs = Files.createDirectory(root.resolve("theirs"));
        Files.createSymbolicLink(root.resolve("journals/latest"), theirs);

        assertRefused(directory, "journals/latest");

        assertThat(Files.readSymbolicLink(root.resolve("journals/latest"))).isEqualTo(theirs);
    }

    @Test
    void aTreeOfAnOlderVersionHasNoRecordAndIsAdopted() throws Exception {
        publish(directory);
        Files.delete(root.resolve(OwnFiles.FILE_NAME));
        dumps.publish(root, "journals", SECOND, 1);

        publish(directory);

        assertThat(root.resolve("links.json")).content().contains("2026-11-21T030000Z");
        Files.writeString(root.resolve("robots.txt"), "theirs");
        assertRefused(directory, "robots.txt");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "index.html",
                "index.de.html",
                "robots.txt",
                "feed.atom",
                "sitemap.xml",
                "journals/index.html",
                "journals/feed.atom",
                "journals/latest.json",
                "status.json"
            })
    void aTreeWithoutARecordKeepsAFileThatTheOperatorRestored(String name) throws Exception {
        LocalDirectory site = LocalDirectory.open(root, URI.create("https://dumps.example/"));
        publish(site);
        Files.delete(root.resolve(OwnFiles.FILE_NAME));
        String theirs = theirs(name);
        Files.writeString(root.resolve(name), theirs);

        assertRefused(site, name);

        assertThat(root.resolve(name)).hasContent(theirs);
    }

    /** What another program or a person writes under this name. */
    private static String theirs(String name) {
        if (name.endsWith("robots.txt")) {
            return "User-agent: *\nAllow: /\nSitemap: https://other.example/sitemap.xml\n";
        } else if (name.endsWith("sitemap.xml")) {
            return """
                    <?xml version="1.0" encoding="utf-8"?>
                    <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
                    <url>
                    <loc>https://dumps.example/about.html</loc>
                    </url>
                    </urlset>
                    """;
        } else if (name.endsWith("feed.atom")) {
            return """
                    <?xml version="1.0" encoding="utf-8"?>
                    <feed xmlns="http://www.w3.org/2005/Atom">
                    <id>https://dumps.example/feed.atom</id>
                    </feed>
                    """;
        } else if (name.endsWith(".json")) {
            return "{\"dataset\": \"journals\", \"status\": \"up\"}\n";
        }
        return "<!doctype html><html><head><style>p { color: red }</style></head><body>Made by Spillway</body></html>";
    }

    @Test
    void aTreeWithoutARecordKeepsARestoredRobotsFileOfANoticesFolderToo() throws Exception {
        SiteWriter writer = withNotices();
        writer.rebuild(Set.of("journals"));
        Files.delete(root.resolve(OwnFiles.FILE_NAME));
        writer.rebuild(Set.of("journals"));
        Files.delete(root.resolve(OwnFiles.FILE_NAME));
        Files.writeString(root.resolve("notices/429.txt"), "429 Slow down\n");

        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> writer.rebuild(Set.of("journals")))
                .withMessageContaining("notices/429.txt");
        assertThat(root.resolve("notices/429.txt")).hasContent("429 Slow down\n");
    }

    private SiteWriter withNotices() {
        var notices = new io.spillway.notices.NoticeWriter(
                directory, List.of(), io.spillway.notices.AddressCheck.NONE, null, NOW);
        return new SiteWriter(directory, List.of(), SiteWriter.Turns.NONE, NOW, notices);
    }

    @Test
    void foreignFilesAreFoundBeforeAnythingIsWritten() throws Exception {
        Files.writeString(root.resolve("index.html"), "theirs");
        Files.writeString(root.resolve("theirs"), "theirs");
        Files.createSymbolicLink(root.resolve("robots.txt"), Path.of("theirs"));
        Files.createDirectories(root.resolve("journals/latest"));
        Files.writeString(root.resolve("journals/status.json"), "{}");
        Files.createDirectories(root.resolve("notices/journals"));
        Files.writeString(root.resolve("notices/journals/429.json"), "{}");
        Files.writeString(root.resolve("about.html"), "in nobody's way");

        assertThat(withNotices().foreign("journals"))
                .containsExactly(
                        "index.html",
                        "journals/latest",
                        "journals/status.json",
                        "notices/journals/429.json",
                        "robots.txt");
        assertThat(root.resolve(OwnFiles.FILE_NAME)).doesNotExist();
    }

    @Test
    void ownFilesAreNotForeignBeforeTheNextExport() throws Exception {
        assertThat(withNotices().foreign("journals")).isEmpty();
        withNotices().rebuild(Set.of("journals"));
        dumps.publish(root, "journals", SECOND, 1);
        assertThat(withNotices().foreign("journals")).isEmpty();
    }

    @Test
    void linksOfAnotherSiteAreNotAdopted() throws Exception {
        publish(directory);
        Files.delete(root.resolve(OwnFiles.FILE_NAME));
        Path links = root.resolve("links.json");
        Files.writeString(links, Files.readString(links).replace("\"journals\"", "\"films\""));

        assertRefused(directory, "journals/index.de.html");
    }

    @Test
    void anUnreadableRecordStopsWriting() throws Exception {
        publish(directory);
        Files.writeString(root.resolve(OwnFiles.FILE_NAME), "{");

        assertRefused(directory, OwnFiles.FILE_NAME);
    }

    @Test
    void aRunKilledBetweenTheRecordAndTheFilesIsRepeated() throws Exception {
        publish(directory);
        byte[] before = Files.readAllBytes(root.resolve("index.html"));
        dumps.publish(root, "journals", SECOND, 1);
        publish(directory);
        Files.write(root.resolve("index.html"), before);

        publish(directory);

        assertThat(root.resolve("index.html")).content().isNotEqualTo(new String(before, StandardCharsets.UTF_8));
    }

    @Test
    void aForeignFileAmongTheNoticesStays() throws Exception {
        Files.createDirectories(root.resolve("notices"));
        Files.writeString(root.resolve("notices/problems.html"), "theirs");
        var notices = new io.spillway.notices.NoticeWriter(
                directory, List.of(), io.spillway.notices.AddressCheck.NONE, null, NOW);

        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> new SiteWriter(directory, List.of(), SiteWriter.Turns.NONE, NOW, notices)
                        .rebuild(Set.of("journals")))
                .withMessageContaining("notices/problems.html");
        assertThat(root.resolve("notices/problems.html")).hasContent("theirs");
    }

    @Test
    void aBucketsForeignFileIsNamedAndStays() throws Exception {
        try (S3Server server = S3Server.inMemory();
                S3Bucket bucket = S3Bucket.open(server.options())) {
            bucket.place(
                    root.resolve("journals/2026-11-14T030000Z"),
                    new ObjectKey("journals/2026-11-14T030000Z"),
                    "manifest.json");
            publish(bucket);
            publish(bucket);
            server.client()
                    .putObject(
                            request -> request.bucket(S3Server.BUCKET).key("public/robots.txt"),
                            RequestBody.fromString("theirs"));

            assertRefused(bucket, "robots.txt");
        }
    }
}
