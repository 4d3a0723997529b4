package io.spillway.support;

import io.spillway.destination.Destination;
import io.spillway.destination.FolderNames;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.destination.Upload;
import io.spillway.fault.SpillwayException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** Counts what is asked of a destination: requests, bytes that are read, and objects that are listed. Thread-safe. */
public final class CountedDestination implements Destination, FolderNames {
    private final Destination destination;
    private final List<String> requests = new ArrayList<>();
    private final Map<String, Long> bytes = new TreeMap<>();
    private long listed;
    private IntConsumer before = number -> {};

    /** Delegates to {@code destination}. Closing this closes it. */
    public CountedDestination(Destination destination) {
        this.destination = destination;
    }

    /** Is called before each request with its number, from 1, on the thread of the caller, which also gets its exceptions. */
    public void before(IntConsumer listener) {
        this.before = listener;
    }

    /** Each request, such as {@code find links.json}, in order. */
    public synchronized List<String> requests() {
        return List.copyOf(requests);
    }

    /** The bytes that were read of each object, by key. */
    public synchronized Map<String, Long> bytes() {
        return new TreeMap<>(bytes);
    }

    /** The number of objects in all listings. */
    public synchronized long listed() {
        return listed;
    }

    private void count(String request) {
        int number;
        synchronized (this) {
            requests.add(request);
            number = requests.size();
        }
        before.accept(number);
    }

    private synchronized void read(ObjectKey key, long more) {
        bytes.merge(key.value(), Math.max(0, more), Long::sum);
    }

    @Override
    public String name() {
        return destination.name();
    }

    @Override
    public Upload begin(ObjectKey key) throws SpillwayException {
        count("begin " + key);
        return destination.begin(key);
    }

    @Override
    public InputStream open(ObjectKey key) throws SpillwayException {
        count("open " + key);
        return new FilterInputStream(destination.open(key)) {
            @Override
            public int read() throws IOException {
                int next = super.read();
                CountedDestination.this.read(key, next < 0 ? 0 : 1);
                return next;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                int read = super.read(buffer, offset, length);
                CountedDestination.this.read(key, read);
                return read;
            }
        };
    }

    @Override
    public boolean holds(ObjectKey key, byte[] content) throws SpillwayException, IOException {
        count("compare " + key);
        return destination.holds(key, content);
    }

    @Override
    public Optional<StoredObject> find(ObjectKey key) throws SpillwayException {
        count("find " + key);
        return destination.find(key);
    }

    @Override
    public List<StoredObject> list(String prefix) throws SpillwayException {
        count("list " + prefix);
        List<StoredObject> objects = destination.list(prefix);
        synchronized (this) {
            listed += objects.size();
        }
        return objects;
    }

    @Override
    public boolean replace(ObjectKey key, byte[] content, @Nullable String version) throws SpillwayException {
        count("replace " + key);
        return destination.replace(key, content, version);
    }

    @Override
    public void write(ObjectKey key, byte[] content) throws SpillwayException {
        count("write " + key);
        destination.write(key, content);
    }

    @Override
    public void delete(ObjectKey key) throws SpillwayException {
        count("delete " + key);
        destination.delete(key);
    }

    @Override
    public StoredObject store(Path file, ObjectKey key) throws SpillwayException {
        count("store " + key);
        return destination.store(file, key);
    }

    @Override
    public void place(Path folder, ObjectKey prefix, String last) throws SpillwayException {
        count("place " + prefix);
        destination.place(folder, prefix, last);
    }

    @Override
    public List<String> namesBelow(String folder) throws SpillwayException {
        count("names " + folder);
        return FolderNames.ofObjects(destination, folder);
    }

    @Override
    public <C> Optional<C> capability(Class<C> type) {
        return type.isInstance(this) ? Optional.of(type.cast(this)) : destination.capability(type);
    }

    @Override
    public Traits traits() {
        return destination.traits();
    }

    @Override
    public void close() {
        destination.close();
    }
}
