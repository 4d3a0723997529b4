package io.spillway.destination.s3;

import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.destination.Upload;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Spools an object to a temporary file and sends it when it is complete, because length and checksum have to be known
 * first. Not thread-safe.
 */
final class S3Upload implements Upload {
    private static final Logger LOG = LoggerFactory.getLogger(S3Upload.class);

    private final Sender sender;
    private final Checksums checksums;
    private final ObjectKey key;
    private final Path file;
    private final Body body;
    private boolean ended;

    S3Upload(Sender sender, Checksums checksums, ObjectKey key) throws IOException {
        this.sender = sender;
        this.checksums = checksums;
        this.key = key;
        this.file = Files.createTempFile("spillway-", ".upload");
        try {
            this.body = new Body(Files.newOutputStream(file));
        } catch (IOException e) {
            discard();
            throw e;
        }
    }

    @Override
    public OutputStream body() {
        return body;
    }

    @Override
    public StoredObject commit() throws SpillwayException {
        return sender.send(content(), key, ObjectHeaders.replaceable(key), false);
    }

    /** Closes the spool file and returns its content. */
    private Content content() throws SpillwayException {
        if (ended) {
            throw new IllegalStateException("the upload of " + key + " was already committed or closed");
        }
        ended = true;
        try {
            body.end();
            return Content.of(file, checksums);
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE,
                    "cannot spool %s in %s: %s".formatted(key, file.getParent(), e.getMessage()),
                    "free some space there",
                    e);
        }
    }

    @Override
    public void close() {
        ended = true;
        try {
            body.end();
        } catch (IOException e) {
            // The unwritten bytes are about to be deleted.
            LOG.debug("cannot close an unfinished file file={} reason={}", file, e.toString());
        }
        discard();
    }

    private void discard() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("cannot delete a temporary file file={} reason={}", file, e.toString());
        }
    }

    /** Closing it only rejects further bytes; the file stays open until {@link #end}. */
    private static final class Body extends FilterOutputStream {
        private boolean closed;

        Body(OutputStream file) {
            super(new BufferedOutputStream(file));
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            if (closed) {
                throw new IOException("the body is closed");
            }
            out.write(source, offset, length);
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void close() throws IOException {
            closed = true;
            flush();
        }

        void end() throws IOException {
            closed = true;
            out.close();
        }
    }
}
