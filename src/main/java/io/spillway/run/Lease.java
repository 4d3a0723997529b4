package io.spillway.run;

import io.spillway.destination.Destination;
import io.spillway.destination.Digests;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.lanes.Interrupts;
import io.spillway.manifest.ManifestJson;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lock of a dataset in a bucket: an object that one process at a time holds, and that only its holder changes. The holder
 * renews it, four times in each period. Each change is made on the condition that the object is the one that the writer knows,
 * so that the store decides between two processes.
 *
 * <p>A lease whose holder is dead is taken over after one full period in which it did not change, measured by the observer's own
 * clock: no clock is compared with another. A holder that does not run for a period finds at its next step that it has lost the
 * lease. The object of a dataset is never deleted, and states whether it is held.
 *
 * <p>Thread-safe. Any thread may close it, repeatedly.
 */
final class Lease implements AutoCloseable {
    /** The object below the dataset. */
    static final String NAME = ".spillway.lease";

    /** How long a lease is valid without a renewal. */
    static final Duration PERIOD = Duration.ofSeconds(60);

    private static final Logger LOG = LoggerFactory.getLogger(Lease.class);
    private static final int RENEWALS = 4;
    private static final int LOOKS = 20;
    private static final int LARGEST = 64 << 10;
    /** No object has this ETag. */
    private static final String NO_VERSION = "0".repeat(32);

    /**
     * The object.
     *
     * @param holder        the process, for people
     * @param token         unlike that of every other process, so that their versions differ
     * @param renewals      counts, so that no two versions are equal
     * @param periodSeconds how long it is valid without a change
     * @param released      whether no process holds it
     * @param committing    the dump whose files may be partly public without a manifest, or null
     */
    record State(
            String holder,
            String token,
            long renewals,
            double periodSeconds,
            boolean released,
            @Nullable String committing) {

        /** The next version of the same holder. */
        State next(boolean nowReleased, @Nullable String nowCommitting) {
            return new State(holder, token, renewals + 1, periodSeconds, nowReleased, nowCommitting);
        }
    }

    private final Destination bucket;
    private final ObjectKey key;
    private final ScheduledExecutorService renewer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "lease");
        thread.setDaemon(true);
        return thread;
    });
    private final Duration period;
    private State state;
    private @Nullable String version;
    /** SHA-256 of what this process wrote last, and of what it tried to write if the answer was lost. */
    private String written = "";

    private String tried = "";
    private long renewedAt;
    private boolean lost;
    private boolean closed;

    private Lease(Destination bucket, ObjectKey key, State state, Duration period) {
        this.bucket = bucket;
        this.key = key;
        this.state = state;
        this.period = period;
    }

    /**
     * Takes the lease. Waits for one period if another process seems to hold it, to find out whether that process lives.
     *
     * @param bucket replaces objects on a condition that the store checks
     * @param holder this process, for people who read that it is busy
     * @throws SpillwayException {@code ALREADY_RUNNING}, naming the holder; {@code CONFIG}: the store ignores conditions
     */
    static Lease take(Destination bucket, String dataset, Duration period, String holder) throws SpillwayException {
        ObjectKey key = new ObjectKey(dataset).child(NAME);
        String token = UUID.randomUUID().toString();
        while (true) {
            Optional<StoredObject> there = bucket.find(key);
            @Nullable State before = there.isEmpty() ? null : read(bucket, key);
            if (before != null && !before.released()) {
                awaitEnd(bucket, key, before, there.get().version());
                LOG.warn(
                        "lease taken over from a process that does not renew it key={} holder=\"{}\"",
                        key,
                        before.holder());
            }
            State own = new State(
                    holder, token, 1, period.toMillis() / 1e3, false, before == null ? null : before.committing());
            Lease lease = new Lease(bucket, key, own, period);
            if (lease.put(own, there.map(StoredObject::version).orElse(null))) {
                try {
                    lease.requireConditions();
                } catch (SpillwayException | RuntimeException e) {
                    lease.close();
                    throw e;
                }
                long pause = Math.max(1, period.toMillis() / RENEWALS);
                var unused =
                        lease.renewer.scheduleWithFixedDelay(lease::renewQuietly, pause, pause, TimeUnit.MILLISECONDS);
                return lease;
            }
            lease.renewer.shutdownNow();
        }
    }

    /** Tries a condition that does not hold: without such conditions, two processes could hold the lease. */
    private void requireConditions() throws SpillwayException {
        if (bucket.replace(key, ManifestJson.write(next()), NO_VERSION)) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "%s ignores the condition of a write, so that two exports would not exclude each other"
                            .formatted(bucket.name()),
                    "remove home: true from the destination; dumps are then made on this disk and sent to the bucket");
        }
    }

    /** Returns after a full period without a change; throws as soon as there is one. */
    private static void awaitEnd(Destination bucket, ObjectKey key, State before, @Nullable String version)
            throws SpillwayException {
        long nanos = (long) (before.periodSeconds() * TimeUnit.SECONDS.toNanos(1));
        long begun = System.nanoTime();
        long pause = Math.max(TimeUnit.MILLISECONDS.toNanos(1), nanos / LOOKS);
        while (System.nanoTime() - begun <= nanos) {
            try {
                TimeUnit.NANOSECONDS.sleep(pause);
            } catch (InterruptedException e) {
                throw SpillwayException.cancelled("while another export holds " + key, e);
            }
            Optional<StoredObject> now = bucket.find(key);
            if (now.isEmpty() || !String.valueOf(now.get().version()).equals(String.valueOf(version))) {
                // Also if it was released: two exports that begin together publish one dump.
                throw busy(bucket, key, (now.isEmpty() ? before : read(bucket, key)).holder());
            }
        }
    }

    private static SpillwayException busy(Destination bucket, ObjectKey key, String holder) {
        return new SpillwayException(
                Fault.ALREADY_RUNNING,
                "another export of the same dataset is running: %s holds %s in %s"
                        .formatted(holder, key, bucket.name()),
                "wait until it ends; if that process is dead, an export that starts a minute later takes over");
    }

    private static State read(Destination bucket, ObjectKey key) throws SpillwayException {
        try (InputStream in = bucket.open(key)) {
            return ManifestJson.read(
                    new ByteArrayInputStream(in.readNBytes(LARGEST)), State.class, bucket.name() + key, "a lease");
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE,
                    "cannot read %s in %s: %s".formatted(key, bucket.name(), e.getMessage()),
                    "try again",
                    e);
        }
    }

    /** The dump that the process before was committing when it died, or null. */
    synchronized @Nullable String committing() {
        return state.committing();
    }

    /**
     * Records the dump whose files become public from now on, or null when it is complete or removed. The next holder removes
     * the files of such a dump if it has no manifest.
     *
     * @throws SpillwayException {@code ALREADY_RUNNING}: the lease is lost
     */
    synchronized void committing(@Nullable String dump) throws SpillwayException {
        renew(state.next(state.released(), dump));
    }

    /**
     * Asks the store whether this process still holds the lease.
     *
     * @throws SpillwayException     {@code ALREADY_RUNNING}: it does not; or the store does not answer
     * @throws IllegalStateException it was closed
     */
    synchronized void requireHeld() throws SpillwayException {
        if (closed) {
            throw new IllegalStateException("the lease " + key + " was released");
        }
        if (!lost && isPast(period)) {
            renew(next());
        } else {
            look();
        }
        requireNotLost();
    }

    private boolean isPast(Duration time) {
        return System.nanoTime() - renewedAt > time.toNanos();
    }

    private State next() {
        return state.next(state.released(), state.committing());
    }

    private void renewQuietly() {
        synchronized (this) {
            if (lost || closed) {
                return;
            }
            try {
                renew(next());
            } catch (SpillwayException | RuntimeException e) {
                LOG.warn("lease not renewed key={} cause=\"{}\"", key, e.getMessage());
            }
        }
    }

    private void renew(State next) throws SpillwayException {
        requireNotLost();
        if (!put(next, version)) {
            // An earlier attempt of this process may have arrived although its answer was lost.
            look();
            if (lost || !put(next, version)) {
                lost = true;
            }
        }
        requireNotLost();
    }

    /** Whether the store has accepted this state; the condition is the version. */
    private boolean put(State next, @Nullable String known) throws SpillwayException {
        byte[] bytes = ManifestJson.write(next);
        long begun = System.nanoTime();
        tried = Digests.sha256(bytes);
        if (!bucket.replace(key, bytes, known)) {
            return false;
        }
        Optional<StoredObject> there = bucket.find(key);
        if (there.isEmpty() || !tried.equals(there.get().sha256())) {
            return false;
        }
        state = next;
        version = there.get().version();
        written = tried;
        renewedAt = begun;
        return true;
    }

    /** Compares the object with what this process wrote. */
    private void look() throws SpillwayException {
        Optional<StoredObject> there = bucket.find(key);
        String now = there.map(StoredObject::sha256).orElse("");
        if (there.isPresent() && (written.equals(now) || tried.equals(now))) {
            version = there.get().version();
        } else {
            lost = true;
        }
    }

    private void requireNotLost() throws SpillwayException {
        if (lost) {
            throw new SpillwayException(
                    Fault.ALREADY_RUNNING,
                    "this export no longer holds its lease %s in %s: another process has changed or removed it"
                            .formatted(key, bucket.name()),
                    "this export makes nothing more public; find out which process exports the same dataset");
        }
    }

    /** Releases the lease, if this process still holds it. */
    @Override
    public void close() {
        renewer.shutdownNow();
        Interrupts.shielded(() -> {
            synchronized (this) {
                if (closed || lost) {
                    return;
                }
                closed = true;
                try {
                    renew(state.next(true, state.committing()));
                } catch (SpillwayException e) {
                    LOG.warn(
                            "lease not released; the next export waits for a minute key={} cause=\"{}\"",
                            key,
                            e.getMessage());
                }
            }
        });
    }
}
