package io.spillway.destination.archive;

import io.spillway.destination.archive.ItemRecord.Entry;
import io.spillway.destination.archive.ItemRecord.State;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits until an item's record shows an upload: the archive accepts a file at once and shows it minutes to hours later,
 * one at a time. Thread-safe.
 */
final class Proof {
    private static final Logger LOG = LoggerFactory.getLogger(Proof.class);

    /** Polling interval: small files appear within minutes, and the archive's other users read the record too. */
    private static final Duration POLL = Duration.ofSeconds(30);

    private static final Duration SLOW_POLL = Duration.ofMinutes(2);
    private static final Duration SLOW_AFTER = Duration.ofMinutes(10);

    private final PatientClient client;
    private final Duration showWithin;

    /** @param showWithin how long a file may take to appear */
    Proof(PatientClient client, Duration showWithin) {
        this.client = client;
        this.showWithin = showWithin;
    }

    /**
     * Returns when the record shows all of these files with their length, MD5 and SHA-1.
     *
     * @throws SpillwayException {@code DESTINATION_UNAVAILABLE} if that takes too long or a task of the item has
     *     failed, {@code INTEGRITY} if the archive has different bytes
     */
    void awaitFiles(Item item, Collection<LocalFile> files) throws SpillwayException, InterruptedException {
        Wait wait = new Wait(item);
        while (true) {
            ItemRecord record = wait.record();
            requireReadable(item, record);
            List<String> missing = files.stream()
                    .filter(file -> !shows(record, file))
                    .map(LocalFile::name)
                    .toList();
            if (missing.isEmpty()) {
                return;
            }
            if (!record.tasksPending()) {
                requireNoOther(item, record, files);
            }
            wait.orFail("show %d of %d files, such as %s".formatted(missing.size(), files.size(), missing.get(0)));
        }
    }

    /** Returns when the record no longer lists the file. */
    void awaitAbsence(Item item, String name) throws SpillwayException, InterruptedException {
        Wait wait = new Wait(item);
        while (wait.record().files().containsKey(name)) {
            wait.orFail("show that " + name + " is deleted");
        }
    }

    /**
     * Returns the record when no task is pending, or after {@code patience}: a file of an interrupted run may still be
     * in the queue and would be sent twice.
     */
    ItemRecord settled(Item item, Duration patience) throws SpillwayException, InterruptedException {
        long since = client.time().nanoTime();
        Predicate<ItemRecord> busy = record -> record.state() == State.THERE && record.tasksPending();
        ItemRecord record = client.record(item);
        while (busy.test(record) && client.time().since(since).compareTo(patience) < 0) {
            LOG.info("waiting for pending tasks of the archive item={}", item);
            client.time().sleep(POLL);
            record = client.record(item);
        }
        return record;
    }

    private static boolean shows(ItemRecord record, LocalFile file) {
        Entry entry = record.files().get(file.name());
        return entry != null && entry.is(file);
    }

    private static void requireReadable(Item item, ItemRecord record) throws SpillwayException {
        if (record.state() == State.DARK) {
            throw new SpillwayException(
                    Fault.DESTINATION_REFUSED,
                    "the Internet Archive has taken down item %s".formatted(item),
                    "ask info@archive.org for the reason; its name stays taken");
        }
    }

    private static void requireNoOther(Item item, ItemRecord record, Collection<LocalFile> files)
            throws SpillwayException {
        for (LocalFile file : files) {
            Entry entry = record.files().get(file.name());
            if (entry != null && entry.isMeasured() && !entry.is(file)) {
                throw new SpillwayException(
                        Fault.INTEGRITY,
                        "the Internet Archive has %s of %s in item %s, but %d bytes, md5 %s were sent"
                                .formatted(
                                        entry,
                                        file.name(),
                                        item,
                                        file.bytes(),
                                        file.sums().md5()),
                        "delete that file from the item and run again");
            }
        }
    }

    /** One wait, with its start time. */
    private final class Wait {
        private final Item item;
        private final long since = client.time().nanoTime();

        Wait(Item item) {
            this.item = item;
        }

        /** The item's record; retries temporary errors, so that minutes of trouble do not end hours of waiting. */
        ItemRecord record() throws SpillwayException, InterruptedException {
            while (true) {
                try {
                    return client.record(item);
                } catch (SpillwayException e) {
                    if (e.fault().retry() != Fault.Retry.BACKOFF) {
                        throw e;
                    }
                    LOG.warn("cannot read the record now item={} reason={}", item, e.getMessage());
                    orFail("return its record");
                }
            }
        }

        /** Pauses, or fails if the limit is reached or a task of the item needs manual action. */
        void orFail(String expected) throws SpillwayException, InterruptedException {
            Duration waited = client.time().since(since);
            boolean slow = waited.compareTo(SLOW_AFTER) >= 0;
            boolean over = waited.compareTo(showWithin) >= 0;
            String failedTask = slow || over ? client.failedTask(item) : "";
            if (over || !failedTask.isEmpty()) {
                throw new SpillwayException(
                        Fault.DESTINATION_UNAVAILABLE,
                        "the Internet Archive did not %s in item %s within %d minutes%s"
                                .formatted(
                                        expected,
                                        item,
                                        waited.toMinutes(),
                                        failedTask.isEmpty() ? "" : "; " + failedTask),
                        failedTask.isEmpty()
                                ? "its queues may be long; run again later, what was sent is kept"
                                : "ask the archive's staff to fix the failed task (info@archive.org), then run again");
            }
            LOG.debug("not yet item={} expected={} waited={}", item, expected, waited);
            Duration pause = slow ? SLOW_POLL : POLL;
            Duration left = showWithin.minus(waited);
            client.time().sleep(pause.compareTo(left) < 0 ? pause : left);
        }
    }
}
