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
 * The folders and files below one root: where a key's file is, how a hidden one is begun, what makes it durable and
 * readable by everybody. Symbolic links below the root are never followed. Safe for use by many threads.
 */
class FileTree {
    /** How names of unfinished files and folders end; they also start with a dot. */
    static final String INCOMPLETE = ".incomplete";

    private static final Logger LOG = LoggerFactory.getLogger(FileTree.class);

    private static final Set<PosixFilePermission> PUBLIC_FILE = PosixFilePermissions.fromString("rw-r--r--");
    private static final Set<PosixFilePermission> PUBLIC_FOLDER = PosixFilePermissions.fromString("rwxr-xr-x");
    private static final Set<PosixFilePermission> OWN_FILE = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> OWN_FOLDER = PosixFilePermissions.fromString("rwx------");

    /** File systems allow 255 bytes in a name; a hidden name adds 1 + 1 + 16 + 11 to what it keeps of the visible one. */
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

    /** Whether a rename replaces an empty folder, as POSIX has it. */
    boolean posix() {
        return posix;
    }

    /** Where the key's file is or will be. Fails with {@link IllegalArgumentException} if a segment starts with a dot. */
    Path path(ObjectKey key) {
        if (isHidden(key.value())) {
            throw new IllegalArgumentException("names that start with a dot are for unfinished files: \"" + key + "\"");
        }
        return root.resolve(key.value());
    }

    /** Whether a segment of the key, or of the start of one, begins with a dot. */
    static boolean isHidden(String key) {
        return key.startsWith(".") || key.contains("/.");
    }

    /** What is known of a regular file that is reached through no link, else empty. */
    Optional<BasicFileAttributes> regularFile(Path file) throws IOException {
        return standsInFolders(parent(file))
                ? attributes(file).filter(BasicFileAttributes::isRegularFile)
                : Optional.empty();
    }

    /** Whether the folder, and each one above it up to the root, is a folder and no link to one. */
    boolean standsInFolders(Path folder) throws IOException {
        for (Path at = folder; !at.equals(root); at = parent(at)) {
            if (!attributes(at).map(BasicFileAttributes::isDirectory).orElse(false)) {
                return false;
            }
        }
        return true;
    }

    /** The attributes of what stands at {@code path} itself, a link included, or empty if nothing does. */
    static Optional<BasicFileAttributes> attributes(Path path) throws IOException {
        try {
            return Optional.of(Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            if (String.valueOf(e.getMessage()).contains("Not a directory")) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * Creates an empty hidden file in the target's folder, which is created too if it is missing. Only its owner can
     * read it until {@link #publish}.
     *
     * @param created receives the folders that did not exist before, the topmost first
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
     * Makes {@code name} a relative symbolic link to a sibling, in one rename. A link to a sibling is
     * replaced; anything else that is there stays, and the call fails.
     */
    void link(Path name, Path sibling) throws IOException {
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

    /** Removes a symbolic link that {@link #link} made; anything else that is there stays. */
    void unlink(Path name) throws IOException {
        if (standsInFolders(parent(name)) && isLinkToSibling(name)) {
            Files.deleteIfExists(name);
            sync(parent(name));
        }
    }

    /** Creates a hidden folder beside the target; the parent is created too if it is missing. */
    synchronized Path createHiddenFolder(Path target) throws IOException {
        List<Path> created = createFolders(parent(target));
        try {
            return Files.createDirectory(hiddenBeside(target), permissions(OWN_FOLDER));
        } catch (IOException e) {
            removeEmpty(created);
            throw e;
        }
    }

    /** Creates what is missing between the root and {@code folder}, durably, and returns it, the topmost first. */
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
            // Another process may have been faster; a file or a link is in the way.
            if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                return false;
            }
            throw new NotDirectoryException(folder.toString());
        }
    }

    /**
     * Removes those of the folders that are empty, the last first. Takes turns with the creation of folders, so that no
     * folder vanishes between its creation and that of the file it was created for.
     */
    synchronized void removeEmpty(List<Path> folders) {
        List<Path> deepestFirst = new ArrayList<>(folders);
        Collections.reverse(deepestFirst);
        for (Path folder : deepestFirst) {
            try {
                Files.deleteIfExists(folder);
            } catch (DirectoryNotEmptyException e) {
                return; // In use by somebody else: then so are those above it.
            } catch (IOException e) {
                LOG.warn("an empty folder was left behind folder={} reason={}", folder, e.toString());
                return;
            }
        }
    }

    /** The folders from below the root down to {@code folder}, the topmost first; empty for the root itself. */
    List<Path> below(Path folder) {
        List<Path> folders = new ArrayList<>();
        for (Path at = folder; !at.equals(root); at = parent(at)) {
            folders.add(at);
        }
        Collections.reverse(folders);
        return folders;
    }

    /** From now on only the owner may enter the root, and read what is published in it. */
    void keepPrivate() throws SpillwayException {
        ownersAlone = true;
        try {
            publish(root);
        } catch (IOException e) {
            throw IoFaults.translate(root, "be closed to other users", e);
        }
    }

    /** Lets all users, or the owner alone, read the file or enter the folder, whatever the process's umask is. */
    void publish(Path path) throws IOException {
        if (posix) {
            boolean folder = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
            Files.setPosixFilePermissions(
                    path, folder ? ownersAlone ? OWN_FOLDER : PUBLIC_FOLDER : ownersAlone ? OWN_FILE : PUBLIC_FILE);
        }
    }

    /**
     * Waits until a file's bytes, or a folder's entries, are on the disk. An interrupt does not end the wait: once a
     * rename is done, giving up would report as failed what everybody can see. The thread stays interrupted.
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

    /** Some file systems have no way to sync a folder, and then keep its entries in order by themselves. */
    private boolean cannotSyncFolders(IOException e) {
        String said = String.valueOf(e.getMessage());
        return !posix || said.contains("Invalid argument") || said.contains("not supported");
    }

    /**
     * Removes what is left of an unfinished file or folder, if anything is. A failure is logged and otherwise without
     * consequence: what stays is hidden, and the next {@link LocalDirectory#sweep} finds it.
     */
    void discard(Path hidden) {
        try {
            Folders.remove(hidden);
        } catch (IOException e) {
            LOG.warn("unfinished file was left behind file={} reason={}", hidden, e.toString());
        }
    }

    /** The folder that holds {@code path}, which is below the root and so has one. */
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
