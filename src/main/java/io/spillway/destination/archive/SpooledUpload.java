package io.spillway.destination.archive;

import io.spillway.destination.StoredObject;
import io.spillway.destination.Upload;
import io.spillway.fault.SpillwayException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Spools a file to disk and sends it when it is complete, because the archive needs the body's length and checksum
 * first. Not thread-safe.
 */
final class SpooledUpload implements Upload {
    private static final Logger LOG = LoggerFactory.getLogger(SpooledUpload.class);

    private final Path spooled;
    private final Sender sender;
    private final OutputStream body;
    private boolean ended;

    /** Receives the complete file. */
    @FunctionalInterface
    interface Sender {
        StoredObject send(Path spooled) throws SpillwayException;
    }

    /** @param folder where the file is spooled */
    SpooledUpload(Path folder, Sender sender) throws IOException {
        this.spooled = Files.createTempFile(folder, "archive-", ".spooled");
        this.sender = sender;
        this.body = new BufferedOutputStream(Files.newOutputStream(spooled), 64 << 10);
    }

    @Override
    public OutputStream body() {
        return body;
    }

    @Override
    public StoredObject commit() throws SpillwayException {
        if (ended) {
            throw new IllegalStateException("already committed or closed");
        }
        ended = true;
        try {
            body.close();
            return sender.send(spooled);
        } catch (IOException e) {
            throw InternetArchive.unreadable(spooled, e);
        } finally {
            discard();
        }
    }

    @Override
    public void close() {
        if (!ended) {
            ended = true;
            discard();
        }
    }

    private void discard() {
        try {
            body.close();
        } catch (IOException e) {
            // Its bytes are about to be deleted anyway.
            LOG.debug("cannot close a spooled file file={} reason={}", spooled, e.toString());
        }
        try {
            Files.deleteIfExists(spooled);
        } catch (IOException e) {
            LOG.warn("cannot delete a spooled file file={} reason={}", spooled, e.toString());
        }
    }
}
