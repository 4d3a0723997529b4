import io.spillway.fault.SpillwayException;
import io.spillway.progress.Progress;
import io.spillway.progress.StageClock;
import io.spillway.source.PageReader;
import io.spillway.source.Slice;
import io.spillway.source.Snapshot;
import io.spillway.source.elasticsearch.StoredIndices;
import io.spillway.source.repository.IndexInspector;
import io.spillway.source.repository.RepositoryOptions;
import io.spillway.source.repository.RepositorySource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Reads all documents of an index in a snapshot repository as an export does, and throws their bytes away: {@code java -cp
 * spillway.jar ReadSnapshot.java DIRECTORY INDEX LANES}. Prints how many it read.
 */
final class ReadSnapshot {
    public static void main(String[] args) throws Exception {
        int lanes = Integer.parseInt(args[2]);
        RepositoryOptions options = new RepositoryOptions(
                RepositoryOptions.LATEST, null, args[1], new RepositoryOptions.Reading(lanes, lanes, 4 << 20, false));
        ExecutorService threads = Executors.newFixedThreadPool(lanes);
        try (RepositorySource source = RepositorySource.open(Path.of(args[0]), options, ReadSnapshot::inspect);
                Snapshot snapshot = source.freeze()) {
            List<Future<Long>> counts = new ArrayList<>();
            for (Slice slice : snapshot.slices()) {
                counts.add(threads.submit(() -> read(snapshot, slice)));
            }
            long documents = 0;
            for (Future<Long> count : counts) {
                documents += count.get();
            }
            if (documents != snapshot.documents() || documents != snapshot.recount()) {
                throw new IllegalStateException("read " + documents + " of " + snapshot.documents() + " documents");
            }
            System.out.println(documents);
        } finally {
            threads.shutdown();
        }
    }

    private static long read(Snapshot snapshot, Slice slice) throws Exception {
        long documents = 0;
        try (PageReader pages = snapshot.read(slice, new StageClock(), new Progress())) {
            for (var page = pages.next(); page.isPresent(); page = pages.next()) {
                documents += page.get().documents().size();
            }
        }
        return documents;
    }

    private static IndexInspector.Found inspect(boolean openSearch, List<IndexInspector.Index> indices)
            throws SpillwayException {
        StoredIndices stored = new StoredIndices(openSearch);
        for (IndexInspector.Index index : indices) {
            stored.add(index.name(), index.mapping(), index.settings());
        }
        return new IndexInspector.Found(stored.fields(), stored.mayHoldUnmapped());
    }
}
