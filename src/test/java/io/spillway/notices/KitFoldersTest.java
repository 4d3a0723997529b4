package io.spillway.notices;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders with server configurations that earlier versions wrote beside those of datasets. */
class KitFoldersTest {
    @TempDir
    private Path root;

    private PublishedNotices site;

    @BeforeEach
    void open() throws Exception {
        site = new PublishedNotices(root);
        site.dumps.publish(root, "journals", Instant.parse("2026-11-21T03:00:00Z"), 5);
        Files.createDirectories(site.file("nginx"));
        Files.writeString(site.file("nginx/http.conf"), "# a kit");
        Files.createDirectories(site.file("haproxy"));
        Files.writeString(site.file("haproxy/429.http"), "HTTP/1.1 429 Too Many Requests");
    }

    @AfterEach
    void close() {
        site.close();
    }

    @Test
    void aServerFolderIsNotADataset() throws Exception {
        assertThat(site.renew().datasets()).containsOnlyKeys("journals");
        assertThat(site.file("nginx/429.json")).doesNotExist();
        assertThat(site.file("haproxy/429.json")).doesNotExist();
    }

    @Test
    void aServerFolderWithNoticesWrittenByMistakeIsNotADataset() throws Exception {
        Files.writeString(site.file("nginx/429.json"), "{}");
        assertThat(site.renew().datasets()).containsOnlyKeys("journals");
    }

    @Test
    void aDatasetNamedLikeAServerHasItsNotices() throws Exception {
        site.dumps.publish(root, "nginx", Instant.parse("2026-11-21T03:00:00Z"), 5);
        assertThat(site.renew("haproxy").datasets())
                .containsOnlyKeys("haproxy", "journals", "nginx")
                .containsEntry("nginx", Availability.AVAILABLE);
        assertThat(site.json("nginx/429.json").at("/bulk_downloads/dataset").textValue())
                .isEqualTo("nginx");
    }

    @Test
    void aRemovedDatasetKeepsItsNotices() throws Exception {
        site.renew("gone");
        assertThat(site.renew().datasets()).containsEntry("gone", Availability.NONE);
    }
}
