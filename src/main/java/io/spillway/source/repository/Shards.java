package io.spillway.source.repository;

import io.spillway.fault.SpillwayException;
import io.spillway.source.repository.SnapshotContent.IndexMetadata;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Reads the lists of many shards at once, because a store of objects takes a while for each of many small requests. */
final class Shards {
    private Shards() {}

    /**
     * Reads and counts all shards of these indices.
     *
     * @param threads how many shards are read at once, at least 1
     * @return the shards in the order of the indices and of their numbers
     * @throws SpillwayException the failure of the first shard that cannot be read; {@code CANCELLED} after an interrupt, which
     *     stays set
     */
    static List<Shard> read(BlobStore store, SnapshotContent content, List<IndexMetadata> indices, int threads)
            throws SpillwayException {
        List<Callable<Shard>> shards = new ArrayList<>();
        for (IndexMetadata index : indices) {
            for (int shard = 0; shard < index.shards(); shard++) {
                int number = shard;
                shards.add(() -> read(store, content, index, number));
            }
        }
        ExecutorService pool = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "shards");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Future<Shard>> reading = shards.stream().map(pool::submit).toList();
            List<Shard> found = new ArrayList<>();
            for (Future<Shard> shard : reading) {
                found.add(shard.get());
            }
            return found;
        } catch (InterruptedException e) {
            throw SpillwayException.cancelled("while counting documents in the snapshot", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SpillwayException failure) {
                throw failure;
            }
            throw new IllegalStateException(e);
        } finally {
            pool.shutdownNow();
        }
    }

    private static Shard read(BlobStore store, SnapshotContent content, IndexMetadata index, int number)
            throws SpillwayException {
        try {
            return Shard.read(store, content, index, number);
        } catch (IOException | RuntimeException e) {
            throw new Faults(store)
                    .ofSnapshot(content.entry(), "shard %d of index \"%s\"".formatted(number, index.name()), e);
        }
    }
}
