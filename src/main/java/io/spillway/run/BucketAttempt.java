package io.spillway.run;

import io.spillway.dataset.DumpId;
import io.spillway.destination.Destination;
import io.spillway.destination.HeldUploads;
import io.spillway.destination.s3.S3Bucket;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.files.Folders;
import io.spillway.manifest.Part;
import io.spillway.pipeline.AttemptStore;
import io.spillway.schedule.S3Section;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts of an attempt in a process without the lease of the bucket that is the home. They are uploads that only the holder of
 * the lease completes. Before they are sent, they are in a private folder below {@code java.io.tmpdir}.
 */
public final class BucketAttempt implements AttemptStore {
    private static final Logger LOG = LoggerFactory.getLogger(BucketAttempt.class);

    private final Destination bucket;
    private final BucketParts parts;
    private final Path folder;

    private BucketAttempt(Destination bucket, BucketParts parts, Path folder) {
        this.bucket = bucket;
        this.parts = parts;
        this.folder = folder;
    }

    /** Opens the bucket of a schedule; the caller closes it. */
    public static BucketAttempt open(S3Section section, DumpId dump) throws SpillwayException {
        Path folder = newFolder();
        try {
            Destination bucket = S3Bucket.open(Destinations.options(section));
            HeldUploads uploads = bucket.capability(HeldUploads.class)
                    .orElseThrow(() -> new IllegalStateException(bucket.name() + " cannot hold uploads"));
            return new BucketAttempt(bucket, new BucketParts(uploads, dump), folder);
        } catch (SpillwayException | RuntimeException e) {
            remove(folder);
            throw e;
        }
    }

    private static Path newFolder() throws SpillwayException {
        try {
            return AttemptFolders.create();
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE,
                    "cannot create a folder for parts in %s: %s".formatted(System.getProperty("java.io.tmpdir"), e),
                    "set java.io.tmpdir of the process to a folder with room for two parts of each slice and format",
                    e);
        }
    }

    private static void remove(Path folder) {
        try {
            Folders.remove(folder);
        } catch (IOException e) {
            LOG.warn("cannot remove the folder of an attempt folder={} cause=\"{}\"", folder, e.toString());
        }
    }

    @Override
    public Path unfinished() {
        return folder;
    }

    @Override
    public String send(Path file, Part part) throws SpillwayException {
        return parts.send(file, part);
    }

    @Override
    public void adopt(List<String> sent) {
        parts.adopt(sent);
    }

    /** @throws IllegalStateException always: the holder of the lease commits */
    @Override
    public void commit(List<String> sent) throws SpillwayException {
        parts.commit(sent);
    }

    @Override
    public void keep() {
        parts.keep();
    }

    @Override
    public void close() {
        try {
            parts.close();
        } finally {
            remove(folder);
            bucket.close();
        }
    }
}
