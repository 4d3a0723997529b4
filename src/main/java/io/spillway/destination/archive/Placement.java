package io.spillway.destination.archive;

import io.spillway.destination.ObjectKey;
import io.spillway.destination.archive.ItemRecord.Entry;
import io.spillway.destination.archive.ItemRecord.State;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Uploads files to an item. Existing files are neither sent again nor overwritten, so the next call completes an
 * interrupted one. Thread-safe.
 */
final class Placement {
    /** Sent first: it creates and describes the item, and shows early and cheaply whether uploads are refused. */
    static final String README = "README.md";

    /** How long to wait for files of an earlier run before sending them again, which is harmless. */
    private static final Duration SETTLE = Duration.ofMinutes(30);

    private final PatientClient client;
    private final Proof proof;

    /** Item and file to the MD5 that the archive has accepted and may not show yet. */
    private final ConcurrentMap<String, String> taken = new ConcurrentHashMap<>();

    Placement(PatientClient client, Proof proof) {
        this.client = client;
        this.proof = proof;
    }

    /** A folder's files in the order in which they are sent: README, parts, others, {@code last}. */
    static List<LocalFile> inOrder(Path folder, Item item, String last) throws IOException {
        List<LocalFile> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                if (!Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS)) {
                    throw new IllegalArgumentException("not a regular file: " + entry);
                }
                String name = String.valueOf(entry.getFileName());
                // Fails on a name that is not a valid key and so would need escaping in a URL.
                files.add(LocalFile.read(entry, new ObjectKey(name).value()));
            }
        }
        if (files.stream().noneMatch(file -> file.name().equals(last))) {
            throw new IllegalArgumentException(folder + " has no " + last);
        }
        String parts = item.dump().fileStem() + ".";
        files.sort(Comparator.comparing((LocalFile file) -> file.name().equals(last))
                .thenComparing(file -> !file.name().equals(README))
                .thenComparing(file -> !file.name().startsWith(parts))
                .thenComparing(LocalFile::name));
        return files;
    }

    /**
     * Uploads all files, which are in the order of {@link #inOrder}, and returns when the record shows them. The last
     * one is sent when the record shows all others, so that its existence implies theirs.
     */
    void place(Item item, List<LocalFile> files) throws SpillwayException, InterruptedException {
        long bytes = files.stream().mapToLong(LocalFile::bytes).sum();
        requireRoom(item, bytes);
        List<LocalFile> missing = missing(item, files);
        if (missing.isEmpty()) {
            return;
        }
        client.awaitRoom(item);
        LocalFile readme = files.get(0).name().equals(README) ? files.get(0) : null;
        List<LocalFile> others = files.subList(0, files.size() - 1);
        for (LocalFile file : others) {
            if (missing.contains(file)) {
                send(item, file, bytes, readme);
            }
        }
        show(item, others);
        LocalFile last = files.get(files.size() - 1);
        if (missing.contains(last)) {
            send(item, last, bytes, readme);
        }
        show(item, files);
    }

    /** Uploads one file and returns when the record shows it. */
    void store(Item item, LocalFile file) throws SpillwayException, InterruptedException {
        requireRoom(item, file.bytes());
        ItemRecord record = client.record(item);
        requireOurs(item, record);
        if (isThere(item, record, file)) {
            return;
        }
        client.awaitRoom(item);
        long there = record.files().values().stream()
                .mapToLong(Entry::bytes)
                .filter(bytes -> bytes > 0)
                .sum();
        send(item, file, there + file.bytes(), null);
        show(item, List.of(file));
    }

    /** Deletes a file from the item and returns when the record no longer shows it. */
    void delete(Item item, String name) throws SpillwayException, InterruptedException {
        ItemRecord record = client.record(item);
        requireOurs(item, record);
        if (record.files().containsKey(name)) {
            client.delete(item, name);
            proof.awaitAbsence(item, name);
        }
        taken.remove(item + "/" + name);
    }

    /** Fails with {@code DESTINATION_REFUSED} if the item exists and does not belong to this dump. */
    static void requireOurs(Item item, ItemRecord record) throws SpillwayException {
        if (record.state() == State.DARK) {
            throw taken(
                    item, "was taken down", "ask info@archive.org for the reason, or choose another name for items");
        }
        if (record.state() == State.THERE && record.dump() == null) {
            throw taken(item, "was not created by Spillway", "choose another name for items");
        }
        if (record.state() == State.THERE && !item.dump().toString().equals(record.dump())) {
            throw taken(
                    item,
                    "contains " + record.dump(),
                    "give each dump its own item: {stamp} instead of {date} for several dumps a day, {dataset} for"
                            + " several datasets");
        }
    }

    private static SpillwayException taken(Item item, String whose, String hint) {
        return new SpillwayException(
                Fault.DESTINATION_REFUSED,
                "item %s of the Internet Archive already exists and %s; cannot store %s there"
                        .formatted(item, whose, item.dump()),
                hint);
    }

    private static void requireRoom(Item item, long bytes) throws SpillwayException {
        if (bytes > ItemLimits.MAX_BYTES) {
            throw new SpillwayException(
                    Fault.DESTINATION_REFUSED,
                    "%s has %d bytes; the limit for an item of the Internet Archive is %d"
                            .formatted(item.dump(), bytes, ItemLimits.MAX_BYTES),
                    "publish less in one dump, or as several datasets");
        }
    }

    /** The files that the record does not show; all are checked before anything is sent. */
    private List<LocalFile> missing(Item item, List<LocalFile> files) throws SpillwayException, InterruptedException {
        ItemRecord record = proof.settled(item, SETTLE);
        requireOurs(item, record);
        List<LocalFile> missing = new ArrayList<>();
        for (LocalFile file : files) {
            if (!isThere(item, record, file)) {
                missing.add(file);
            }
        }
        return missing;
    }

    /**
     * Fails with {@code DESTINATION_REFUSED} if a different file has that name. A file that is not measured yet is sent
     * again, which is harmless.
     */
    private static boolean isThere(Item item, ItemRecord record, LocalFile file) throws SpillwayException {
        Entry entry = record.files().get(file.name());
        if (entry != null && entry.isMeasured() && !entry.is(file)) {
            throw new SpillwayException(
                    Fault.DESTINATION_REFUSED,
                    "%s already exists in item %s of the Internet Archive with different content: %s"
                            .formatted(file.name(), item, entry),
                    "dumps are never overwritten; delete it from the item if it is damaged, and run again");
        }
        return entry != null && entry.is(file);
    }

    private void send(Item item, LocalFile file, long itemBytes, @Nullable LocalFile small)
            throws SpillwayException, InterruptedException {
        String name = item + "/" + file.name();
        if (!file.sums().md5().equals(taken.get(name))) {
            client.put(item, file, itemBytes, small);
            taken.put(name, file.sums().md5());
        }
    }

    /**
     * After a failure nothing counts as accepted: a task may have been lost, and the next call has to send the file
     * again.
     */
    private void show(Item item, List<LocalFile> files) throws SpillwayException, InterruptedException {
        try {
            proof.awaitFiles(item, files);
        } catch (SpillwayException e) {
            files.forEach(file -> taken.remove(item + "/" + file.name()));
            throw e;
        }
    }
}
