package io.spillway.support;

import io.spillway.destination.Destination;
import io.spillway.destination.FolderNames;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.destination.Upload;
import io.spillway.fault.SpillwayException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reports calls of a destination, before and after each call. The listener may throw. */
public class SteppedDestination implements Destination, FolderNames {
    private final Destination destination;
    private final Listener listener;

    /** Receives {@code "before place"}, {@code "after list"}, and the folder if there is one. */
    @FunctionalInterface
    public interface Listener {
        /** Called on the thread of the caller, which also gets its exceptions. */
        void at(String step, @Nullable Path folder);
    }

    /** Delegates to {@code destination}. Closing this closes it. */
    public SteppedDestination(Destination destination, Listener listener) {
        this.destination = destination;
        this.listener = listener;
    }

    private interface Call<T> {
        T make() throws SpillwayException;
    }

    private <T> T step(String name, @Nullable Path folder, Call<T> call) throws SpillwayException {
        listener.at("before " + name, folder);
        T answer = call.make();
        listener.at("after " + name, folder);
        return answer;
    }

    @Override
    public String name() {
        return destination.name();
    }

    @Override
    public Upload begin(ObjectKey key) throws SpillwayException {
        return step("begin", null, () -> destination.begin(key));
    }

    @Override
    public InputStream open(ObjectKey key) throws SpillwayException {
        return step("open", null, () -> destination.open(key));
    }

    @Override
    public Optional<StoredObject> find(ObjectKey key) throws SpillwayException {
        return step("find", null, () -> destination.find(key));
    }

    @Override
    public List<StoredObject> list(String prefix) throws SpillwayException {
        return step("list", null, () -> destination.list(prefix));
    }

    @Override
    public void delete(ObjectKey key) throws SpillwayException {
        step("delete", null, () -> {
            destination.delete(key);
            return key;
        });
    }

    @Override
    public StoredObject store(Path file, ObjectKey key) throws SpillwayException {
        return step("store", null, () -> destination.store(file, key));
    }

    @Override
    public void place(Path folder, ObjectKey prefix, String last) throws SpillwayException {
        step("place", folder, () -> {
            destination.place(folder, prefix, last);
            return prefix;
        });
    }

    @Override
    public void prepare(Path file, ObjectKey key) throws SpillwayException {
        destination.prepare(file, key);
    }

    @Override
    public void abandon(ObjectKey key) throws SpillwayException {
        destination.abandon(key);
    }

    @Override
    public List<String> namesBelow(String folder) throws SpillwayException {
        return FolderNames.ofObjects(this, folder);
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
