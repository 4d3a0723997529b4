package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.destination.s3.S3Server;
import io.spillway.support.Dump;
import io.spillway.support.SnapshotRepository;
import io.spillway.support.Spillway;
import io.spillway.support.TestCluster;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;

/** What an export fetches from a bucket with the repository of a real server. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class RepositoryBytesIT {
    private static final int DOCUMENTS = 10_000;
    private static final int WORDS = 5_000;
    private static final double MOST = 0.4;

    @TempDir
    private Path folder;

    @Test
    void ofAnIndexWithTheDefaultMappingAtMostTwoFifthsAreFetched() throws Exception {
        TestCluster cluster = TestCluster.shared();
        String index = cluster.newIndex("{\"settings\": {\"number_of_shards\": 2, \"number_of_replicas\": 0}}");
        cluster.bulk(index, documents().getBytes(StandardCharsets.UTF_8));
        cluster.request("POST", "/" + index + "/_refresh", null);
        SnapshotRepository repository = cluster.newRepository("");
        repository.take("nightly", index);

        try (S3Server server = S3Server.inMemory()) {
            long all = 0;
            for (String file : SnapshotRepository.files(repository.directory())) {
                Path path = repository.directory().resolve(file);
                server.client()
                        .putObject(request -> request.bucket(S3Server.BUCKET).key(file), RequestBody.fromFile(path));
                all += file.startsWith("indices/") ? Files.size(path) : 0;
            }

            String schedule = schedule(server, index).toString();
            String plan = Spillway.run("plan", schedule).succeeded().out();
            Spillway.run("export", schedule).succeeded();

            Dump dump = Dump.only(folder.resolve("dumps"), "records");
            assertThat(dump.lines()).hasSize(DOCUMENTS);
            JsonNode fetched = new JsonMapper()
                    .readTree(dump.folder().resolve("run.json").toFile())
                    .path("fetched");
            assertThat(fetched.path("bytes").asDouble() / all)
                    .as("%s of %d", fetched, all)
                    .isBetween(0.01, MOST);
            assertThat(plan).containsPattern("reads         about .* of .*; this plan fetched .* in \\d+ requests");
        }
    }

    /** Records with titles, texts, names, numbers and dates, of words that are as frequent as in a language. */
    private static String documents() {
        Random random = new Random(20);
        StringBuilder bulk = new StringBuilder();
        for (int i = 0; i < DOCUMENTS; i++) {
            bulk.append("""
                    {"index":{}}
                    {"title":"%s","note":"%s","authors":[{"name":"%s","orcid":"%016d"},{"name":"%s"}],"year":%d,\
                    "published":"20%02d-%02d-01","pages":%d,"open":%b}
                    """.formatted(
                            words(random, 8),
                            words(random, 12),
                            words(random, 2),
                            random.nextLong(1L << 52),
                            words(random, 2),
                            1950 + random.nextInt(75),
                            random.nextInt(25),
                            1 + random.nextInt(12),
                            random.nextInt(900),
                            random.nextBoolean()));
        }
        return bulk.toString();
    }

    private static String words(Random random, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> word((int) (WORDS * Math.pow(random.nextDouble(), 3))))
                .collect(Collectors.joining(" "));
    }

    private static String word(int number) {
        Random letters = new Random(number);
        return letters.ints(3 + letters.nextInt(8), 'a', 'z' + 1)
                .mapToObj(letter -> String.valueOf((char) letter))
                .collect(Collectors.joining());
    }

    private Path schedule(S3Server server, String index) throws Exception {
        return Files.writeString(folder.resolve("records.yaml"), """
                dataset: records
                source:
                  snapshot-repository:
                    s3:
                      bucket: %s
                      endpoint: "%s"
                      path-style: true
                      access-key: ${file:%s}
                      secret-key: ${file:%s}
                  index: %s
                fields: {unlisted: publish}
                destinations: [directory: %s]
                """.formatted(
                        S3Server.BUCKET,
                        server.endpoint(),
                        Files.writeString(folder.resolve("access.txt"), S3Server.ACCESS_KEY),
                        Files.writeString(folder.resolve("secret.txt"), S3Server.SECRET_KEY),
                        index,
                        folder.resolve("dumps")));
    }
}
