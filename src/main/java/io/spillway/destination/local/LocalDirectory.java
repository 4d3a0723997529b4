package io.spillway.destination.local;

import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
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
 * A folder of a file system, such as one that a web server serves. A key is a path below it.
 *
 * <p>What is being written has a hidden name ({@code .NAME.RANDOM.incomplete}) in the folder it is meant for and can be
 * read by its owner alone. It is flushed to the disk before it takes its visible name in one rename, and so is the
 * rename before a call returns. Published files have mode 0644 and folders 0755, whatever the umask, where the file
 * system knows modes.
 *
 * <p>Names that start with a dot belong to this class: keys with such a segment fail with {@link
 * IllegalArgumentException}. A symbolic link below the root is no object and is never followed: it is not listed, found,
 * opened or written through. The root itself may be a link.
 *
 * <p>Nothing stays open between calls; {@link #close()} does nothing.
 */
public final class LocalDirectory implements Destination {
    private static final Traits TRAITS = new Traits(true, true, true, Long.MAX_VALUE);

    /** Locks cannot be waited for together with a limit; ten looks a second cost nothing. */
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
     * The destination at {@code root}, which is created, with the folders above it, if nothing is there. Fails as
     * refused if something else than a folder is there, or a folder that this process may not write to.
     */
    public static LocalDirectory open(Path root) throws SpillwayException {
        return open(root, null);
    }

    /**
     * The same for a directory that a web server shows.
     *
     * @param publicUrl where people fetch what lies in it, ending in a slash, or null where nobody can
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
                        "destination " + folder + " can't be written to",
                        "give user \"%s\" the right to write there, or mount it writable"
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
                    "destination " + folder + " is not a directory: there is a file at " + e.getFile(),
                    "name a directory, or move that file away",
                    e);
        } catch (IOException e) {
            throw IoFaults.translate(folder, "be opened", e);
        }
    }

    /** The same for a folder that only its owner may read, with all that is written into it. */
    public static LocalDirectory openPrivate(Path root) throws SpillwayException {
        LocalDirectory directory = open(root, null);
        directory.tree.keepPrivate();
        return directory;
    }

    /** The destination at an existing folder that is only read, such as another user's. This call changes nothing. */
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
     * {@inheritDoc} A write to the body that the file system refuses fails with an {@link IOException} whose cause is
     * the {@link SpillwayException} to report. Closing without committing also removes the folders that were created
     * for the object, if nothing else came into them.
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
            // Deleted since the line above: the answer is the same.
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

    /** {@inheritDoc} Files whose names are no keys are not listed. */
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
            Optional<ObjectKey> key = key(folderKey + FileTree.name(entry));
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

    /** A version is a file of its own here: what replaces another is a new file, renamed. */
    private static StoredObject object(ObjectKey key, BasicFileAttributes file) {
        String version = file.fileKey() + " " + file.lastModifiedTime() + " " + file.size();
        return new StoredObject(key, file.size(), null, version);
    }

    /** What is directly in the folder; nothing if the folder was removed meanwhile. */
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

    /** The key of that name, or empty where there can be none: a foreign file, or one of the hidden ones. */
    static Optional<ObjectKey> key(String value) {
        try {
            return FileTree.isHidden(value) ? Optional.empty() : Optional.of(new ObjectKey(value));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** {@inheritDoc} A link is named, and not followed; so are hidden files, such as the unfinished ones of this class. */
    @Override
    public Optional<List<String>> namesBelow(String folder) throws SpillwayException {
        Path top = root.resolve(folder);
        if (!top.normalize().startsWith(root)) {
            throw new IllegalArgumentException("not below the root: \"" + folder + "\"");
        }
        List<String> names = new ArrayList<>();
        try {
            if (tree.standsInFolders(top)) {
                collectNames(top, "", names);
            }
        } catch (IOException e) {
            throw IoFaults.translate(root, "list \"" + folder + "\"", e);
        }
        Collections.sort(names);
        return Optional.of(names);
    }

    private static void collectNames(Path folder, String start, List<String> names) throws IOException {
        for (Path entry : entries(folder)) {
            String name = start + FileTree.name(entry);
            if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                collectNames(entry, name + "/", names);
            } else {
                names.add(name);
            }
        }
    }

    /** {@inheritDoc} Folders above the object that are empty then are removed too, the root excepted. */
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
            // Another thread deleted the last of the folder's files, and with it the folder: nothing is left to sync.
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
                throw taken(key, null);
            }
            try (LocalUpload upload = new LocalUpload(tree, key, tree.path(key))) {
                Files.copy(file, upload.body());
                return upload.commitAbsent();
            }
        } catch (FileAlreadyExistsException e) {
            throw taken(key, e);
        } catch (IOException e) {
            throw IoFaults.translate(root, "store " + key, e);
        }
    }

    private SpillwayException taken(ObjectKey key, @Nullable FileAlreadyExistsException e) {
        return IoFaults.refused(
                "%s is there already in %s, and is not what was to be stored".formatted(key, root),
                "a dated name is never overwritten; move what is there away if it is not a dump",
                e);
    }

    /**
     * {@inheritDoc} On the root's file system the folder itself is renamed, in one step, and is gone afterwards; see
     * {@link #newWorkFolder}. From another file system its files are copied into a hidden folder first, read back and
     * compared; the folder then stays as it was. A failed call leaves the folder's files where they were. Fails with
     * {@link IllegalArgumentException} if the folder lacks {@code last} or has anything but regular files with names
     * that are fit for keys.
     */
    @Override
    public void place(Path folder, ObjectKey prefix, String last) throws SpillwayException {
        placing.place(folder, prefix, last);
    }

    /**
     * A new, empty, hidden folder beside the one that {@code prefix} will name, on the same file system, so that {@link
     * #place} only has to rename it. Only its owner can read it until then. The caller fills it and removes it if it
     * comes to nothing; {@link #sweep} removes what a killed process left. Fails as refused if the prefix is taken.
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
     * {@inheritDoc} A relative symbolic link: a web server that shows this directory follows it, and a copy of the
     * directory keeps it. False where the file system has no links.
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
    public void unlink(ObjectKey name) throws SpillwayException {
        Path link = tree.path(name);
        try {
            tree.unlink(link);
        } catch (IOException e) {
            throw IoFaults.translate(root, "unlink " + name, e);
        }
    }

    /**
     * Takes the lock of what belongs to all datasets, such as {@code links.json}, and waits for it while somebody else
     * has it: whoever has it writes some small files. The caller closes it.
     *
     * @param patience how long to wait
     * @throws SpillwayException as already running: it was not free in that time
     */
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
     * Takes the lock of a dataset, or fails as already running, naming the holder: another process, or another thread of
     * this one. At once, but where the last holder was on another host and did not free it: then {@link Lock} first makes
     * sure that nobody is there any more. The dataset's folder is created if it is missing. The caller closes the lock.
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
     * Removes every unfinished folder directly in the dataset's folder, every unfinished file there, in the folders of its
     * dumps and directly in the root that is older than an hour (a younger one may be under way: small files of the site
     * are written without the dataset's lock), and the empty folder that a {@link #place} leaves when it is killed just before its rename. To be called by the holder of the
     * dataset's {@link #lock}. Should somebody be at work there all the same, whose lock was taken over, then what he
     * places is whole, or he fails.
     *
     * @return the names that were removed, relative to the dataset's folder and in order
     */
    public List<String> sweep(String dataset) throws SpillwayException {
        return new Sweep(tree).run(dataset);
    }

    /** How many bytes this process may still write below the root, as the file system tells at this moment. */
    public long usableBytes() throws SpillwayException {
        try {
            return Files.getFileStore(root).getUsableSpace();
        } catch (IOException e) {
            throw IoFaults.translate(root, "tell its free space", e);
        }
    }

    /** Where the files under a key's name lie, whether there are any or not. */
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
