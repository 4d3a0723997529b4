package io.spillway.destination.local;

import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.destination.Upload;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.files.Folders;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

    /** Far more than the writing of one small file takes, on any disk. */
    private static final Duration SITE_FILE_TAKES = Duration.ofHours(1);

    private static final Pattern HIDDEN =
            Pattern.compile("\\.(.+)\\.[0-9a-f]{16}" + Pattern.quote(FileTree.INCOMPLETE));

    private final Path root;
    private final @Nullable URI publicUrl;
    private final FileTree tree;

    private LocalDirectory(Path root, @Nullable URI publicUrl) {
        this.root = root;
        this.publicUrl = publicUrl;
        this.tree = new FileTree(root);
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
                String user = System.getProperty("user.name");
                throw IoFaults.refused(
                        "destination " + folder + " can't be written to",
                        "give user \"%s\" the right to write there, or mount it writable".formatted(user),
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

    /**
     * The destination at an existing folder that is only read, such as a medium or another user's folder. Nothing is
     * created or changed by this call.
     */
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
            return tree.regularFile(file).map(attributes -> new StoredObject(key, attributes.size(), null));
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
                found.add(new StoredObject(key.get(), attributes.get().size(), null));
            } else if (attributes.get().isDirectory() && (value.startsWith(prefix) || prefix.startsWith(value + "/"))) {
                collect(entry, value + "/", prefix, found);
            }
        }
    }

    /** What is directly in the folder; nothing if the folder was removed meanwhile. */
    private static List<Path> entries(Path folder) throws IOException {
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
    private static Optional<ObjectKey> key(String value) {
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
                throw new SpillwayException(
                        Fault.DESTINATION_REFUSED,
                        "%s is there already in %s, and is not what was to be stored".formatted(key, root),
                        "a dated name is never overwritten; move what is there away if it is not a dump");
            }
            try (Upload upload = begin(key)) {
                Files.copy(file, upload.body());
                return upload.commit();
            }
        } catch (IOException e) {
            throw IoFaults.translate(root, "store " + key, e);
        }
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
        Path target = tree.path(prefix);
        try {
            List<Path> files = finishedFiles(folder, last);
            refuseIfTaken(prefix, target);
            tree.createFolders(FileTree.parent(target));
            if (!Files.getFileStore(folder).equals(Files.getFileStore(FileTree.parent(target)))) {
                placeCopy(files, prefix, target);
            } else {
                placeItself(folder, files, prefix, target);
            }
            tree.sync(FileTree.parent(target));
        } catch (IOException e) {
            throw IoFaults.translate(root, "place " + prefix, e);
        }
    }

    private static List<Path> finishedFiles(Path folder, String last) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new IllegalArgumentException("not a folder: " + folder);
        }
        List<Path> files = entries(folder);
        for (Path file : files) {
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                    || key(FileTree.name(file)).isEmpty()) {
                throw new IllegalArgumentException("not a file that can be published: " + file);
            }
        }
        if (!files.contains(folder.resolve(last))) {
            throw new IllegalArgumentException(folder + " has no " + last);
        }
        return files;
    }

    private void placeItself(Path folder, List<Path> files, ObjectKey prefix, Path target)
            throws IOException, SpillwayException {
        for (Path file : files) {
            tree.publish(file);
            tree.sync(file);
        }
        tree.publish(folder);
        tree.sync(folder);
        try {
            takeName(folder, prefix, target);
        } catch (AtomicMoveNotSupportedException e) {
            // One file system mounted twice looks like one, but there is no rename from one mount to the other.
            placeCopy(files, prefix, target);
        }
    }

    private void placeCopy(List<Path> files, ObjectKey prefix, Path target) throws IOException, SpillwayException {
        requireSpace(files, prefix);
        Path copy = tree.createHiddenFolder(target);
        try {
            for (Path file : files) {
                copyAndCompare(file, copy.resolve(FileTree.name(file)), prefix);
            }
            tree.publish(copy);
            tree.sync(copy);
            takeName(copy, prefix, target);
        } finally {
            tree.discard(copy);
        }
    }

    private void requireSpace(List<Path> files, ObjectKey prefix) throws IOException, SpillwayException {
        long needed = 0;
        for (Path file : files) {
            needed += Files.size(file);
        }
        long usable = usableBytes();
        if (needed > usable) {
            throw IoFaults.unavailable(
                    "destination %s has no room for %s".formatted(root, prefix),
                    "free some space: %d bytes are needed, %d are free".formatted(needed, usable),
                    null);
        }
    }

    private void copyAndCompare(Path file, Path copy, ObjectKey prefix) throws IOException, SpillwayException {
        String written;
        try (FileOutputStream out = new FileOutputStream(copy.toFile())) {
            written = Sha256.copy(file, out);
            out.getFD().sync();
        }
        tree.publish(copy);
        if (Files.size(copy) != Files.size(file) || !Sha256.of(copy).equals(written)) {
            throw IoFaults.unavailable(
                    "destination %s keeps other bytes of %s than were copied from %s"
                            .formatted(root, prefix.child(FileTree.name(file)), file),
                    "check the disk, and that nobody writes to the folder that is being placed",
                    null);
        }
    }

    /**
     * Renames the folder to its visible name if that is free. A rename alone would silently replace an empty folder, so
     * the name is taken first with an empty folder of our own, which only one of all takers can create, and which the
     * rename then replaces. For a reader the empty folder is no dump yet.
     */
    private void takeName(Path folder, ObjectKey prefix, Path target) throws IOException, SpillwayException {
        boolean claimed = tree.posix(); // Elsewhere a rename never replaces a folder.
        if (claimed) {
            try {
                Files.createDirectory(target);
            } catch (FileAlreadyExistsException e) {
                throw taken(prefix, e);
            }
        }
        try {
            Files.move(folder, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            if (claimed) {
                removeIfEmpty(target);
            }
            throw e;
        }
    }

    private void refuseIfTaken(ObjectKey prefix, Path target) throws SpillwayException {
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw taken(prefix, new FileAlreadyExistsException(target.toString()));
        }
    }

    private SpillwayException taken(ObjectKey prefix, FileAlreadyExistsException e) {
        return IoFaults.refused(
                "destination %s already has something at %s".formatted(root, prefix),
                "a dated name is never overwritten: export again under a new one",
                e);
    }

    private static boolean removeIfEmpty(Path folder) throws IOException {
        try {
            return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS) && Files.deleteIfExists(folder);
        } catch (DirectoryNotEmptyException e) {
            return false;
        }
    }

    /**
     * A new, empty, hidden folder beside the one that {@code prefix} will name, on the same file system, so that {@link
     * #place} only has to rename it. Only its owner can read it until then. The caller fills it and removes it if it
     * comes to nothing; {@link #sweep} removes what a killed process left. Fails as refused if the prefix is taken.
     */
    public Path newWorkFolder(ObjectKey prefix) throws SpillwayException {
        Path target = tree.path(prefix);
        refuseIfTaken(prefix, target);
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
                return Lock.take(root.resolve(Lock.FILE), "the site's own files");
            } catch (SpillwayException e) {
                if (e.fault() != Fault.ALREADY_RUNNING || System.nanoTime() > end) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(SITE_LOCK_PAUSE_MILLIS);
            } catch (IOException e) {
                throw IoFaults.translate(root, "lock the site's own files", e);
            }
        }
    }

    /**
     * Removes every unfinished folder directly in the dataset's folder, every unfinished file there that is older than an
     * hour (a younger one may be a small file of the site, which is written without the dataset's lock), and the empty folder that a {@link
     * #place} leaves when it is killed just before its rename. To be called by the holder of the dataset's {@link
     * #lock}: it is what says that nobody is writing to them.
     *
     * @return the names that were removed, in order
     */
    public List<String> sweep(String dataset) throws SpillwayException {
        Path folder = tree.path(new ObjectKey(dataset));
        List<String> removed = new ArrayList<>();
        try {
            if (!tree.standsInFolders(folder)) {
                return List.of();
            }
            for (Path entry : entries(folder)) {
                String name = FileTree.name(entry);
                if (!name.startsWith(".") || !name.endsWith(FileTree.INCOMPLETE)) {
                    continue;
                }
                if (mayBeUnderWay(entry)) {
                    continue;
                }
                Matcher unfinished = HIDDEN.matcher(name);
                if (unfinished.matches() && removeIfEmpty(folder.resolve(unfinished.group(1)))) {
                    removed.add(unfinished.group(1));
                }
                Folders.remove(entry);
                removed.add(name);
            }
            tree.sync(folder);
        } catch (IOException e) {
            throw IoFaults.translate(root, "sweep " + dataset, e);
        }
        Collections.sort(removed);
        return removed;
    }

    private static boolean mayBeUnderWay(Path hidden) throws IOException {
        return FileTree.attributes(hidden)
                .map(found -> !found.isDirectory()
                        && found.lastModifiedTime()
                                .toInstant()
                                .isAfter(Instant.now().minus(SITE_FILE_TAKES)))
                .orElse(true);
    }

    /**
     * Takes the lock of a dataset, or fails as already running, at once, naming the holder: another process, or another
     * thread of this one. The dataset's folder is created if it is missing. The caller closes the lock.
     */
    public Lock lock(String dataset) throws SpillwayException {
        Path folder = tree.path(new ObjectKey(dataset));
        try {
            tree.createFolders(folder);
            return Lock.take(folder.resolve(Lock.FILE), dataset);
        } catch (IOException e) {
            throw IoFaults.translate(root, "lock " + dataset, e);
        }
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
