package io.spillway.source.repository;

import com.fasterxml.jackson.databind.JsonNode;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.source.Document;
import io.spillway.source.DocumentSource;
import io.spillway.source.Page;
import io.spillway.source.PageReader;
import io.spillway.source.Snapshot;
import io.spillway.source.SnapshotHandle;
import io.spillway.source.SourceDescription;
import io.spillway.source.SourceSurvey;
import io.spillway.source.SourceSurvey.KeptSnapshot;
import io.spillway.source.repository.IndexInspector.Found;
import io.spillway.source.repository.IndexInspector.Index;
import io.spillway.source.repository.SnapshotContent.IndexMetadata;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Documents of one index, alias, data stream or pattern in a snapshot repository. Reads files only; no cluster is contacted.
 * Used by one export at a time.
 */
public final class RepositorySource implements DocumentSource {
    private static final Logger LOG = LoggerFactory.getLogger(RepositorySource.class);
    private static final int SAMPLE_DOCUMENTS = 100;

    private final RepositoryOptions options;
    private final IndexInspector inspector;
    private final BlobStore store;
    private final Clock clock = Clock.systemUTC();

    private RepositorySource(RepositoryOptions options, IndexInspector inspector, BlobStore store) {
        this.options = options;
        this.inspector = inspector;
        this.store = store;
    }

    /**
     * A source that has read nothing yet.
     *
     * @param directory the repository
     * @param inspector knows what mappings and settings mean
     */
    public static RepositorySource open(Path directory, RepositoryOptions options, IndexInspector inspector) {
        return new RepositorySource(options, inspector, new DirectoryBlobs(directory));
    }

    /**
     * The same for a repository in a store of objects.
     *
     * @param store closed together with the source
     */
    public static RepositorySource open(ObjectStore store, RepositoryOptions options, IndexInspector inspector) {
        return new RepositorySource(options, inspector, new CachedObjects(store));
    }

    @Override
    public String name() {
        return options.index() + " in the snapshot repository " + store.name();
    }

    @Override
    public Snapshot freeze() throws SpillwayException {
        return count(SnapshotChoice.of(store, options, clock));
    }

    /** Reads the lists of segments, and counts their documents. */
    private RepositorySnapshot count(SnapshotChoice choice) throws SpillwayException {
        SnapshotContent content = choice.snapshot();
        SourceDescription description = describe(choice);
        List<Shard> shards = Shards.read(store, content, choice.indices(), SliceCounts.wantedLanes(options.reading()));
        RepositorySnapshot snapshot = new RepositorySnapshot(store, content, description, options.reading(), shards);
        LOG.info(
                "snapshot chosen name=\"{}\" started={} indices={} documents={} bytes={}",
                content.entry().name(),
                content.started(),
                description.indices(),
                snapshot.documents(),
                shards.stream().mapToLong(shard -> shard.files().bytes()).sum());
        return snapshot;
    }

    @Override
    public Snapshot reopen(SnapshotHandle handle, int readers) throws SpillwayException {
        return BorrowedRepository.of(store, options, handle);
    }

    private SourceDescription describe(SnapshotChoice choice) throws SpillwayException {
        List<Index> indices = new ArrayList<>();
        int shards = 0;
        boolean openSearch = false;
        for (IndexMetadata index : choice.indices()) {
            requireOwnFiles(index);
            openSearch |= index.isOfOpenSearch();
            indices.add(new Index(index.name(), index.mapping(), index.settings()));
            shards += index.shards();
        }
        Found found = inspector.inspect(openSearch, indices);
        return new SourceDescription(
                openSearch ? "opensearch" : "elasticsearch",
                choice.snapshot().serverVersion(),
                options.index(),
                choice.indices().stream().map(IndexMetadata::name).toList(),
                shards,
                false,
                found.fields(),
                new SourceDescription.Reading(
                        false,
                        null,
                        new SourceDescription.Kept(
                                choice.snapshot().entry().name(),
                                choice.snapshot().ended())),
                found.unmapped());
    }

    /** An index that was mounted from a snapshot has its files there. */
    private static void requireOwnFiles(IndexMetadata index) throws SpillwayException {
        JsonNode type = index.settings().path("index.store.type");
        if (type.asText().equals("snapshot") || type.asText().equals("remote_snapshot")) {
            throw new SpillwayException(
                    Fault.SOURCE_REFUSED,
                    "index \"%s\" is mounted from the snapshot \"%s\" of the repository \"%s\""
                            .formatted(
                                    index.name(),
                                    index.settings()
                                            .path("index.store.snapshot.snapshot_name")
                                            .asText(),
                                    index.settings()
                                            .path("index.store.snapshot.repository_name")
                                            .asText()),
                    "read that snapshot with source.snapshot and the name that the index has there");
        }
    }

    @Override
    public SourceSurvey survey() throws SpillwayException {
        SnapshotChoice choice = SnapshotChoice.of(store, options, clock);
        RepositorySnapshot snapshot = count(choice);
        List<Document> sample = sample(snapshot);
        return new SourceSurvey(
                snapshot.description(),
                snapshot.documents(),
                snapshot.slices().size(),
                snapshot.lanes(),
                sample.size(),
                sample.stream().mapToLong(document -> document.length() + 1L).sum(),
                sample,
                SourceSurvey.KEEP_ALIVE,
                snapshot.volume(),
                kept(choice.snapshots(), choice.snapshot().entry().uuid()));
    }

    @Override
    public List<KeptSnapshot> snapshots() throws SpillwayException {
        try {
            return kept(Repository.read(store).snapshots(), "");
        } catch (IOException e) {
            throw new Faults(store).ofRepository(e);
        }
    }

    private static List<KeptSnapshot> kept(List<Repository.Entry> snapshots, String read) {
        return snapshots.stream()
                .map(entry -> new KeptSnapshot(
                        entry.name(),
                        entry.state().name(),
                        entry.started(),
                        entry.uuid().equals(read)))
                .toList();
    }

    /** Some documents of the first slice that has any; their files are not read as a whole. */
    private static List<Document> sample(RepositorySnapshot snapshot) throws SpillwayException {
        try {
            for (var slice : snapshot.slices()) {
                try (PageReader pages = snapshot.sample(slice)) {
                    Optional<Page> page = pages.next();
                    if (page.isPresent()) {
                        return page.get().documents().stream()
                                .limit(SAMPLE_DOCUMENTS)
                                .map(Document::copy)
                                .toList();
                    }
                }
            }
            return List.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SpillwayException(
                    Fault.CANCELLED,
                    "cancelled while reading a sample of "
                            + snapshot.description().name(),
                    null,
                    e);
        }
    }

    @Override
    public void close() {
        store.close();
    }
}
