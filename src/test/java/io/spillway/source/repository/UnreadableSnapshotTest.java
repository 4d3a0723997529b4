package io.spillway.source.repository;

import static io.spillway.source.repository.RepositorySourceTest.assertRefused;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.smile.databind.SmileMapper;
import io.spillway.fault.Fault;
import io.spillway.source.Snapshot;
import io.spillway.support.RepositoryFixture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshots whose documents are elsewhere, or in a form that cannot be read: metadata of a real server with other values. */
class UnreadableSnapshotTest {
    private static final SmileMapper SMILE = new SmileMapper();

    @TempDir
    private Path folder;

    private Repository repository;
    private Repository.Entry snapshot;

    @BeforeEach
    void unpack() throws IOException {
        RepositoryFixture.unpack(folder);
        repository = Repository.read(new DirectoryBlobs(folder));
        snapshot = repository.snapshots().stream()
                .filter(entry -> entry.name().equals("nightly-2"))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"snapshot", "remote_snapshot"})
    void anIndexThatIsMountedFromAnotherSnapshotIsRefusedWithItsName(String type) throws Exception {
        rewrite(
                repository.metadata(snapshot, "records"),
                MetadataBlob.INDEX,
                metadata -> ((ObjectNode) metadata.at("/records/settings"))
                        .put("index.store.type", type)
                        .put("index.store.snapshot.snapshot_name", "old-1")
                        .put("index.store.snapshot.repository_name", "cold"));

        assertFreezeFails(
                Fault.SOURCE_REFUSED,
                "index \"records\" is mounted from the snapshot \"old-1\" of the repository \"cold\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"remote_store_index_shallow_copy\":true}", "{\"pinned_timestamp\":1764421048307}"})
    void aShallowCopyOfARemoteStoreIsRefused(String marked) throws Exception {
        ObjectNode mark = (ObjectNode) new ObjectMapper().readTree(marked);
        rewrite(description(), MetadataBlob.SNAPSHOT, root -> ((ObjectNode) root.path("snapshot")).setAll(mark));

        assertFreezeFails(Fault.SOURCE_REFUSED, "remote store of OpenSearch");
    }

    @Test
    void filesOfALuceneThatIsNewerThanAllReadersAreRefused() throws Exception {
        rewrite(
                list(),
                MetadataBlob.SNAPSHOT,
                root -> root.path("files").forEach(file -> ((ObjectNode) file).put("written_by", "11.0.0")));

        assertFreezeFails(Fault.SOURCE_REFUSED, "shard 0 of index \"records\"");
        assertFreezeFails(Fault.SOURCE_REFUSED, "Lucene 11");
    }

    @Test
    void anEncryptedRepositoryIsRefused() throws Exception {
        byte[] encrypted = Files.readAllBytes(folder.resolve(description()));
        for (int i = 0; i < encrypted.length; i++) {
            encrypted[i] ^= 0x5a;
        }
        Files.write(folder.resolve(description()), encrypted);

        assertFreezeFails(Fault.INTEGRITY, "altered or encrypted");
    }

    @Test
    void metadataInZstdIsRefused() throws Exception {
        Path file = folder.resolve(list());
        Files.write(
                file, BlobWriter.framed("ZSTD and a frame".getBytes(StandardCharsets.US_ASCII), MetadataBlob.SNAPSHOT));

        assertFreezeFails(Fault.INTEGRITY, "compressed with zstd");
    }

    @Test
    void aFileOfAnotherSnapshotIsDamage() throws Exception {
        rewrite(list(), MetadataBlob.SNAPSHOT, root -> ((ObjectNode) root).put("name", "nightly-1"));

        assertFreezeFails(Fault.INTEGRITY, "is of the snapshot \"nightly-1\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"name", "uuid", "state", "start_time", "end_time"})
    void aDescriptionThatDisagreesWithTheListIsDamage(String key) throws Exception {
        rewrite(description(), MetadataBlob.SNAPSHOT, root -> ((ObjectNode) root.path("snapshot")).put(key, "other"));

        assertFreezeFails(Fault.INTEGRITY, "disagrees with index-");
    }

    private void assertFreezeFails(Fault fault, String message) {
        assertRefused(fault, message, () -> {
            try (RepositorySource source = RepositorySource.open(
                            folder,
                            new RepositoryOptions(
                                    "nightly-2", null, "records", new RepositoryOptions.Reading(1, null, 64, false)),
                            RepositorySourceTest.inspector());
                    Snapshot frozen = source.freeze()) {
                throw new AssertionError("read " + frozen.documents());
            }
        });
    }

    private String description() {
        return "snap-" + snapshot.uuid() + ".dat";
    }

    private String list() throws IOException {
        return repository.folder("records", 0) + "/snap-" + snapshot.uuid() + ".dat";
    }

    /** Changes the content of a file, and its checksum with it. */
    private void rewrite(String path, String codec, Consumer<JsonNode> change) throws IOException {
        JsonNode content = Repository.blob(new DirectoryBlobs(folder), path, codec);
        change.accept(content);
        Files.write(folder.resolve(path), BlobWriter.framed(SMILE.writeValueAsBytes(content), codec));
    }
}
