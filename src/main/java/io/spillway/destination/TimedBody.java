package io.spillway.destination;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A response body as a stream whose reads time out; the JDK's stream would wait forever. Requests one batch of buffers
 * at a time, so that a slow reader slows the sender down. The stream belongs to one thread.
 */
public final class TimedBody implements BodySubscriber<InputStream> {
    private final Duration patience;

    /** At most one unread batch, and the end. */
    private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();

    private final CompletableFuture<Flow.Subscription> subscribed = new CompletableFuture<>();
    private final Stream stream = new Stream();

    /** @param patience timeout for the next bytes, from the time they are requested */
    public TimedBody(Duration patience) {
        this.patience = patience;
    }

    /** A batch of bytes, or the end with or without a failure. */
    private record Arrival(
            List<ByteBuffer> buffers, boolean end, @Nullable Throwable failure) {}

    @Override
    public CompletionStage<InputStream> getBody() {
        return subscribed.thenApply(subscription -> stream);
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        if (subscribed.complete(subscription)) {
            subscription.request(1);
        } else {
            subscription.cancel();
        }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        arrivals.add(new Arrival(buffers, false, null));
    }

    @Override
    public void onError(Throwable failure) {
        arrivals.add(new Arrival(List.of(), true, failure));
    }

    @Override
    public void onComplete() {
        arrivals.add(new Arrival(List.of(), true, null));
    }

    private final class Stream extends InputStream {
        private Arrival current = new Arrival(List.of(), false, null);
        private int next;
        private boolean asked = true;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, target.length);
            if (length == 0) {
                return 0;
            }
            while (true) {
                while (next < current.buffers().size()) {
                    ByteBuffer buffer = current.buffers().get(next);
                    if (buffer.hasRemaining()) {
                        int taken = Math.min(length, buffer.remaining());
                        buffer.get(target, offset, taken);
                        return taken;
                    }
                    next++;
                }
                if (current.failure() != null) {
                    throw new IOException(
                            "response incomplete: " + current.failure().getMessage(), current.failure());
                }
                if (current.end()) {
                    return -1;
                }
                await();
            }
        }

        private void await() throws IOException {
            try {
                if (!asked) {
                    subscribed.join().request(1);
                }
                Arrival arrival = arrivals.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
                if (arrival == null) {
                    close();
                    throw new HttpTimeoutException("no data received for " + patience.toSeconds() + " s");
                }
                current = arrival;
                next = 0;
                asked = false;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                close();
                throw new InterruptedIOException("interrupted while reading");
            }
        }

        /** Drops the connection if the body is incomplete. */
        @Override
        public void close() {
            if (!current.end()) {
                current = new Arrival(List.of(), true, new IOException("the stream is closed"));
                next = 0;
                subscribed.join().cancel();
            }
        }
    }
}
