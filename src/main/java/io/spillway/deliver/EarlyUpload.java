package io.spillway.deliver;

import io.spillway.dataset.DumpId;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.fault.SpillwayException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Uploads finished parts of a dump to the other destinations while later parts are still being written. Readers cannot
 * see them: they are {@linkplain Destination#prepare prepared}, and {@link Deliveries#deliver} completes them after the
 * gate has accepted the dump. If a destination fails here, {@link Deliveries#deliver} sends what is missing. Closing
 * without {@link #keep()} removes what was sent.
 *
 * <p>Thread-safe: all lanes may call {@link #offer}; one thread closes it.
 */
public final class EarlyUpload implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EarlyUpload.class);
    private static final long STOP_SECONDS = 20;

    private final DumpId dump;
    private final Path links;
    private final List<Sender> senders;
    private volatile boolean keep;

    /**
     * Creates an early upload to these destinations.
     *
     * @param links an empty folder on the file system of the parts. Parts are hard-linked into it, because publishing
     *              moves the originals while they are still being sent. The caller removes it after closing this
     *              object.
     */
    EarlyUpload(DumpId dump, Path links, List<Destination> destinations) {
        this.dump = dump;
        this.links = links;
        this.senders = destinations.stream().map(Sender::new).toList();
    }

    /** Queues a complete part for sending; returns at once. */
    public void offer(Path part) {
        if (senders.isEmpty()) {
            return;
        }
        Path link = links.resolve(part.getFileName());
        try {
            Files.createLink(link, part);
        } catch (IOException | UnsupportedOperationException e) {
            LOG.debug("part not uploaded early part={} cause={}", part, e.getMessage());
            return;
        }
        ObjectKey key = ObjectKey.of(dump).child(link.getFileName().toString());
        senders.forEach(sender -> sender.offer(link, key));
    }

    /** Keeps what was sent: the dump has been published at home. */
    public void keep() {
        keep = true;
    }

    /**
     * Stops sending. After {@link #keep()}, waits until every offered part has been sent; otherwise aborts at once and
     * removes what was sent. Restores the thread's interrupt flag.
     */
    @Override
    public void close() {
        boolean interrupted = false;
        for (Sender sender : senders) {
            interrupted |= !sender.finish(keep);
        }
        if (!keep) {
            // A pending interrupt would abort the removal too.
            interrupted |= Thread.interrupted();
            senders.forEach(Sender::remove);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** One destination, with a thread of its own. */
    private static final class Sender {
        private final Destination destination;
        private final ExecutorService thread;
        private final List<ObjectKey> sent = new ArrayList<>();
        private volatile boolean failed;

        Sender(Destination destination) {
            this.destination = destination;
            this.thread = Executors.newSingleThreadExecutor(task -> new Thread(task, "ahead-" + destination.name()));
        }

        void offer(Path link, ObjectKey key) {
            thread.execute(() -> {
                if (failed || Thread.currentThread().isInterrupted()) {
                    return;
                }
                synchronized (sent) {
                    sent.add(key);
                }
                try {
                    destination.prepare(link, key);
                } catch (SpillwayException e) {
                    failed = true;
                    LOG.info(
                            "early upload failed; the dump will be sent after it is published destination={} cause=\"{}\"",
                            destination.name(),
                            e.getMessage());
                }
            });
        }

        /** Returns false if interrupted. */
        boolean finish(boolean all) {
            try {
                if (all) {
                    thread.shutdown();
                    thread.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
                } else {
                    thread.shutdownNow();
                    thread.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
                }
                return true;
            } catch (InterruptedException e) {
                thread.shutdownNow();
                return false;
            }
        }

        void remove() {
            List<ObjectKey> all;
            synchronized (sent) {
                all = List.copyOf(sent);
            }
            try {
                for (ObjectKey key : all) {
                    destination.abandon(key);
                }
            } catch (SpillwayException e) {
                LOG.warn(
                        "early upload not removed; the next run removes it destination={} cause=\"{}\"",
                        destination.name(),
                        e.getMessage());
            }
        }
    }
}
