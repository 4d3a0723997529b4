package io.spillway.run;

import io.spillway.destination.Destination;
import io.spillway.destination.Digests;
import io.spillway.destination.HeldUploads;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.destination.Upload;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.lanes.Interrupts;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bucket of a {@link BucketHome} as a destination. {@link #place} makes files visible only as uploads that were begun
 * before the lease was proved; everything else is the bucket's.
 */
final class HomeBucket implements Destination {
    private static final Logger LOG = LoggerFactory.getLogger(HomeBucket.class);

    private final BucketHome home;
    private final Destination bucket;

    HomeBucket(BucketHome home) {
        this.home = home;
        this.bucket = home.bucket();
    }

    /** {@inheritDoc} Files that are in the bucket already, such as the parts, need not be in the folder. */
    @Override
    public void place(Path folder, ObjectKey prefix, String last) throws SpillwayException {
        HeldUploads uploads = home.uploads();
        List<String> held = new ArrayList<>();
        boolean complete = false;
        try {
            for (Path file : files(folder, last)) {
                held.add(uploads.hold(file, prefix.child(file.getFileName().toString())));
            }
            for (String each : held.subList(0, held.size() - 1)) {
                home.lease().requireHeld();
                StoredObject stored = uploads.complete(each);
                LOG.debug("stored key={} bytes={}", stored.key(), stored.bytes());
            }
            home.lease().requireHeld();
            completeLast(held.get(held.size() - 1), prefix.child(last), folder.resolve(last));
            complete = true;
        } finally {
            if (!complete) {
                abort(held);
            }
        }
    }

    /** The dump is public if this upload was completed, whatever became of the answer. */
    private void completeLast(String held, ObjectKey key, Path file) throws SpillwayException {
        try {
            StoredObject stored = home.uploads().complete(held);
            LOG.debug("stored key={} bytes={}", stored.key(), stored.bytes());
        } catch (SpillwayException e) {
            Interrupts.shielded(() -> {
                if (!isThere(held, key, file, e)) {
                    throw e;
                }
            });
            LOG.info("completed, although the answer was lost key={} cause=\"{}\"", key, e.getMessage());
        }
    }

    /** Ends the upload first, so that it is completed before this look or never. */
    private boolean isThere(String held, ObjectKey key, Path file, SpillwayException failure) {
        try {
            home.uploads().abort(held);
            String sha256 = Digests.of(file).sha256();
            return bucket.find(key)
                    .map(StoredObject::sha256)
                    .filter(sha256::equals)
                    .isPresent();
        } catch (IOException | SpillwayException e) {
            failure.addSuppressed(e);
            return false;
        }
    }

    /** All files of the folder in the order of their names, and the last one at the end. */
    private static List<Path> files(Path folder, String last) throws SpillwayException {
        try (Stream<Path> entries = Files.list(folder)) {
            List<Path> files = new ArrayList<>(entries.sorted().toList());
            if (!files.remove(folder.resolve(last))) {
                throw new IllegalArgumentException(folder + " has no " + last);
            }
            files.add(folder.resolve(last));
            return files;
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE, "cannot read " + folder + ": " + e.getMessage(), null, e);
        }
    }

    private void abort(List<String> held) {
        Interrupts.shielded(() -> {
            try {
                for (String each : held) {
                    home.uploads().abort(each);
                }
            } catch (SpillwayException e) {
                LOG.warn("uploads not ended; the next run ends them cause=\"{}\"", e.getMessage());
            }
        });
    }

    @Override
    public String name() {
        return bucket.name();
    }

    @Override
    public Upload begin(ObjectKey key) throws SpillwayException {
        return bucket.begin(key);
    }

    @Override
    public void write(ObjectKey key, byte[] bytes) throws SpillwayException {
        bucket.write(key, bytes);
    }

    @Override
    public InputStream open(ObjectKey key) throws SpillwayException {
        return bucket.open(key);
    }

    @Override
    public boolean holds(StoredObject object, byte[] bytes) throws SpillwayException, IOException {
        return bucket.holds(object, bytes);
    }

    @Override
    public Optional<StoredObject> find(ObjectKey key) throws SpillwayException {
        return bucket.find(key);
    }

    @Override
    public List<StoredObject> list(String prefix) throws SpillwayException {
        return bucket.list(prefix);
    }

    @Override
    public boolean replace(ObjectKey key, byte[] bytes, @Nullable String version) throws SpillwayException {
        return bucket.replace(key, bytes, version);
    }

    @Override
    public void delete(ObjectKey key) throws SpillwayException {
        bucket.delete(key);
    }

    @Override
    public StoredObject store(Path file, ObjectKey key) throws SpillwayException {
        return bucket.store(file, key);
    }

    @Override
    public Optional<URI> publicAddress(ObjectKey key) {
        return bucket.publicAddress(key);
    }

    @Override
    public int sweep(ObjectKey dataset) throws SpillwayException {
        return bucket.sweep(dataset);
    }

    @Override
    public Traits traits() {
        return bucket.traits();
    }

    @Override
    public <C> Optional<C> capability(Class<C> type) {
        return bucket.capability(type);
    }

    @Override
    public void close() {
        bucket.close();
    }
}
