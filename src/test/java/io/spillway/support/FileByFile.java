package io.spillway.support;

import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/** A directory that receives dumps file by file, as a bucket does, and fails on request. */
public class FileByFile extends SteppedDestination {
    /** Keys of sent files, without those that already existed. */
    public final List<ObjectKey> sent = new CopyOnWriteArrayList<>();

    /** Keys of files whose bytes were sent early, unseen, and not abandoned. */
    public final List<ObjectKey> prepared = new CopyOnWriteArrayList<>();

    /** Opens when the first file was sent, or its bytes were sent early. */
    public final CountDownLatch first = new CountDownLatch(1);

    private final String name;
    private int failAfter = Integer.MAX_VALUE;

    /** Delegates to {@code directory}. Closing this closes it. */
    public FileByFile(String name, Destination directory) {
        super(directory, (step, folder) -> {});
        this.name = name;
    }

    /** Fails after so many files were sent. */
    public FileByFile failAfter(int files) {
        failAfter = files;
        return this;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Traits traits() {
        return new Traits(true, true, false, Long.MAX_VALUE);
    }

    @Override
    public void prepare(Path file, ObjectKey key) {
        prepared.add(key);
        first.countDown();
    }

    @Override
    public void abandon(ObjectKey key) {
        prepared.remove(key);
    }

    @Override
    public StoredObject store(Path file, ObjectKey key) throws SpillwayException {
        boolean there = find(key).isPresent();
        if (!there && sent.size() >= failAfter) {
            throw new SpillwayException(Fault.DESTINATION_UNAVAILABLE, name + " is away", "wait");
        }
        StoredObject stored = super.store(file, key);
        if (!there) {
            sent.add(key);
            first.countDown();
        }
        return stored;
    }

    @Override
    public void place(Path folder, ObjectKey prefix, String last) throws SpillwayException {
        place(this, folder, prefix, last);
    }

    /** Stores each file of a folder in the order of names, and {@code last} after all others. */
    static void place(Destination at, Path folder, ObjectKey prefix, String last) throws SpillwayException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(each -> !each.endsWith(last)).sorted().toList()) {
                at.store(file, prefix.child(file.getFileName().toString()));
            }
            at.store(folder.resolve(last), prefix.child(last));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
