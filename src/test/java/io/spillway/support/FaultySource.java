package io.spillway.support;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.progress.Progress;
import io.spillway.progress.StageClock;
import io.spillway.source.Document;
import io.spillway.source.DocumentSource;
import io.spillway.source.Page;
import io.spillway.source.PageReader;
import io.spillway.source.Slice;
import io.spillway.source.Snapshot;
import io.spillway.source.SnapshotHandle;
import io.spillway.source.SourceDescription;
import io.spillway.source.SourceSurvey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/**
 * A source that fails on request: a wrong count, a fault before the n-th page, lost snapshots, a blocking reader.
 * Everything else comes from the underlying source. Pages are counted from 1 in each snapshot, across all of its
 * slices. Set up before the first snapshot, safe for many threads from then on.
 */
public final class FaultySource implements DocumentSource {
    private final DocumentSource source;
    private OptionalLong pretended = OptionalLong.empty();
    private int strikingPage = Integer.MAX_VALUE;
    private Strike strike = () -> {};
    private UnaryOperator<List<Document>> change = UnaryOperator.identity();
    private OptionalLong recounted = OptionalLong.empty();
    private int snapshotsToLose;
    private Runnable whenClosed = () -> {};
    private final AtomicInteger snapshots = new AtomicInteger();
    private final CountDownLatch blocked = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    /** Runs in place of a page; the page follows if this returns. */
    @FunctionalInterface
    public interface Strike {
        /** Throws, blocks or returns. */
        void strike() throws SpillwayException, InterruptedException;
    }

    /** A source that behaves like {@code source}, which the caller still owns. */
    public FaultySource(DocumentSource source) {
        this.source = source;
    }

    /** Claims this number of documents, whatever the real number is. */
    public FaultySource pretending(long documents) {
        pretended = OptionalLong.of(documents);
        return this;
    }

    /** Runs {@code strike} before the n-th page of every snapshot. */
    public FaultySource atPage(int n, Strike what) {
        strikingPage = n;
        strike = what;
        return this;
    }

    /** Returns these documents in place of every page's own. */
    public FaultySource changing(UnaryOperator<List<Document>> documents) {
        change = documents;
        return this;
    }

    /** Returns this count when it is counted again, after everything was read. */
    public FaultySource recounting(long documents) {
        recounted = OptionalLong.of(documents);
        return this;
    }

    /** Blocks before the n-th page, until {@link #release()} or an interrupt. */
    public FaultySource blockingAtPage(int n) {
        return atPage(n, () -> {
            blocked.countDown();
            released.await();
        });
    }

    /** Loses this many snapshots, from the first, each before its second page. */
    public FaultySource losingSnapshots(int times) {
        snapshotsToLose = times;
        return this;
    }

    /** Runs this after each snapshot is closed, on the thread that closed it. */
    public FaultySource whenClosed(Runnable what) {
        whenClosed = what;
        return this;
    }

    /** Waits until a reader blocks. */
    public void awaitBlocked() throws InterruptedException {
        blocked.await();
    }

    /** Releases the blocked reader. */
    public void release() {
        released.countDown();
    }

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public SourceSurvey survey() throws SpillwayException {
        return source.survey();
    }

    @Override
    public Snapshot freeze() throws SpillwayException, InterruptedException {
        return new Faulty(source.freeze(), snapshots.incrementAndGet() <= snapshotsToLose);
    }

    @Override
    public Snapshot reopen(SnapshotHandle handle, int readers) throws SpillwayException, InterruptedException {
        return new Faulty(source.reopen(handle, readers), snapshots.get() <= snapshotsToLose);
    }

    @Override
    public void close() {
        source.close();
    }

    private final class Faulty implements Snapshot {
        private final Snapshot snapshot;
        private final boolean toBeLost;
        private final AtomicInteger pages = new AtomicInteger();

        Faulty(Snapshot snapshot, boolean toBeLost) {
            this.snapshot = snapshot;
            this.toBeLost = toBeLost;
        }

        @Override
        public Instant takenAt() {
            return snapshot.takenAt();
        }

        @Override
        public SourceDescription description() {
            return snapshot.description();
        }

        @Override
        public long documents() {
            return pretended.orElse(snapshot.documents());
        }

        @Override
        public long recount() throws SpillwayException, InterruptedException {
            OptionalLong faked = recounted.isPresent() ? recounted : pretended;
            return faked.isPresent() ? faked.getAsLong() : snapshot.recount();
        }

        @Override
        public List<Slice> slices() {
            return snapshot.slices();
        }

        @Override
        public SnapshotHandle handle() {
            return SnapshotHandle.of(this, snapshot.handle().inner());
        }

        @Override
        public int lanes() {
            return snapshot.lanes();
        }

        @Override
        public PageReader read(Slice slice, StageClock clock, Progress progress) throws SpillwayException {
            PageReader reader = snapshot.read(slice, clock, progress);
            return new PageReader() {
                @Override
                public Optional<Page> next() throws SpillwayException, InterruptedException {
                    beforePage(pages.incrementAndGet());
                    return reader.next().map(page -> new Page(change.apply(page.documents()), page.bytes()));
                }

                @Override
                public void close() {
                    reader.close();
                }
            };
        }

        private void beforePage(int page) throws SpillwayException, InterruptedException {
            if (toBeLost && page >= 2) {
                throw new SpillwayException(Fault.SNAPSHOT_LOST, "the point in time is gone", null);
            }
            if (page == strikingPage) {
                strike.strike();
            }
        }

        @Override
        public void close() {
            snapshot.close();
            whenClosed.run();
        }
    }
}
