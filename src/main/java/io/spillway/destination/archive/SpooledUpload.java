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
 * A file on disk that is sent when it is whole: the archive wants to know a body's length and checksum beforehand.
 * Belongs to one thread.
 */
final class SpooledUpload implements Upload {
    private static final Logger LOG = LoggerFactory.getLogger(SpooledUpload.class);

    private final Path spooled;
    private final Sender sender;
    private final OutputStream body;
    private boolean ended;

    /** What becomes of the whole file. */
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
            throw new IllegalStateException("the upload has ended");
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
            LOG.debug("a spooled file did not close file={} reason={}", spooled, e.toString());
        }
        try {
            Files.deleteIfExists(spooled);
        } catch (IOException e) {
            LOG.warn("a spooled file was not deleted file={} reason={}", spooled, e.toString());
        }
    }
}
