package io.spillway.source.repository;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.progress.Progress;
import io.spillway.progress.StageClock;
import io.spillway.source.Fetched;
import io.spillway.source.PageReader;
import io.spillway.source.Slice;
import io.spillway.source.Snapshot;
import io.spillway.source.SnapshotHandle;
import io.spillway.source.SourceDescription;
import io.spillway.source.repository.SnapshotContent.IndexMetadata;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A snapshot that another process has chosen and counted. Reads the lists of those shards alone that a slice needs. */
final class BorrowedRepository implements Snapshot {
    private final BlobStore store;
    private final SnapshotContent content;
    private final RepositoryOptions options;
    private final SnapshotHandle handle;
    private final RepositoryHandle inner;
    private final List<Place> places;
    private final Map<Integer, Shard> shards = new ConcurrentHashMap<>();

    /** A shard whose list was not read. */
    private record Place(IndexMetadata index, int number) {}

    private BorrowedRepository(
            BlobStore store,
            SnapshotContent content,
            RepositoryOptions options,
            SnapshotHandle handle,
            RepositoryHandle inner,
            List<Place> places) {
        this.store = store;
        this.content = content;
        this.options = options;
        this.handle = handle;
        this.inner = inner;
        this.places = places;
    }

    /**
     * Finds the snapshot.
     *
     * @throws SpillwayException {@code SNAPSHOT_LOST} if the repository no longer has it
     */
    static BorrowedRepository of(BlobStore store, RepositoryOptions options, SnapshotHandle handle)
            throws SpillwayException {
        RepositoryHandle inner = RepositoryHandle.of(handle.inner());
        Repository repository;
        Repository.Entry entry;
        try {
            repository = Repository.read(store);
            entry = repository.snapshots().stream()
                    .filter(each -> each.uuid().equals(inner.uuid()))
                    .findFirst()
                    .orElse(null);
        } catch (IOException e) {
            throw new Faults(store).ofRepository(e);
        }
        if (entry == null) {
            throw new SpillwayException(
                    Fault.SNAPSHOT_LOST,
                    "the snapshot %s of %s was deleted while it was read".formatted(inner.uuid(), store.name()),
                    "nothing was published; export when no snapshots are deleted");
        }
        try {
            SnapshotContent content = SnapshotContent.read(store, repository, entry);
            List<Place> places = new ArrayList<>();
            for (String name : handle.description().indices()) {
                IndexMetadata index = content.index(name);
                for (int number = 0; number < index.shards(); number++) {
                    places.add(new Place(index, number));
                }
            }
            if (places.size() != inner.sizes().size()) {
                throw new MetadataBlob.DamagedException("it has %d shards, and had %d"
                        .formatted(places.size(), inner.sizes().size()));
            }
            return new BorrowedRepository(store, content, options, handle, inner, places);
        } catch (IOException | RuntimeException e) {
            throw new Faults(store).ofSnapshot(entry, "the metadata", e);
        }
    }

    @Override
    public PageReader read(Slice slice, StageClock clock, Progress progress) throws SpillwayException {
        RepositorySnapshot snapshot =
                new RepositorySnapshot(store, content, description(), options.reading(), List.of());
        try {
            return snapshot.read(RepositorySnapshot.stretches(slice, inner.sizes(), this::shard), clock);
        } catch (IOException | RuntimeException e) {
            throw snapshot.failed("a shard of slice " + slice.number(), e);
        }
    }

    private Shard shard(int ordinal) throws IOException {
        Shard known = shards.get(ordinal);
        if (known != null) {
            return known;
        }
        Place place = places.get(ordinal);
        Shard shard = Shard.read(store, content, place.index(), place.number());
        if (shard.size() != inner.sizes().get(ordinal)) {
            throw new MetadataBlob.DamagedException("%s has %d numbers, and had %d when they were counted"
                    .formatted(shard, shard.size(), inner.sizes().get(ordinal)));
        }
        shards.put(ordinal, shard);
        return shard;
    }

    @Override
    public String learned() {
        Map<Integer, Set<String>> verified = new TreeMap<>();
        shards.forEach((ordinal, shard) -> verified.put(ordinal, shard.files().verified()));
        return RepositoryHandle.learned(verified);
    }

    @Override
    public Instant takenAt() {
        return handle.takenAt();
    }

    @Override
    public SourceDescription description() {
        return handle.description().named(options.index());
    }

    @Override
    public long documents() {
        return handle.documents();
    }

    @Override
    public @Nullable Fetched fetched() {
        return store.fetched();
    }

    @Override
    public List<Slice> slices() {
        return IntStream.range(0, handle.slices())
                .mapToObj(number -> new Slice(number, handle.slices()))
                .toList();
    }

    @Override
    public int lanes() {
        return SliceCounts.lanes(options.reading(), handle.slices());
    }

    /** Nothing in the repository has to be released. */
    @Override
    public void close() {
        // Each slice closes its own files.
    }
}
