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
 * Sends the bytes of parts while others are still being written. Readers see none of them before the gate has decided: they
 * are {@linkplain Destination#prepare prepared}, and {@link Deliveries#deliver} completes them. A destination that fails is
 * left to that too, which sends what is missing. Closing without {@link #keep()} removes what was sent.
 *
 * <p>Safe for use by all lanes; one thread closes it.
 */
public final class EarlyUpload implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EarlyUpload.class);
    private static final long STOP_SECONDS = 20;

    private final DumpId dump;
    private final Path links;
    private final List<Sender> senders;
    private volatile boolean keep;

    /**
     * Sends to these.
     *
     * @param links an empty folder on the file system of the parts, which are linked into it: they are moved when the dump
     *              is published, in the middle of being sent. Its owner removes it after this is closed
     */
    EarlyUpload(DumpId dump, Path links, List<Destination> destinations) {
        this.dump = dump;
        this.links = links;
        this.senders = destinations.stream().map(Sender::new).toList();
    }

    /** Sends the bytes of a complete part; returns at once. */
    public void offer(Path part) {
        if (senders.isEmpty()) {
            return;
        }
        Path link = links.resolve(part.getFileName());
        try {
            Files.createLink(link, part);
        } catch (IOException | UnsupportedOperationException e) {
            LOG.debug("not sent ahead part={} cause={}", part, e.getMessage());
            return;
        }
        ObjectKey key = ObjectKey.of(dump).child(link.getFileName().toString());
        senders.forEach(sender -> sender.offer(link, key));
    }

    /** The dump is published where it was written: what was sent is part of something that exists. */
    public void keep() {
        keep = true;
    }

    /**
     * Ends the sending: after {@link #keep()} when everything that was offered is there, otherwise at once, and what was
     * sent is removed again. An interrupt is kept for the caller.
     */
    @Override
    public void close() {
        boolean interrupted = false;
        for (Sender sender : senders) {
            interrupted |= !sender.finish(keep);
        }
        if (!keep) {
            // A pending interrupt would end the removal too.
            interrupted |= Thread.interrupted();
            senders.forEach(Sender::remove);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** One destination, on a thread of its own. */
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
                            "sending ahead given up, the whole dump is sent at the end destination={} cause=\"{}\"",
                            destination.name(),
                            e.getMessage());
                }
            });
        }

        /** Says whether it was not interrupted. */
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
                        "left behind, the next run removes it destination={} cause=\"{}\"",
                        destination.name(),
                        e.getMessage());
            }
        }
    }
}
