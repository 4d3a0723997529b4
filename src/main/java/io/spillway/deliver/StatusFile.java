package io.spillway.deliver;

import io.spillway.catalog.DatasetStatus;
import io.spillway.catalog.DatasetStatus.LastAttempt;
import io.spillway.catalog.DatasetStatus.LastGood;
import io.spillway.catalog.Inventory;
import io.spillway.catalog.SiteStatus;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import java.time.Clock;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file {@code DATASET/status.json}: how the last attempt at a dump ended, and which dump is the last good one. Who
 * watches from outside learns here that a dataset stands still, and why; a refusal that only the log knows is overlooked.
 *
 * <p>Nothing here throws: the end of the attempt itself is what its caller has to hear of. Thread-safe as its destination
 * is.
 */
public final class StatusFile {
    /** Its name, below the dataset. */
    public static final String FILE_NAME = DatasetStatus.FILE_NAME;

    private static final Logger LOG = LoggerFactory.getLogger(StatusFile.class);

    private static final int BUG = 1;

    /** Whoever meets another writer as often leaves the last word to him. */
    private static final int TRIES = 5;

    private static final Set<Fault> REFUSALS = Set.of(Fault.GATE, Fault.FIELD_POLICY);

    private final Destination destination;
    private final String dataset;
    private final Clock clock;

    /**
     * The status of one dataset at one destination, which stays the caller's to close.
     *
     * @param clock says when an attempt ended
     */
    public StatusFile(Destination destination, String dataset, Clock clock) {
        this.destination = destination;
        this.dataset = dataset;
        this.clock = clock;
    }

    /** An attempt has published this. */
    public void published(Manifest manifest) {
        write(new LastAttempt(clock.instant(), "published", 0, null, null), manifest);
    }

    /** What was missing here, or elsewhere, has been brought; the last good dump is looked for. */
    public void delivered() {
        write(new LastAttempt(clock.instant(), "published", 0, null, null), null);
    }

    /**
     * An attempt has made a dump public, but not at every destination.
     *
     * @param shortfall what is missing, of which only the kind is told here: names of other places are not this one's to
     *                  tell
     * @param good      the dump that is here, or null where it has to be looked for
     */
    public void partly(SpillwayException shortfall, @Nullable Manifest good) {
        write(attempt(DatasetStatus.PARTLY, shortfall.fault(), DatasetStatus.ELSEWHERE), good);
    }

    /** An attempt has made a dump public elsewhere, but not here, for this reason. */
    public void partlyElsewhere(SpillwayException failure) {
        write(attempt(DatasetStatus.PARTLY, failure.fault(), failure.fault().meaning()), null);
    }

    /**
     * An attempt has ended without a dump. One that found another attempt under way says nothing: that one will, and
     * would be overwritten.
     *
     * @param failure what it ended with; only what its fault means becomes public, as its message quotes ids, queries,
     *                addresses and paths
     */
    public void failed(Throwable failure) {
        if (failure instanceof SpillwayException e) {
            if (e.fault() != Fault.ALREADY_RUNNING) {
                String outcome = REFUSALS.contains(e.fault()) ? "refused" : "failed";
                write(attempt(outcome, e.fault(), e.fault().meaning()), null);
            }
        } else if (failure instanceof InterruptedException || failure instanceof CancellationException) {
            write(attempt("failed", Fault.CANCELLED, "cancelled; nothing was published"), null);
        } else {
            write(new LastAttempt(clock.instant(), "failed", BUG, "BUG", Fault.publicReason("BUG")), null);
        }
    }

    /**
     * A dump was taken back, which may have been the last good one; how the last attempt ended stays what it is. Nothing
     * happens where no attempt has said anything.
     */
    public void takenBack() {
        try {
            SiteStatus.read(destination, dataset)
                    .ifPresent(status -> write(status.lastAttempt().withPublicReason(), null));
        } catch (SpillwayException e) {
            LOG.warn("the status may name a dump that was taken back dataset={} cause=\"{}\"", dataset, e.getMessage());
        }
    }

    private LastAttempt attempt(String outcome, Fault fault, String reason) {
        return new LastAttempt(clock.instant(), outcome, fault.exitCode(), fault.name(), reason);
    }

    /** @param good the last good dump, unless a newer one is there, which somebody else has published; or null */
    private void write(LastAttempt attempt, @Nullable Manifest good) {
        // A pending interrupt would close the file in the middle; it is kept for the caller.
        boolean interrupted = Thread.interrupted();
        ObjectKey key = new ObjectKey(dataset).child(FILE_NAME);
        try {
            SiteStatus.requireOwn(destination, dataset);
            for (int i = 0; i < TRIES; i++) {
                String before = destination.find(key).map(StoredObject::version).orElse(null);
                Optional<Manifest> last = Stream.concat(
                                Stream.ofNullable(good), Inventory.of(destination, dataset).newest().stream())
                        .max(Comparator.comparing(Manifest::id));
                DatasetStatus status = new DatasetStatus(
                        dataset, attempt, last.map(LastGood::of).orElse(null));
                if (destination.replace(key, ManifestJson.write(status), before)) {
                    return;
                }
            }
            LOG.warn("the status could not be written, somebody else writes it each time key={}", key);
        } catch (SpillwayException | RuntimeException e) {
            LOG.warn("the status could not be written key={} cause=\"{}\"", key, e.getMessage());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
