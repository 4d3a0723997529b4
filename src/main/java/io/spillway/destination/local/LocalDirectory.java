package io.spillway.destination.local;

import io.spillway.destination.Destination;
import io.spillway.destination.FolderLinks;
import io.spillway.destination.FolderNames;
import io.spillway.destination.LocalFolders;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.SiteLock;
import io.spillway.destination.StoredObject;
import io.spillway.destination.Upload;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A folder of a file system, such as one served by a web server. A key is a path below it.
 *
 * <p>An unfinished file has a hidden name ({@code .NAME.RANDOM.incomplete}) in its target folder and can be read only
 * by its owner. It is synced to disk before it gets its visible name in one rename, and the rename is synced before a
 * call returns. Published files have mode 0644 and folders 0755, whatever the umask, if the file system supports modes.
 *
 * <p>Names that start with a dot are reserved: keys with such a segment fail with {@link IllegalArgumentException}. A
 * symbolic link below the root is not an object and is never followed: it is not listed, found, opened or written
 * through. The root itself may be a link.
 *
 * <p>Nothing stays open between calls; {@link #close()} does nothing.
 */
public final class LocalDirectory implements Destination, FolderLinks, FolderNames, LocalFolders, SiteLock {
    private static final Traits TRAITS = new Traits(true, true, true, Long.MAX_VALUE);

    /** There is no way to wait for a lock with a timeout; polling ten times a second is cheap. */
    private static final long SITE_LOCK_PAUSE_MILLIS = 100;

    private final Path root;
    private final @Nullable URI publicUrl;
    private final FileTree tree;
    private final Placing placing;

    private LocalDirectory(Path root, @Nullable URI publicUrl) {
        this.root = root;
        this.publicUrl = publicUrl;
        this.tree = new FileTree(root);
        this.placing = new Placing(tree);
    }

    /**
     * Opens the destination at {@code root}, and creates the folder if it is missing. Fails with
     * {@code DESTINATION_REFUSED} if it is not a folder, or not writable.
     */
    public static LocalDirectory open(Path root) throws SpillwayException {
        return open(root, null);
    }

    /**
     * The same for a directory served by a web server.
     *
     * @param publicUrl public URL of its content, ending in a slash, or null if it is not public
     */
    public static LocalDirectory open(Path root, @Nullable URI publicUrl) throws SpillwayException {
        Path folder = root.toAbsolutePath().normalize();
        try {
            boolean missing = !Files.isDirectory(folder);
            if (missing) {
                Files.createDirectories(folder);
            }
            if (!Files.isWritable(folder)) {
                throw IoFaults.refused(
                        "destination " + folder + " is not writable",
                        "grant user \"%s\" write permission, or mount it writable"
                                .formatted(System.getProperty("user.name")),
                        null);
            }
            LocalDirectory directory = new LocalDirectory(folder.toRealPath(), publicUrl);
            if (missing) {
                directory.tree.publish(directory.root);
            }
            return directory;
        } catch (FileAlreadyExistsException e) {
            throw IoFaults.refused(
                    "destination " + folder + " is not a directory: a file exists at " + e.getFile(),
                    "choose another directory, or move that file away",
                    e);
        } catch (IOException e) {
            throw IoFaults.translate(folder, "be opened", e);
        }
    }

    /** The same for a folder that only its owner may read, with everything written to it. */
    public static LocalDirectory openPrivate(Path root) throws SpillwayException {
        LocalDirectory directory = open(root, null);
        directory.tree.keepPrivate();
        return directory;
    }

    /** Opens an existing folder for reading only, such as another user's. This call changes nothing. */
    public static LocalDirectory openToRead(Path root) throws SpillwayException {
        Path folder = root.toAbsolutePath().normalize();
        try {
            return new LocalDirectory(folder.toRealPath(), null);
        } catch (IOException e) {
            throw IoFaults.translate(folder, "be opened", e);
        }
    }

    @Override
    public String name() {
        return root.toString();
    }

    /**
     * {@inheritDoc} A failed write to the body throws an {@link IOException} whose cause is the
     * {@link SpillwayException} to report. Closing without a commit also removes the folders created for the object, if
     * they are still empty.
     */
    @Override
    public Upload begin(ObjectKey key) throws SpillwayException {
        Path target = tree.path(key);
        try {
            return new LocalUpload(tree, key, target);
        } catch (IOException e) {
            throw IoFaults.translate(root, "begin " + key, e);
        }
    }

    @Override
    public InputStream open(ObjectKey key) throws SpillwayException {
        Path file = tree.path(key);
        try {
            if (tree.regularFile(file).isPresent()) {
                return Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS);
            }
        } catch (NoSuchFileException e) {
            // Deleted since the check; handled as missing.
        } catch (IOException e) {
            throw IoFaults.translate(root, "open " + key, e);
        }
        throw IoFaults.refused("destination " + root + " has no " + key, null, null);
    }

    @Override
    public Optional<StoredObject> find(ObjectKey key) throws SpillwayException {
        Path file = tree.path(key);
        try {
            return tree.regularFile(file).map(attributes -> object(key, attributes));
        } catch (IOException e) {
            throw IoFaults.translate(root, "find " + key, e);
        }
    }

    /** {@inheritDoc} Files whose names are not keys are not listed. */
    @Override
    public List<StoredObject> list(String prefix) throws SpillwayException {
        String folderKey = prefix.substring(0, prefix.lastIndexOf('/') + 1);
        if (!folderKey.isEmpty()
                && key(folderKey.substring(0, folderKey.length() - 1)).isEmpty()) {
            return List.of();
        }
        List<StoredObject> found = new ArrayList<>();
        try {
            Path folder = root.resolve(folderKey);
            if (tree.standsInFolders(folder)) {
                collect(folder, folderKey, prefix, found);
            }
        } catch (IOException e) {
            throw IoFaults.translate(root, "list \"" + prefix + "\"", e);
        }
        found.sort(Comparator.comparing(StoredObject::key));
        return found;
    }

    private static void collect(Path folder, String folderKey, String prefix, List<StoredObject> found)
            throws IOException {
        for (Path entry : entries(folder)) {
            String path = folderKey + FileTree.name(entry);
            Optional<ObjectKey> key = path.startsWith(prefix) || prefix.startsWith(path) ? key(path) : Optional.empty();
            Optional<BasicFileAttributes> attributes = key.isEmpty() ? Optional.empty() : FileTree.attributes(entry);
            if (key.isEmpty() || attributes.isEmpty()) {
                continue;
            }
            String value = key.get().value();
            if (attributes.get().isRegularFile() && value.startsWith(prefix)) {
                found.add(object(key.get(), attributes.get()));
            } else if (attributes.get().isDirectory() && (value.startsWith(prefix) || prefix.startsWith(value + "/"))) {
                collect(entry, value + "/", prefix, found);
            }
        }
    }

    /** Each version is a separate file: a replacement is a new file that was renamed. */
    private static StoredObject object(ObjectKey key, BasicFileAttributes file) {
        String version = file.fileKey() + " " + file.lastModifiedTime().to(TimeUnit.NANOSECONDS) + " " + file.size();
        return new StoredObject(key, file.size(), null, version);
    }

    /** The entries of the folder; none if the folder was removed meanwhile. */
    static List<Path> entries(Path folder) throws IOException {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
            stream.forEach(entries::add);
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        Collections.sort(entries);
        return entries;
    }

    /** The key of that name; empty for foreign and hidden files, whose names cannot be keys. */
    static Optional<ObjectKey> key(String value) {
        try {
            return FileTree.isHidden(value) ? Optional.empty() : Optional.of(new ObjectKey(value));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** {@inheritDoc} Includes links, without following them, and hidden files such as unfinished ones. */
    @Override
    public List<String> namesBelow(String folder) throws SpillwayException {
        Path top = root.resolve(folder);
        if (!top.normalize().startsWith(root)) {
            throw new IllegalArgumentException("not below the root: \"" + folder + "\"");
        }
        List<String> names = new ArrayList<>();
        try {
            if (tree.standsInFolders(top)) {
                FileTree.collectNames(top, "", names);
            }
        } catch (IOException e) {
            throw IoFaults.translate(root, "list \"" + folder + "\"", e);
        }
        Collections.sort(names);
        return names;
    }

    /** {@inheritDoc} Also removes folders above the object that are empty afterwards, except the root. */
    @Override
    public void delete(ObjectKey key) throws SpillwayException {
        Path file = tree.path(key);
        try {
            if (tree.regularFile(file).isPresent()) {
                Files.deleteIfExists(file);
                tree.sync(FileTree.parent(file));
                tree.removeEmpty(tree.below(FileTree.parent(file)));
            }
        } catch (NoSuchFileException e) {
            // Another thread deleted the last of the folder's files, and with it the folder: there is nothing left to
            // sync.
        } catch (IOException e) {
            throw IoFaults.translate(root, "delete " + key, e);
        }
    }

    @Override
    public StoredObject store(Path file, ObjectKey key) throws SpillwayException {
        try {
            String sha256 = Sha256.of(file);
            Optional<StoredObject> there = find(key);
            if (there.isPresent()) {
                if (there.get().bytes() == Files.size(file)
                        && Sha256.of(tree.path(key)).equals(sha256)) {
                    return new StoredObject(key, there.get().bytes(), sha256);
                }
                throw IoFaults.taken(root, key, null);
            }
            try (LocalUpload upload = new LocalUpload(tree, key, tree.path(key))) {
                Files.copy(file, upload.body());
                return upload.commitAbsent();
            }
        } catch (FileAlreadyExistsException e) {
            throw IoFaults.taken(root, key, e);
        } catch (IOException e) {
            throw IoFaults.translate(root, "store " + key, e);
        }
    }

    /**
     * {@inheritDoc} On the root's file system the folder itself is renamed atomically and no longer exists afterwards;
     * see {@link #newWorkFolder}. From another file system its files are first copied to a hidden folder, read back and
     * compared; the folder then stays unchanged. A failed call leaves the files in place. Fails with
     * {@link IllegalArgumentException} if the folder lacks {@code last} or contains anything except regular files whose
     * names are valid in keys.
     */
    @Override
    public void place(Path folder, ObjectKey prefix, String last) throws SpillwayException {
        placing.place(folder, prefix, last);
    }

    /**
     * Creates a new, empty, hidden folder beside the one that {@code prefix} will name, on the same file system, so
     * that {@link #place} only has to rename it. Only its owner can read it until then. The caller fills it, and
     * removes it if it is not placed; {@link #sweep} removes the left-overs of a killed process. Fails with
     * {@code DESTINATION_REFUSED} if the prefix is taken.
     */
    public Path newWorkFolder(ObjectKey prefix) throws SpillwayException {
        Path target = tree.path(prefix);
        placing.refuseIfTaken(prefix, target);
        try {
            return tree.createHiddenFolder(target);
        } catch (IOException e) {
            throw IoFaults.translate(root, "begin " + prefix, e);
        }
    }

    /**
     * {@inheritDoc} Uses a relative symbolic link, which web servers follow and copies of the directory keep. Returns
     * false if the file system has no links.
     */
    @Override
    public boolean link(ObjectKey name, ObjectKey folder) throws SpillwayException {
        Path link = tree.path(name);
        Path target = tree.path(folder);
        if (!FileTree.parent(link).equals(FileTree.parent(target))) {
            throw new IllegalArgumentException(name + " and " + folder + " are not in the same folder");
        }
        try {
            tree.link(link, target);
            return true;
        } catch (UnsupportedOperationException e) {
            return false;
        } catch (IOException e) {
            throw IoFaults.translate(root, "link " + name, e);
        }
    }

    @Override
    public boolean mayTake(ObjectKey name, boolean link) throws SpillwayException {
        return tree.mayTake(name, link);
    }

    @Override
    public void unlink(ObjectKey name) throws SpillwayException {
        Path link = tree.path(name);
        try {
            tree.unlink(link);
        } catch (IOException e) {
            throw IoFaults.translate(root, "unlink " + name, e);
        }
    }

    /** {@inheritDoc} Another process holds it only while it writes some small files. */
    @Override
    public Lock lockSite(Duration patience) throws SpillwayException, InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            try {
                return takeLock(root, "the site's own files");
            } catch (SpillwayException e) {
                if (e.fault() != Fault.ALREADY_RUNNING || System.nanoTime() > end) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(SITE_LOCK_PAUSE_MILLIS);
            }
        }
    }

    /**
     * Takes the lock of a dataset, or fails with {@code ALREADY_RUNNING} and names the holder: another process, or
     * another thread of this one. It does not wait, unless the last holder was on another host and did not release it:
     * then {@link Lock} first makes sure that it is no longer active. Creates the dataset's folder if it is missing.
     * The caller closes the lock.
     */
    public Lock lock(String dataset) throws SpillwayException {
        Path folder = tree.path(new ObjectKey(dataset));
        try {
            tree.createFolders(folder);
        } catch (IOException e) {
            throw IoFaults.translate(root, "lock " + dataset, e);
        }
        return takeLock(folder, dataset);
    }

    private Lock takeLock(Path folder, String what) throws SpillwayException {
        try {
            return Lock.take(folder.resolve(Lock.FILE), what, Lock.Owner.THIS_PROCESS);
        } catch (IOException e) {
            throw IoFaults.translate(root, "lock " + what, e);
        }
    }

    /**
     * Removes unfinished left-overs: every unfinished folder directly in the dataset's folder; every unfinished file
     * there, in the folders of its dumps and directly in the root that is older than an hour (a younger one may be in
     * use, since small files of the site are written without the dataset's lock); and the empty folder that a
     * {@link #place} leaves if it is killed just before its rename. The caller must hold the dataset's {@link #lock}.
     * If a process that lost its lock is still working there, its dump is either placed completely, or it fails.
     *
     * @return the removed names, relative to the dataset's folder and sorted
     */
    public List<String> sweep(String dataset) throws SpillwayException {
        return new Sweep(tree).run(dataset);
    }

    /** Bytes that this process can currently write below the root, according to the file system. */
    public long usableBytes() throws SpillwayException {
        try {
            return Files.getFileStore(root).getUsableSpace();
        } catch (IOException e) {
            throw IoFaults.translate(root, "determine its free space", e);
        }
    }

    @Override
    public Path folder(ObjectKey prefix) {
        return tree.path(prefix);
    }

    @Override
    public Optional<URI> publicAddress(ObjectKey key) {
        return Optional.ofNullable(publicUrl).map(base -> base.resolve(key.value()));
    }

    @Override
    public Traits traits() {
        return TRAITS;
    }

    @Override
    public void close() {}
}
