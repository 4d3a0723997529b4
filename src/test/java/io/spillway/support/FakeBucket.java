package io.spillway.support;

import io.spillway.destination.Destination;
import io.spillway.destination.Digests;
import io.spillway.destination.FolderNames;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.destination.Upload;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.WeakHashMap;

/**
 * A bucket in memory, which receives dumps file by file, and can be unavailable, refuse to return files, or end the
 * process.
 */
public final class FakeBucket implements Destination, FolderNames {
    /** Its contents. */
    public final TreeMap<String, byte[]> objects = new TreeMap<>();

    /** Whether every request fails. */
    public boolean away;

    /** Files of this name are listed and not returned; empty for none. */
    public String refused = "";

    /** After so many more changes the process dies: every request fails with a bug, like those of a killed process. */
    public int changesLeft = Integer.MAX_VALUE;

    private final String name;

    /** Of the arrays in it, which do not change: a listing is asked for far more often than an object is put. */
    private final Map<byte[], String> hashes = new WeakHashMap<>();

    /** An empty bucket. */
    public FakeBucket(String name) {
        this.name = name;
    }

    /** Thrown in place of a killed process. */
    public static final class KilledException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private synchronized void ask() throws SpillwayException {
        if (away) {
            throw new SpillwayException(Fault.DESTINATION_UNAVAILABLE, name + " is away", "wait");
        }
        if (changesLeft <= 0) {
            throw new KilledException();
        }
    }

    private synchronized void change() throws SpillwayException {
        ask();
        changesLeft--;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Upload begin(ObjectKey key) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        return new Upload() {
            @Override
            public OutputStream body() {
                return body;
            }

            @Override
            public StoredObject commit() throws SpillwayException {
                return put(key, body.toByteArray());
            }

            @Override
            public void close() {}
        };
    }

    private synchronized StoredObject put(ObjectKey key, byte[] bytes) throws SpillwayException {
        change();
        objects.put(key.value(), bytes);
        return object(key, bytes);
    }

    private StoredObject object(ObjectKey key, byte[] bytes) {
        String sha256 = hashes.computeIfAbsent(bytes, Digests::sha256);
        return new StoredObject(key, bytes.length, sha256, sha256);
    }

    @Override
    public synchronized InputStream open(ObjectKey key) throws SpillwayException {
        ask();
        byte[] bytes = objects.get(key.value());
        if (bytes == null || key.name().equals(refused)) {
            throw new SpillwayException(Fault.DESTINATION_REFUSED, name + " does not hand out " + key, null);
        }
        return new ByteArrayInputStream(bytes);
    }

    @Override
    public synchronized Optional<StoredObject> find(ObjectKey key) throws SpillwayException {
        ask();
        return Optional.ofNullable(objects.get(key.value())).map(bytes -> object(key, bytes));
    }

    @Override
    public synchronized List<StoredObject> list(String prefix) throws SpillwayException {
        ask();
        return objects.entrySet().stream()
                .filter(each -> each.getKey().startsWith(prefix))
                .map(each -> object(new ObjectKey(each.getKey()), each.getValue()))
                .toList();
    }

    @Override
    public synchronized void delete(ObjectKey key) throws SpillwayException {
        change();
        objects.remove(key.value());
    }

    @Override
    public synchronized StoredObject store(Path file, ObjectKey key) throws SpillwayException {
        try {
            byte[] bytes = Files.readAllBytes(file);
            byte[] there = objects.get(key.value());
            if (there != null && !Arrays.equals(there, bytes)) {
                throw new SpillwayException(Fault.DESTINATION_REFUSED, key + " already exists", null);
            }
            return put(key, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void place(Path folder, ObjectKey prefix, String last) throws SpillwayException {
        FileByFile.place(this, folder, prefix, last);
    }

    @Override
    public List<String> namesBelow(String folder) throws SpillwayException {
        return FolderNames.ofObjects(this, folder);
    }

    @Override
    public Traits traits() {
        return new Traits(true, true, false, Long.MAX_VALUE);
    }

    @Override
    public void close() {}
}
