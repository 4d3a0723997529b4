package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.fault.SpillwayException;
import io.spillway.run.ExportReport;
import io.spillway.run.SyntheticExport;
import io.spillway.source.DocumentSource;
import io.spillway.source.elasticsearch.CountedOnly;
import io.spillway.source.elasticsearch.ElasticsearchOptions;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Anonymous;
import io.spillway.source.elasticsearch.ElasticsearchOptions.NotUtf8;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Paging;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Patience;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Trust;
import io.spillway.source.elasticsearch.ElasticsearchSource;
import io.spillway.support.DatasetFolder;
import io.spillway.support.FaultProxy;
import io.spillway.support.FaultProxy.Kind;
import io.spillway.support.FaultStorm;
import io.spillway.support.FaultStorm.Other;
import io.spillway.support.TestCluster;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/**
 * Exports under seeded storms of faults: the published dump equals the index, or nothing is published. {@code mvn
 * verify} runs a few storms. {@code mvn verify -Dit.test=FaultCampaignIT -Dspillway.campaign.seeds=1000} runs a
 * thousand, and {@code -Dspillway.campaign.first} sets the first seed.
 */
class FaultCampaignIT {
    private static final int SEEDS = Integer.getInteger("spillway.campaign.seeds", 60);
    private static final int FIRST = Integer.getInteger("spillway.campaign.first", 0);
    private static final int DOCUMENTS = 700;
    private static final int MOST_SEEDS_WITHOUT_THE_PROOF = 200;
    private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]*)\"");
    /** Pauses of milliseconds, and few retries if a fault does not pass. */
    private static final Patience PATIENCE =
            new Patience(Duration.ofMillis(1), Duration.ofMillis(8), Duration.ofSeconds(3), 3);

    private final TestCluster cluster = TestCluster.shared();

    @TempDir
    private Path root;

    @Test
    void aStormPublishesExactlyTheIndexOrNothing(TestReporter reporter) throws Exception {
        List<Index> indices = List.of(index(1), index(3));
        Map<String, Integer> outcomes = new TreeMap<>();
        Map<FaultStorm.Fault, Integer> struck = new EnumMap<>(FaultStorm.Fault.class);
        List<String> wrong = new ArrayList<>();
        for (int seed = FIRST; seed < FIRST + SEEDS; seed++) {
            Index index = indices.get(seed % indices.size());
            SplittableRandom random = new SplittableRandom(seed);
            FaultStorm storm = storm(seed, random, index);
            String outcome = export(seed, random, index, storm, ElasticsearchSource::open, wrong);
            outcomes.merge(outcome, 1, Integer::sum);
            storm.struck().forEach((fault, times) -> struck.merge(fault, times.get(), Integer::sum));
        }
        reporter.publishEntry("storms", String.valueOf(SEEDS));
        reporter.publishEntry("outcomes", outcomes.toString());
        reporter.publishEntry("faults", struck.toString());
        assertThat(wrong).as("published but different from the index").isEmpty();
        assertThat(outcomes).as("outcomes").containsKey("published");
    }

    /** Shows that a campaign can fail: the storms are strong enough, and the comparison sees what they do. */
    @Test
    void theSameStormsPublishWrongDocumentsIfDocumentsAreOnlyCounted() throws Exception {
        Index index = index(3);
        List<String> counted = new ArrayList<>();
        List<String> proved = new ArrayList<>();
        // The order of the requests of several slices differs between runs, and with it what a storm does.
        for (int seed = 0; seed < MOST_SEEDS_WITHOUT_THE_PROOF && counted.isEmpty(); seed++) {
            export(seed, new SplittableRandom(seed), index, balanced(seed, index), CountedOnly::open, counted);
            export(seed, new SplittableRandom(seed), index, balanced(seed, index), ElasticsearchSource::open, proved);
        }
        assertThat(counted).as("wrong dumps where documents are counted").isNotEmpty();
        assertThat(proved).as("wrong dumps where each document is proved").isEmpty();
    }

    /** What one of these faults loses, another doubles. */
    private static FaultStorm balanced(int seed, Index index) {
        return new FaultStorm(
                seed,
                0.1,
                List.of(
                        FaultStorm.Fault.MISSING_HIT,
                        FaultStorm.Fault.DOUBLED_HIT,
                        FaultStorm.Fault.HIT_IN_THE_PLACE_OF_ANOTHER),
                index.other());
    }

    /** Every third storm has all faults. The others have few, so that a loss by one fault is not hidden by another. */
    private static FaultStorm storm(int seed, SplittableRandom random, Index index) {
        List<FaultStorm.Fault> all = List.of(FaultStorm.Fault.values());
        List<FaultStorm.Fault> some = all;
        if (seed % 3 != 0) {
            some = random.ints(2 + random.nextInt(3), 0, all.size())
                    .mapToObj(all::get)
                    .toList();
        }
        return new FaultStorm(seed, 0.02 + 0.3 * random.nextDouble() * random.nextDouble(), some, index.other());
    }

    /** The outcome of the export in one word. */
    private String export(
            int seed, SplittableRandom random, Index index, FaultStorm storm, Opening opening, List<String> wrong)
            throws Exception {
        Path folder = Files.createTempDirectory(root, "seed-" + seed + "-");
        int slices = List.of(1, 2, 4, 7).get(random.nextInt(4));
        Paging paging = new Paging(slices, 3, 2_000, Duration.ofSeconds(5), 1.0, NotUtf8.STOP, PATIENCE);
        try (FaultProxy proxy = FaultProxy.before(cluster.url(), seed)) {
            for (Kind kind : List.of(Kind.PAGE, Kind.COUNT)) {
                proxy.disturb(kind, n -> true, storm);
            }
            try (DocumentSource source = opening.open(new ElasticsearchOptions(
                    proxy.url(), new Anonymous(), new Trust(null, null), index.name(), null, paging))) {
                ExportReport report = new SyntheticExport(folder, source).run();
                String difference = DatasetFolder.difference(
                        index.lines(), SyntheticExport.lines(folder, report.manifest(), "gzip"));
                if (!difference.isEmpty()) {
                    wrong.add("seed %d, %d slices: %s, faults %s".formatted(seed, slices, difference, storm.struck()));
                    return "wrong";
                }
                return "published";
            }
        } catch (SpillwayException e) {
            List<Path> dumps = new DatasetFolder(folder, "journals").dumps();
            if (!dumps.isEmpty()) {
                wrong.add("seed %d: %s, and yet published %s".formatted(seed, e.getMessage(), dumps));
            }
            return e.fault().name();
        }
    }

    /** How an export opens its source. */
    private interface Opening {
        DocumentSource open(ElasticsearchOptions options) throws SpillwayException;
    }

    /**
     * An index in its last state.
     *
     * @param lines the documents
     * @param other points in time that an export must not read
     */
    private record Index(String name, List<String> lines, Other other) {}

    /** Documents with up to three nested documents. Some were deleted and some replaced after another point in time. */
    private Index index(int shards) throws Exception {
        String name = cluster.newIndex("""
                {"settings": {"number_of_shards": %d, "number_of_replicas": 0, "max_result_window": 40},
                 "mappings": {"properties": {"authors": {"type": "nested"}}}}
                """.formatted(shards));
        String copy = cluster.newIndex(shards);
        Map<Integer, String> lines = new TreeMap<>();
        put(List.of(name, copy), lines, 0, DOCUMENTS, "first");
        String older = pit(name);
        StringBuilder deletions = new StringBuilder();
        for (int n = 0; n < DOCUMENTS; n += 9) {
            deletions.append("{\"delete\":{\"_id\":\"").append(n).append("\"}}\n");
            lines.remove(n);
        }
        cluster.bulk(name, deletions.toString().getBytes(StandardCharsets.UTF_8));
        put(List.of(name), lines, 200, 240, "second");
        put(List.of(name), lines, DOCUMENTS, DOCUMENTS + DOCUMENTS / 9 + 1, "third");
        return new Index(name, List.copyOf(lines.values()), new Other(older, pit(copy)));
    }

    private void put(List<String> indices, Map<Integer, String> lines, int from, int to, String word) throws Exception {
        StringBuilder body = new StringBuilder();
        for (int n = from; n < to; n++) {
            String authors = "{\"name\":\"a\"},".repeat(n % 4);
            String line = "{\"n\":%d,\"word\":\"%s é 日\",\"authors\":[%s{\"name\":\"b\"}]}".formatted(n, word, authors);
            lines.put(n, line);
            body.append("{\"index\":{\"_id\":\"%d\"}}\n%s\n".formatted(n, line));
        }
        for (String index : indices) {
            cluster.bulk(index, body.toString().getBytes(StandardCharsets.UTF_8));
            cluster.request("POST", "/" + index + "/_refresh", null);
        }
    }

    private String pit(String index) throws Exception {
        Matcher id = ID.matcher(cluster.request("POST", "/" + index + "/_pit?keep_alive=2h", null));
        assertThat(id.find()).isTrue();
        return id.group(1);
    }
}
