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
import io.spillway.lanes.Interrupts;
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
 * The file {@code DATASET/status.json}: the outcome of the last attempt and the last good dump. Monitoring that has no
 * access to the logs learns from it that a dataset is no longer updated, and why.
 *
 * <p>No method throws: the caller has to report the outcome of the attempt itself. Thread-safe if its destination is.
 */
public final class StatusFile {
    /** Its name, below the dataset. */
    public static final String FILE_NAME = DatasetStatus.FILE_NAME;

    private static final Logger LOG = LoggerFactory.getLogger(StatusFile.class);

    private static final int BUG = 1;

    /** After this many conflicts, the other writer's version stays. */
    private static final int TRIES = 5;

    private static final Set<Fault> REFUSALS = Set.of(Fault.GATE, Fault.FIELD_POLICY);

    private final Destination destination;
    private final String dataset;
    private final Clock clock;

    /**
     * The status of one dataset at one destination; the caller closes the destination.
     *
     * @param clock gives the time at which an attempt ended
     */
    public StatusFile(Destination destination, String dataset, Clock clock) {
        this.destination = destination;
        this.dataset = dataset;
        this.clock = clock;
    }

    /** Records that an attempt has published this dump. */
    public void published(Manifest manifest) {
        write(new LastAttempt(clock.instant(), "published", 0, null, null), manifest);
    }

    /** Records that everything missing here or elsewhere has been delivered; looks up the last good dump. */
    public void delivered() {
        write(new LastAttempt(clock.instant(), "published", 0, null, null), null);
    }

    /**
     * Records that a dump is public, but not at every destination.
     *
     * @param shortfall what is missing; only its fault is published, because names of other destinations are not public
     *                  here
     * @param good      the dump that is here, or null to look it up
     */
    public void partial(SpillwayException shortfall, @Nullable Manifest good) {
        write(attempt(DatasetStatus.PARTIAL, shortfall.fault(), DatasetStatus.ELSEWHERE), good);
    }

    /** Records that a dump is public elsewhere but not here, for this reason. */
    public void partialElsewhere(SpillwayException failure) {
        write(attempt(DatasetStatus.PARTIAL, failure.fault(), failure.fault().meaning()), null);
    }

    /**
     * Records that an attempt ended without a dump. Does nothing if another attempt is running, because that one will
     * write the status.
     *
     * @param failure its exception; only the meaning of its fault is published, because its message can contain ids,
     *                queries, addresses and paths
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
     * Updates the last good dump after a withdrawal and keeps the outcome of the last attempt. Does nothing if there is
     * no status yet.
     */
    public void withdrawn() {
        try {
            SiteStatus.read(destination, dataset)
                    .ifPresent(status -> write(status.lastAttempt().withPublicReason(), null));
        } catch (SpillwayException e) {
            LOG.warn(
                    "status not updated after a withdrawal; it may name the withdrawn dump dataset={} cause=\"{}\"",
                    dataset,
                    e.getMessage());
        }
    }

    private LastAttempt attempt(String outcome, Fault fault, String reason) {
        return new LastAttempt(clock.instant(), outcome, fault.exitCode(), fault.name(), reason);
    }

    /** @param good the last good dump, or null; a newer dump that another process has published takes precedence */
    private void write(LastAttempt attempt, @Nullable Manifest good) {
        ObjectKey key = new ObjectKey(dataset).child(FILE_NAME);
        try {
            Interrupts.shielded(() -> write(key, attempt, good));
        } catch (SpillwayException | RuntimeException e) {
            LOG.warn("status not written key={} cause=\"{}\"", key, e.getMessage());
        }
    }

    private void write(ObjectKey key, LastAttempt attempt, @Nullable Manifest good) throws SpillwayException {
        SiteStatus.requireOwn(destination, dataset);
        for (int i = 0; i < TRIES; i++) {
            String before = destination.find(key).map(StoredObject::version).orElse(null);
            Optional<Manifest> last = Stream.concat(
                            Stream.ofNullable(good), Inventory.of(destination, dataset).newest().stream())
                    .max(Comparator.comparing(Manifest::id));
            DatasetStatus status =
                    new DatasetStatus(dataset, attempt, last.map(LastGood::of).orElse(null));
            if (destination.replace(key, ManifestJson.write(status), before)) {
                return;
            }
        }
        LOG.warn("status not written: lost {} update races to another writer key={}", TRIES, key);
    }
}
