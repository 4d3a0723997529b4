package io.spillway.site;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.catalog.CatalogIndex;
import io.spillway.catalog.OwnFiles;
import io.spillway.dataset.DumpId;
import io.spillway.deliver.Withdrawals;
import io.spillway.destination.Destination;
import io.spillway.support.CountedDestination;
import io.spillway.support.FakeBucket;
import io.spillway.support.PublishedDumps;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two machines publish different datasets to one bucket. The first is stopped before one of its requests, at each in turn, and
 * continues when the second is done. Neither loses what the other wrote. {@code -Dspillway.publishers.step=1} stops it at every
 * request.
 */
@Timeout(300)
@Tag("slow")
class TwoDatasetsTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Instant FIRST = Instant.parse("2026-11-14T03:00:00Z");
    private static final Instant SECOND = Instant.parse("2026-11-21T03:00:00Z");

    /** Pages in other languages than the first: they are written alike. */
    private static final Pattern ALIKE = Pattern.compile("index\\.[a-z-]+\\.html$");

    /** Of the other requests every such one is tried; 1 for all of them. */
    private static final int STEP = Integer.getInteger("spillway.publishers.step", 3);

    private static final Clock NOW = Clock.fixed(Instant.parse("2026-11-22T00:00:00Z"), ZoneOffset.UTC);

    @TempDir
    private Path folder;

    private final PublishedDumps dumps = new PublishedDumps();
    private final TreeMap<String, byte[]> site = new TreeMap<>();

    /** What the second machine does. */
    enum Work {
        EXPORT,
        WITHDRAW,
        FIRST_EXPORT,
        WITHOUT_AN_INDEX
    }

    @BeforeEach
    void publish() throws Exception {
        FakeBucket bucket = new FakeBucket("s3://bucket/");
        for (String dataset : List.of("articles", "journals", "zines")) {
            put(bucket, dataset, FIRST);
        }
        put(bucket, "articles", FIRST.minusSeconds(9));
        writer(bucket).rebuild(Set.of());
        put(bucket, "journals", SECOND);
        site.putAll(bucket.objects);
    }

    private void put(FakeBucket bucket, String dataset, Instant taken) throws Exception {
        Path made = folder.resolve(dataset + taken.getEpochSecond());
        if (!Files.exists(made)) {
            dumps.parts = 1;
            dumps.in(Files.createDirectory(made), dataset, taken, 1);
        }
        try (var files = Files.list(made)) {
            for (Path file : files.toList()) {
                bucket.objects.put(new DumpId(dataset, taken) + "/" + file.getFileName(), Files.readAllBytes(file));
            }
        }
    }

    private FakeBucket copy(Map<String, byte[]> objects) {
        FakeBucket bucket = new FakeBucket("s3://bucket/");
        bucket.objects.putAll(objects);
        return bucket;
    }

    private static SiteWriter writer(Destination place) {
        return new SiteWriter(place, List.of(), SiteWriter.Turns.NONE, NOW);
    }

    @ParameterizedTest
    @EnumSource
    void neitherLosesTheEntryOfTheOther(Work work) throws Exception {
        if (work == Work.WITHOUT_AN_INDEX) {
            site.remove(CatalogIndex.FILE_NAME);
        }
        CountedDestination alone = new CountedDestination(copy(site));
        writer(alone).publish("journals");
        List<String> requests = alone.requests();
        int different = List.of(Work.values()).indexOf(work);
        for (int request = 1; request <= requests.size(); request++) {
            if (!ALIKE.matcher(requests.get(request - 1)).find() && different++ % STEP == 0) {
                stoppedAt(request, work);
            }
        }
        assertThat(different).isGreaterThan(50);
    }

    private void stoppedAt(int request, Work work) throws Exception {
        FakeBucket bucket = copy(site);
        CountedDestination first = new CountedDestination(bucket);
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        AtomicBoolean done = new AtomicBoolean(); // manifests are read by several threads, of which one stops
        first.before(number -> {
            if (number == request) {
                other(bucket, work);
                done.set(true);
            } else if (done.get()) {
                seen.add(String.valueOf(dump(bucket)));
            }
        });
        writer(first).publish("journals");
        String where = "stopped before request %d, %s"
                .formatted(request, first.requests().get(request - 1));
        assertThat(seen).as(where).allMatch(String.valueOf(dump(bucket))::equals);

        FakeBucket rebuilt = copy(bucket.objects);
        rebuilt.objects.remove(CatalogIndex.FILE_NAME);
        writer(rebuilt).rebuild(Set.of());
        assertThat(root(bucket)).as(where).isEqualTo(root(rebuilt));
        assertThat(CatalogIndex.read(bucket)).as(where).isEqualTo(CatalogIndex.read(rebuilt));
        assertThat(bucket.objects.keySet()).as(where).noneMatch(key -> key.startsWith(CatalogIndex.REMOVALS));
    }

    private void other(FakeBucket bucket, Work work) {
        try {
            switch (work) {
                case FIRST_EXPORT -> {
                    put(bucket, "new", SECOND);
                    writer(bucket).publish("new");
                }
                case WITHDRAW ->
                    new Withdrawals(bucket, false, List.of(bucket), "articles", NOW)
                            .withdraw(
                                    new DumpId("articles", FIRST),
                                    "wrong",
                                    true,
                                    place -> writer(place).publish("articles"));
                default -> {
                    put(bucket, "articles", SECOND);
                    writer(bucket).publish("articles");
                }
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** The dump of the other dataset in the links, or null. */
    private static JsonNode dump(FakeBucket bucket) {
        try {
            Map<String, JsonNode> links = new TreeMap<>();
            JSON.readTree(bucket.objects.get("links.json"))
                    .path("datasets")
                    .forEach(each -> links.put(each.path("dataset").asText(), each.path("dump")));
            return links.getOrDefault("new", links.getOrDefault("articles", JSON.nullNode()));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, String> root(FakeBucket bucket) {
        Map<String, String> root = new TreeMap<>();
        bucket.objects.forEach((key, bytes) -> {
            if (!key.contains("/") && !key.equals(OwnFiles.FILE_NAME) && !key.equals(CatalogIndex.FILE_NAME)) {
                root.put(key, new String(bytes, StandardCharsets.UTF_8));
            }
        });
        return root;
    }
}
