package io.spillway.site;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.dataset.DumpId;
import io.spillway.destination.Digests;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.support.PublishedDumps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A reader reads all the time while two datasets are published concurrently. */
@Timeout(300)
class SiteReaderTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int DUMPS = 12;
    private static final Instant FIRST = Instant.parse("2026-01-04T03:00:00Z");

    @TempDir
    private Path root;

    private void publish(String dataset) throws Exception {
        PublishedDumps dumps = new PublishedDumps();
        try (LocalDirectory directory = LocalDirectory.open(root)) {
            SiteWriter site = new SiteWriter(
                    directory, List.of(), () -> directory.lockSite(Duration.ofMinutes(4))::close, Clock.systemUTC());
            for (int week = 0; week < DUMPS; week++) {
                DumpId dump = new DumpId(dataset, FIRST.plus(Duration.ofDays(7L * week)));
                ObjectKey key = new ObjectKey(dump.toString());
                Path folder = directory.newWorkFolder(key);
                dumps.in(folder, dataset, dump.instant(), week + 1);
                directory.place(folder, key, "manifest.json");
                site.publish(dataset);
            }
        }
    }

    /** Every link, and nothing that goes back in time. */
    private final class Reader {
        private final Map<String, String> newest = new HashMap<>();
        private int looks;

        void look() throws IOException {
            Path links = root.resolve("links.json");
            if (Files.exists(links)) {
                for (JsonNode dataset : JSON.readTree(Files.readAllBytes(links)).path("datasets")) {
                    follow(dataset, root, "links");
                }
                looks++;
            }
            for (String name : List.of("journals", "articles")) {
                Path latest = root.resolve(name).resolve("latest.json");
                if (Files.exists(latest)) {
                    follow(JSON.readTree(Files.readAllBytes(latest)), latest.getParent(), "latest");
                    JsonNode manifest =
                            JSON.readTree(Files.readAllBytes(root.resolve(name).resolve("latest/manifest.json")));
                    notOlder("link " + name, manifest.path("dump").textValue());
                }
            }
        }

        private void follow(JsonNode dataset, Path base, String where) throws IOException {
            notOlder(
                    where + " " + dataset.path("dataset").textValue(),
                    dataset.path("dump").textValue());
            JsonNode manifest = JSON.readTree(
                    Files.readAllBytes(base.resolve(dataset.path("manifest").textValue())));
            assertThat(manifest.path("dump")).isEqualTo(dataset.path("dump"));
            assertThat(manifest.path("documents")).isEqualTo(dataset.path("documents"));
            assertThat(dataset.path("files")).isNotEmpty();
            for (JsonNode file : dataset.path("files")) {
                byte[] bytes =
                        Files.readAllBytes(base.resolve(file.path("address").textValue()));
                assertThat(Digests.sha256(bytes)).isEqualTo(file.path("sha256").textValue());
            }
        }

        private void notOlder(String what, String dump) {
            String before = newest.put(what, dump);
            assertThat(dump).as(what).isGreaterThanOrEqualTo(before == null ? "" : before);
        }
    }

    @Test
    void everyLinkHoldsAtEveryMoment() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<?>> writers = List.of(
                    threads.submit(() -> {
                        publish("journals");
                        return null;
                    }),
                    threads.submit(() -> {
                        publish("articles");
                        return null;
                    }));
            Reader reader = new Reader();
            while (!writers.stream().allMatch(Future::isDone)) {
                reader.look();
            }
            for (Future<?> writer : writers) {
                writer.get();
            }
            reader.look();
            assertThat(reader.looks).isGreaterThan(2);
            String last = new DumpId("x", FIRST.plus(Duration.ofDays(7L * (DUMPS - 1)))).stamp();
            assertThat(reader.newest)
                    .containsEntry("links journals", "journals/" + last)
                    .containsEntry("links articles", "articles/" + last)
                    .containsEntry("link articles", "articles/" + last);
        } finally {
            threads.shutdownNow();
        }
    }
}
