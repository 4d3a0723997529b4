package io.spillway.destination.archive;

import io.spillway.destination.Destination;
import io.spillway.destination.FolderNames;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.RequestPreview;
import io.spillway.destination.StoredObject;
import io.spillway.destination.Torrents;
import io.spillway.destination.Upload;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The Internet Archive. A dump is an item and never changes; {@code DATASET/DUMPDATE/FILE} is FILE in that item. Any
 * other key is refused, as are a second file with the same name, an item that Spillway did not create, and a listing
 * that does not name a dump: {@link Traits#keepsSiteFiles} is false.
 *
 * <p>A call that stores something returns when the item's record shows it with the right size, MD5 and SHA-1, which
 * takes minutes to hours; it is best to store everything in one {@link #place}, whose files wait together. Interrupting
 * the thread ends a call with {@code CANCELLED}.
 *
 * <p>Files can be deleted, items cannot: their name and page remain. Needs no closing; {@link #close()} does nothing.
 */
public final class InternetArchive implements Destination, FolderNames, RequestPreview, Torrents {
    private static final Traits TRAITS = new Traits(false, true, false, ItemLimits.MAX_BYTES, false);

    private final ArchiveOptions options;
    private final PatientClient client;
    private final Placement placement;

    private InternetArchive(ArchiveOptions options, PatientClient client) {
        this.options = options;
        this.client = client;
        this.placement =
                new Placement(client, new Proof(client, options.patience().showWithin()));
    }

    /**
     * Creates the destination without sending a request.
     *
     * @throws SpillwayException {@code CONFIG} if the keys are malformed
     */
    public static InternetArchive open(ArchiveOptions options) throws SpillwayException {
        return open(options, Timekeeper.SYSTEM);
    }

    static InternetArchive open(ArchiveOptions options, Timekeeper time) throws SpillwayException {
        return new InternetArchive(options, new PatientClient(options, time));
    }

    @Override
    public String name() {
        return "ia://" + options.item();
    }

    /** {@inheritDoc} Its bytes are spooled to disk until the commit. */
    @Override
    public Upload begin(ObjectKey key) throws SpillwayException {
        ItemFile file = required(key);
        try {
            return new SpooledUpload(options.spool(), spooled -> store(spooled, key, file));
        } catch (IOException e) {
            throw unreadable(options.spool(), e);
        }
    }

    /** {@inheritDoc} Reads time out if no data arrives. */
    @Override
    public InputStream open(ObjectKey key) throws SpillwayException {
        ItemFile file = required(key);
        return interruptibly(options.spool(), () -> client.open(item(file), file.name()));
    }

    @Override
    public Optional<StoredObject> find(ObjectKey key) throws SpillwayException {
        Optional<ItemFile> file = ItemFile.of(key);
        if (file.isEmpty()) {
            return Optional.empty();
        }
        return Optional.ofNullable(files(item(file.get())).get(file.get().name()))
                .filter(ItemRecord.Entry::isMeasured)
                .map(entry -> new StoredObject(key, entry.bytes(), null));
    }

    /**
     * {@inheritDoc} Fails with {@code DESTINATION_REFUSED} unless {@code prefix} begins with {@code DATASET/DUMPDATE}:
     * the archive's search lists items hours later or never.
     */
    @Override
    public List<StoredObject> list(String prefix) throws SpillwayException {
        ItemFile start = ItemFile.ofPrefix(prefix).orElseThrow(() -> refused("list \"" + prefix + "\""));
        List<StoredObject> found = new ArrayList<>();
        files(item(start)).forEach((name, entry) -> {
            if (name.startsWith(start.name()) && entry.isMeasured()) {
                key(start.dump() + "/" + name).ifPresent(key -> found.add(new StoredObject(key, entry.bytes(), null)));
            }
        });
        found.sort(Comparator.comparing(StoredObject::key));
        return found;
    }

    /** {@inheritDoc} The item and its name remain. */
    @Override
    public void delete(ObjectKey key) throws SpillwayException {
        Optional<ItemFile> file = ItemFile.of(key);
        if (file.isPresent()) {
            interruptibly(options.spool(), () -> {
                placement.delete(item(file.get()), file.get().name());
                return key;
            });
        }
    }

    @Override
    public StoredObject store(Path file, ObjectKey key) throws SpillwayException {
        return store(file, key, required(key));
    }

    private StoredObject store(Path path, ObjectKey key, ItemFile place) throws SpillwayException {
        return interruptibly(path, () -> {
            LocalFile file = LocalFile.read(path, place.name());
            placement.store(item(place), file);
            return new StoredObject(key, file.bytes(), file.sums().sha256());
        });
    }

    /**
     * {@inheritDoc} {@code README.md} is sent first, then the parts, then the other files; {@code last} is sent when
     * the record shows all of them. Nothing is sent if one of the names is taken by a different file.
     */
    @Override
    public void place(Path folder, ObjectKey prefix, String last) throws SpillwayException {
        Item item = item(prefix);
        interruptibly(folder, () -> {
            placement.place(item, Placement.inOrder(folder, item, last));
            return item;
        });
    }

    /** {@inheritDoc} The requests are those to an empty item, with {@code ****} instead of the keys. */
    @Override
    public List<String> dryRun(Path folder, ObjectKey prefix, String last) throws SpillwayException {
        Item item = item(prefix);
        List<LocalFile> files = interruptibly(folder, () -> Placement.inOrder(folder, item, last));
        long bytes = files.stream().mapToLong(LocalFile::bytes).sum();
        Requests requests = client.requests();
        List<String> texts = new ArrayList<>();
        texts.add(requests.record(item).describe());
        texts.add(requests.limit(item).describe());
        for (LocalFile file : files) {
            if (file.name().equals(last)) {
                texts.add(requests.record(item).describe());
            }
            texts.add(requests.put(item, file, bytes).describe());
        }
        texts.add(requests.record(item).describe());
        return texts;
    }

    /** {@inheritDoc} The archive redirects it to the node that currently has the item. */
    @Override
    public Optional<URI> publicAddress(ObjectKey key) {
        return ItemFile.of(key).map(file -> client.requests().publicAddress(item(file), file.name()));
    }

    /** {@inheritDoc} The archive generates one per item; it may omit files of large items. */
    @Override
    public Optional<URI> torrentAddress(ObjectKey folder) {
        return ItemFile.ofPrefix(folder.value())
                .filter(file -> file.name().isEmpty())
                .map(this::item)
                .map(item -> client.requests().publicAddress(item, item.identifier() + "_archive.torrent"));
    }

    @Override
    public List<String> namesBelow(String folder) throws SpillwayException {
        return FolderNames.ofObjects(this, folder);
    }

    @Override
    public Traits traits() {
        return TRAITS;
    }

    @Override
    public void close() {}

    private Map<String, ItemRecord.Entry> files(Item item) throws SpillwayException {
        ItemRecord record = interruptibly(options.spool(), () -> client.record(item));
        Placement.requireOurs(item, record);
        return record.files();
    }

    private Item item(ItemFile file) {
        return options.item().item(file.dump());
    }

    private Item item(ObjectKey prefix) throws SpillwayException {
        return ItemFile.ofPrefix(prefix.value())
                .filter(file -> file.name().isEmpty())
                .map(this::item)
                .orElseThrow(() -> refused("place files below " + prefix));
    }

    private ItemFile required(ObjectKey key) throws SpillwayException {
        return ItemFile.of(key).orElseThrow(() -> refused("hold " + key));
    }

    private SpillwayException refused(String action) {
        return new SpillwayException(
                Fault.DESTINATION_REFUSED,
                "destination %s cannot %s: it stores only files of dumps".formatted(name(), action),
                "only DATASET/DUMPDATE/FILE can be stored there; use another destination for everything else");
    }

    /** A name that is not a valid key was not uploaded by Spillway. */
    private static Optional<ObjectKey> key(String value) {
        try {
            return Optional.of(new ObjectKey(value));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    static SpillwayException unreadable(Path path, IOException e) {
        return new SpillwayException(
                Fault.DESTINATION_UNAVAILABLE,
                "cannot read or write %s for the Internet Archive: %s"
                        .formatted(path, e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()),
                "check whether the disk is full or the file was removed",
                e);
    }

    /** A step on local files and the archive. */
    private interface Step<T> {
        T take() throws IOException, InterruptedException, SpillwayException;
    }

    /**
     * @param local the path for the message of an IOException, which comes from local files: the client handles those
     *              of the archive
     */
    private static <T> T interruptibly(Path local, Step<T> step) throws SpillwayException {
        try {
            return step.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SpillwayException(
                    Fault.CANCELLED,
                    "cancelled during a request to the Internet Archive",
                    "run again to send the rest; what was sent is kept",
                    e);
        } catch (IOException e) {
            throw unreadable(local, e);
        }
    }
}
