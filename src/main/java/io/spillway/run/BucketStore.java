package io.spillway.run;

import io.spillway.destination.s3.S3Objects;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.source.repository.ObjectStore;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.NoSuchFileException;
import java.util.Map;
import java.util.Optional;

/** A snapshot repository in a bucket, read with the client that also sends dumps there. */
final class BucketStore implements ObjectStore {
    private final S3Objects objects;

    /** Closes the objects when it is closed. */
    BucketStore(S3Objects objects) {
        this.objects = objects;
    }

    private interface Question<T> {
        T ask() throws SpillwayException;
    }

    @Override
    public String name() {
        return objects.name();
    }

    @Override
    public Map<String, Long> list(String folder, Runnable counted) throws IOException {
        return ask(() -> objects.list(folder.isEmpty() ? "" : folder + "/", counted));
    }

    @Override
    public byte[] read(String name) throws IOException {
        return present(name, ask(() -> objects.read(name)));
    }

    @Override
    public byte[] read(String name, long from, int length) throws IOException {
        return present(name, ask(() -> objects.read(name, from, length)));
    }

    private static byte[] present(String name, Optional<byte[]> bytes) throws NoSuchFileException {
        return bytes.orElseThrow(() -> new NoSuchFileException(name));
    }

    /** Translates the faults of a destination to errors of a source. */
    private static <T> T ask(Question<T> question) throws IOException {
        try {
            return question.ask();
        } catch (SpillwayException e) {
            if (e.fault() == Fault.CANCELLED) {
                throw (IOException) new InterruptedIOException(e.getMessage()).initCause(e);
            } else if (e.fault() == Fault.DESTINATION_REFUSED) {
                throw new RefusedException(
                        String.valueOf(e.getMessage()),
                        e.hint() == null ? "check the bucket, its endpoint and the keys" : e.hint(),
                        e);
            }
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        objects.close();
    }
}
