package io.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.destination.s3.S3FaultProxy;
import io.spillway.destination.s3.S3FaultProxy.Fault;
import io.spillway.destination.s3.S3FaultProxy.Kind;
import io.spillway.destination.s3.S3Server;
import io.spillway.support.Dump;
import io.spillway.support.RepositoryFixture;
import io.spillway.support.SnapshotRepository;
import io.spillway.support.Spillway;
import io.spillway.support.Spillway.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;

/** A snapshot repository in a bucket of a real S3 server: the files of a directory, uploaded as they are. */
class RepositoryBucketTest {
    private static final String BASE_PATH = "backups/search";

    @TempDir
    private Path folder;

    private Path repository;
    private Path root;
    private S3Server server;
    private S3FaultProxy proxy;

    @BeforeEach
    void start() throws Exception {
        repository = RepositoryFixture.unpack(Files.createDirectory(folder.resolve("repository")));
        root = folder.resolve("dumps");
        server = S3Server.inMemory();
        proxy = S3FaultProxy.before(server.endpoint());
        upload(repository);
    }

    @AfterEach
    void close() throws Exception {
        proxy.close();
        server.close();
    }

    @Test
    void theDumpIsThatOfTheDirectoryAndItsRunCountsRequestsAndBytes() throws Exception {
        Path other = folder.resolve("other");
        Spillway.run(
                        "export",
                        "--snapshot-repository",
                        repository.toString(),
                        "--index",
                        "records,other",
                        "--dataset",
                        "records",
                        "--to",
                        other.toString())
                .succeeded();

        export(S3Server.SECRET_KEY).succeeded();

        Dump dump = Dump.only(root, "records");
        assertThat(dump.lines())
                .hasSize(32)
                .containsExactlyElementsOf(Dump.only(other, "records").lines());
        assertThat(proxy.seen()).containsOnly(Kind.LIST, Kind.GET);
        JsonNode fetched = new JsonMapper()
                .readTree(dump.folder().resolve("run.json").toFile())
                .path("fetched");
        assertThat(fetched.path("requests").asInt())
                .isPositive()
                .isLessThanOrEqualTo(proxy.seen().size());
        assertThat(fetched.path("bytes").asLong()).isPositive();
    }

    @Test
    void whatFailsForAMomentIsReadAgain() throws Exception {
        proxy.disturb((kind, number) -> number % 9 == 4 ? Fault.INTERNAL_ERROR : number % 9 == 8 ? Fault.CUT : null);

        export(S3Server.SECRET_KEY).succeeded();

        assertThat(Dump.only(root, "records").lines()).hasSize(32);
    }

    @Test
    void objectsThatVanishWhileTheyAreReadPublishNothing() throws Exception {
        export(S3Server.SECRET_KEY).succeeded();
        int requests = proxy.seen().size();
        root = folder.resolve("again");

        for (int at : List.of(requests / 3, requests / 2, requests * 3 / 4, requests - 3)) {
            proxy.disturb((kind, number) -> {
                if (number == at) {
                    removeShards();
                }
                return null;
            });
            Outcome refused = export(S3Server.SECRET_KEY).refused(30);

            assertThat(refused.err()).contains("is missing");
            Dump.assertNothingPublished(root);
            proxy.disturb((kind, number) -> null);
            upload(repository.resolve("indices"));
        }
    }

    @Test
    void wrongKeysAreRefusedWithTheRightsThatAreNeeded() throws Exception {
        Outcome refused = export("wrong" + S3Server.SECRET_KEY).refused(12);

        assertThat(refused.err()).contains("source s3://dumps/backups/search/", "secret key");
        Dump.assertNothingPublished(root);
    }

    @Test
    void planStatesHowMuchIsRead() throws Exception {
        Outcome plan =
                Spillway.run("plan", schedule(S3Server.SECRET_KEY).toString()).succeeded();

        assertThat(plan.out())
                .contains("in the snapshot repository s3://dumps/backups/search/")
                .containsPattern(
                        "reads         about .* of .* in the files of these indices; this plan fetched .* in \\d+ requests");
    }

    private void removeShards() {
        server.client()
                .listObjectsV2(request -> request.bucket(S3Server.BUCKET).prefix(BASE_PATH + "/indices/"))
                .contents()
                .forEach(object -> server.client()
                        .deleteObject(request -> request.bucket(S3Server.BUCKET).key(object.key())));
    }

    private void upload(Path below) throws IOException {
        for (String file : SnapshotRepository.files(repository)) {
            if (repository.resolve(file).startsWith(below)) {
                server.client()
                        .putObject(
                                request -> request.bucket(S3Server.BUCKET).key(BASE_PATH + "/" + file),
                                RequestBody.fromFile(repository.resolve(file)));
            }
        }
    }

    private Outcome export(String secretKey) throws IOException {
        return Spillway.run("export", schedule(secretKey).toString());
    }

    private Path schedule(String secretKey) throws IOException {
        Path keys = Files.writeString(folder.resolve("secret.txt"), secretKey);
        return Files.writeString(folder.resolve("records.yaml"), """
                dataset: records
                source:
                  snapshot-repository:
                    s3:
                      bucket: %s
                      base-path: %s
                      endpoint: "%s"
                      path-style: true
                      access-key: ${file:%s}
                      secret-key: ${file:%s}
                  index: records,other
                fields: {unlisted: publish}
                destinations: [directory: %s]
                """.formatted(
                        S3Server.BUCKET,
                        BASE_PATH,
                        proxy.endpoint(),
                        Files.writeString(folder.resolve("access.txt"), S3Server.ACCESS_KEY),
                        keys,
                        root));
    }
}
