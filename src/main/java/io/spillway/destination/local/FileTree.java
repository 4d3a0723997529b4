package io.spillway.destination.local;

import io.spillway.destination.ObjectKey;
import io.spillway.fault.SpillwayException;
import io.spillway.files.Folders;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folders and files below one root: maps keys to files, creates hidden files, syncs and publishes them. Symbolic
 * links below the root are never followed. Thread-safe.
 */
class FileTree {
    /** Suffix of unfinished files and folders, which also start with a dot. */
    static final String INCOMPLETE = ".incomplete";

    private static final Logger LOG = LoggerFactory.getLogger(FileTree.class);

    private static final Set<PosixFilePermission> PUBLIC_FILE = PosixFilePermissions.fromString("rw-r--r--");
    private static final Set<PosixFilePermission> PUBLIC_FOLDER = PosixFilePermissions.fromString("rwxr-xr-x");
    private static final Set<PosixFilePermission> OWN_FILE = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> OWN_FOLDER = PosixFilePermissions.fromString("rwx------");

    /**
     * File systems allow 255 bytes in a name; a hidden name adds 1 + 1 + 16 + 11 to the kept part of the visible one.
     */
    private static final int KEPT_OF_NAME = 200;

    private final Path root;
    private final boolean posix;
    private volatile boolean ownersAlone;

    /** @param root an existing folder, as a real path */
    FileTree(Path root) {
        this.root = root;
        this.posix = root.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    Path root() {
        return root;
    }

    /** Whether a rename replaces an empty folder, as POSIX specifies. */
    boolean posix() {
        return posix;
    }

    /**
     * The path of the key's file.
     *
     * @throws IllegalArgumentException if a segment starts with a dot
     */
    Path path(ObjectKey key) {
        if (isHidden(key.value())) {
            throw new IllegalArgumentException(
                    "names that start with a dot are reserved for unfinished files: \"" + key + "\"");
        }
        return root.resolve(key.value());
    }

    /** Whether a segment of the key or key prefix starts with a dot. */
    static boolean isHidden(String key) {
        return key.startsWith(".") || key.contains("/.");
    }

    /** The attributes of a regular file that is reached through no link, otherwise empty. */
    Optional<BasicFileAttributes> regularFile(Path file) throws IOException {
        return standsInFolders(parent(file))
                ? attributes(file).filter(BasicFileAttributes::isRegularFile)
                : Optional.empty();
    }

    /** Whether the folder, and each one above it up to the root, is a folder and not a link to one. */
    boolean standsInFolders(Path folder) throws IOException {
        for (Path at = folder; !at.equals(root); at = parent(at)) {
            if (!attributes(at).map(BasicFileAttributes::isDirectory).orElse(false)) {
                return false;
            }
        }
        return true;
    }

    /** The attributes of {@code path} itself, without following a link; empty if it does not exist. */
    static Optional<BasicFileAttributes> attributes(Path path) throws IOException {
        try {
            return Optional.of(Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            if (isBelowAFile(path)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Whether a file is where the path needs a folder. The system's message about it is in the user's language. */
    private static boolean isBelowAFile(Path path) {
        for (Path above = path.getParent(); above != null; above = above.getParent()) {
            if (Files.exists(above, LinkOption.NOFOLLOW_LINKS)) {
                return !Files.isDirectory(above);
            }
        }
        return false;
    }

    /**
     * Creates an empty hidden file in the target's folder, and that folder if it is missing. Only its owner can read it
     * until {@link #publish}.
     *
     * @param created receives the newly created folders, topmost first
     */
    synchronized Path createHiddenFile(Path target, List<Path> created) throws IOException {
        created.addAll(createFolders(parent(target)));
        try {
            return Files.createFile(hiddenBeside(target), permissions(OWN_FILE));
        } catch (IOException e) {
            removeEmpty(created);
            throw e;
        }
    }

    /**
     * Atomically makes {@code name} a relative symbolic link to a sibling. Replaces a link to a sibling; anything else
     * stays and the call fails.
     */
    void link(Path name, Path sibling) throws IOException {
        if (isLinkToSibling(name) && Files.readSymbolicLink(name).equals(Path.of(name(sibling)))) {
            return; // a mirror need not copy it again
        }
        Path hidden = hiddenBeside(name);
        Files.createSymbolicLink(hidden, Path.of(name(sibling)));
        try {
            if (attributes(name).isPresent() && !isLinkToSibling(name)) {
                throw new FileAlreadyExistsException(name.toString());
            }
            Files.move(hidden, name, StandardCopyOption.ATOMIC_MOVE);
            sync(parent(name));
        } finally {
            Files.deleteIfExists(hidden);
        }
    }

    /**
     * Whether a name is free for {@link #link}, or for a file. A real folder with a list of addresses is one that Spillway
     * made in place of a link, on a file system without links.
     */
    boolean mayTake(ObjectKey name, boolean link) throws SpillwayException {
        Path path = path(name);
        try {
            Optional<BasicFileAttributes> there = attributes(path);
            if (there.isEmpty()) {
                return true;
            }
            return link
                    ? isLinkToSibling(path)
                            || (there.get().isDirectory()
                                    && regularFile(path.resolve("urls.txt")).isPresent())
                    : there.get().isRegularFile();
        } catch (IOException e) {
            throw IoFaults.translate(root, "find " + name, e);
        }
    }

    /** Whether a link of that name is one that {@link #link} makes: to a name in the same folder, and nothing else. */
    private static boolean isLinkToSibling(Path name) throws IOException {
        if (!attributes(name).map(BasicFileAttributes::isSymbolicLink).orElse(false)) {
            return false;
        }
        Path target = Files.readSymbolicLink(name);
        return !target.isAbsolute()
                && target.getNameCount() == 1
                && !target.toString().startsWith(".");
    }

    /** Adds the names of all files below the folder, each after {@code start}; links are not followed. */
    static void collectNames(Path folder, String start, List<String> names) throws IOException {
        for (Path entry : LocalDirectory.entries(folder)) {
            String name = start + name(entry);
            if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                collectNames(entry, name + "/", names);
            } else {
                names.add(name);
            }
        }
    }

    /** Removes a symbolic link created by {@link #link}; anything else stays. */
    void unlink(Path name) throws IOException {
        if (standsInFolders(parent(name)) && isLinkToSibling(name)) {
            Files.deleteIfExists(name);
            sync(parent(name));
        }
    }

    /** Creates a hidden folder beside the target, and the parent if it is missing. */
    synchronized Path createHiddenFolder(Path target) throws IOException {
        List<Path> created = createFolders(parent(target));
        try {
            return Files.createDirectory(hiddenBeside(target), permissions(OWN_FOLDER));
        } catch (IOException e) {
            removeEmpty(created);
            throw e;
        }
    }

    /** Creates the missing folders between the root and {@code folder}, syncs them, and returns them, topmost first. */
    synchronized List<Path> createFolders(Path folder) throws IOException {
        List<Path> created = new ArrayList<>();
        try {
            for (Path at : below(folder)) {
                if (createFolder(at)) {
                    created.add(at);
                    publish(at);
                    sync(parent(at));
                }
            }
            return created;
        } catch (IOException e) {
            removeEmpty(created);
            throw e;
        }
    }

    private static boolean createFolder(Path folder) throws IOException {
        if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try {
            Files.createDirectory(folder);
            return true;
        } catch (FileAlreadyExistsException e) {
            // Another process may have created it; otherwise a file or a link is in the way.
            if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                return false;
            }
            throw new NotDirectoryException(folder.toString());
        }
    }

    /**
     * Removes the empty ones of these folders, last first. Synchronized with the creation of folders, so that no folder
     * disappears between its creation and that of its file.
     */
    synchronized void removeEmpty(List<Path> folders) {
        List<Path> deepestFirst = new ArrayList<>(folders);
        Collections.reverse(deepestFirst);
        for (Path folder : deepestFirst) {
            try {
                Files.deleteIfExists(folder);
            } catch (DirectoryNotEmptyException e) {
                return; // In use by another writer, and so are those above it.
            } catch (IOException e) {
                LOG.warn("cannot remove an empty folder folder={} reason={}", folder, e.toString());
                return;
            }
        }
    }

    /** The folders from below the root down to {@code folder}, topmost first; empty for the root itself. */
    List<Path> below(Path folder) {
        List<Path> folders = new ArrayList<>();
        for (Path at = folder; !at.equals(root); at = parent(at)) {
            folders.add(at);
        }
        Collections.reverse(folders);
        return folders;
    }

    /** From now on only the owner can enter the root and read what is published in it. */
    void keepPrivate() throws SpillwayException {
        ownersAlone = true;
        try {
            publish(root);
        } catch (IOException e) {
            throw IoFaults.translate(root, "restrict access", e);
        }
    }

    /** Lets all users, or only the owner, read the file or enter the folder, whatever the umask. */
    void publish(Path path) throws IOException {
        if (posix) {
            boolean folder = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
            Files.setPosixFilePermissions(
                    path, folder ? ownersAlone ? OWN_FOLDER : PUBLIC_FOLDER : ownersAlone ? OWN_FILE : PUBLIC_FILE);
        }
    }

    /**
     * Syncs a file's bytes or a folder's entries to disk. An interrupt does not end the wait: after a rename, giving up
     * would report a failure although the file is visible. The interrupt flag is preserved.
     */
    void sync(Path path) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                interrupted |= Thread.interrupted();
                try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                    channel.force(true);
                    return;
                } catch (ClosedByInterruptException e) {
                    interrupted = true;
                } catch (IOException e) {
                    if (!Files.isDirectory(path) || !cannotSyncFolders(e)) {
                        throw e;
                    }
                    return;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Some file systems cannot sync a folder and keep its entries in order themselves. */
    private boolean cannotSyncFolders(IOException e) {
        String message = String.valueOf(e.getMessage());
        return !posix || message.contains("Invalid argument") || message.contains("not supported");
    }

    /**
     * Removes an unfinished file or folder if it exists. A failure is only logged: the file stays hidden, and the next
     * {@link LocalDirectory#sweep} removes it.
     */
    void discard(Path hidden) {
        try {
            Folders.remove(hidden);
        } catch (IOException e) {
            LOG.warn("cannot remove an unfinished file file={} reason={}", hidden, e.toString());
        }
    }

    /** The folder of {@code path}, which is below the root and so has one. */
    static Path parent(Path path) {
        return Objects.requireNonNull(path.getParent());
    }

    /** The last segment of {@code path}. */
    static String name(Path path) {
        return Objects.requireNonNull(path.getFileName()).toString();
    }

    /** A new hidden name in the folder of {@code target}. */
    static Path hiddenBeside(Path target) {
        String name = name(target);
        String kept = name.length() <= KEPT_OF_NAME ? name : name.substring(0, KEPT_OF_NAME);
        String random = UUID.randomUUID().toString().replace("-", "").substring(0, 16);
        return target.resolveSibling("." + kept + "." + random + INCOMPLETE);
    }

    private FileAttribute<?>[] permissions(Set<PosixFilePermission> wanted) {
        return posix ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(wanted)} : new FileAttribute<?>[0];
    }
}
