package io.spillway.notices;

import static io.spillway.notices.PublishedNotices.TAKEN;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A reader is rejected all the time while dumps are published. */
@Timeout(120)
class NoticeReaderTest {
    private static final int DUMPS = 6;

    @TempDir
    private Path root;

    @Test
    void aConstantReaderSeesWholeNoticesAndExistingDumps() throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (PublishedNotices site = new PublishedNotices(root)) {
            site.renew("journals");
            Future<?> writer = thread.submit(() -> {
                for (int week = 0; week < DUMPS; week++) {
                    site.dumps.publish(root, "journals", TAKEN.plus(Duration.ofDays(7L * week)), week + 1);
                    site.site(site.directory).publish("journals");
                }
                return null;
            });
            Set<String> seen = new HashSet<>();
            String last = "";
            while (!writer.isDone()) {
                last = look(site, last);
                seen.add(last);
            }
            writer.get();
            assertThat(look(site, last)).isEqualTo("2026-12-26T030000Z");
            assertThat(seen).isNotEmpty();
        } finally {
            thread.shutdownNow();
        }
    }

    private String look(PublishedNotices site, String last) throws Exception {
        JsonNode downloads = site.json("journals/429.json").path("bulk_downloads");
        String dump = downloads.path("dump").asText("");
        assertThat(dump).isGreaterThanOrEqualTo(last);
        if (!dump.isEmpty()) {
            assertThat(root.resolve("journals").resolve(dump).resolve("manifest.json"))
                    .exists();
            assertThat(downloads.path("files")).hasSize(2);
        }
        assertThat(Files.readString(site.file("429.html"))).endsWith("</html>\n");
        assertThat(Files.readString(site.file("journals/403.de.txt")))
                .startsWith("403 ")
                .endsWith("\n");
        return dump;
    }
}
