package io.spillway.destination.local;

import io.spillway.destination.ObjectKey;
import io.spillway.fault.SpillwayException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives a finished folder its visible name in one rename, without replacing anything. Thread-safe. */
final class Placing {
    private static final Logger LOG = LoggerFactory.getLogger(Placing.class);

    private final FileTree tree;

    Placing(FileTree tree) {
        this.tree = tree;
    }

    /** See {@link LocalDirectory#place}. */
    void place(Path folder, ObjectKey prefix, String last) throws SpillwayException {
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
        } catch (IOException e) {
            throw IoFaults.translate(tree.root(), "place " + prefix, e);
        }
        confirm(prefix, FileTree.parent(target));
    }

    /**
     * Syncs the new name to disk. The folder is already visible and complete, so a failure must not be reported as if
     * nothing was placed. The following steps write to the same parent folder (the status, the pointers), sync it
     * again, and fail before anything older is removed.
     */
    private void confirm(ObjectKey prefix, Path parent) {
        try {
            tree.sync(parent);
        } catch (IOException e) {
            LOG.error(
                    "the dump is public and complete, but syncing its name to disk failed, so a power failure may undo it"
                            + " dump={} destination={} cause=\"{}\"",
                    prefix,
                    tree.root(),
                    e.getMessage());
        }
    }

    private static List<Path> finishedFiles(Path folder, String last) throws IOException {
        BasicFileAttributes found = Files.readAttributes(folder, BasicFileAttributes.class);
        if (!found.isDirectory()) {
            throw new IllegalArgumentException("not a folder: " + folder);
        }
        List<Path> files = LocalDirectory.entries(folder);
        String wrong = files.contains(folder.resolve(last)) ? null : folder + " has no " + last;
        for (Path file : files) {
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                    || LocalDirectory.key(FileTree.name(file)).isEmpty()) {
                wrong = "not a regular file: " + file;
            }
        }
        if (!Files.exists(folder)) {
            throw new NoSuchFileException(folder.toString()); // swept, possibly while it was being read
        } else if (wrong != null) {
            throw new IllegalArgumentException(wrong);
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
            // One file system mounted twice looks like one, but cannot rename between the mounts.
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
        long usable = Files.getFileStore(tree.root()).getUsableSpace();
        if (needed > usable) {
            throw IoFaults.unavailable(
                    "destination %s has too little space for %s".formatted(tree.root(), prefix),
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
                    "destination %s has other bytes of %s than were copied from %s"
                            .formatted(tree.root(), prefix.child(FileTree.name(file)), file),
                    "check the disk, and that no other process writes to the folder that is being placed",
                    null);
        }
    }

    /**
     * Renames the folder to its visible name if that is free. A rename alone would silently replace an empty folder, so
     * the name is first claimed with an empty folder, which only one taker can create, and which the rename then
     * replaces. Readers do not consider the empty folder a dump.
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

    /** Fails with {@code DESTINATION_REFUSED} if the name is taken. */
    void refuseIfTaken(ObjectKey prefix, Path target) throws SpillwayException {
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw taken(prefix, new FileAlreadyExistsException(target.toString()));
        }
    }

    private SpillwayException taken(ObjectKey prefix, FileAlreadyExistsException e) {
        return IoFaults.refused(
                "destination %s: %s already exists".formatted(tree.root(), prefix),
                "dumps are never overwritten: export again",
                e);
    }

    /** Removes the folder if it is empty; returns whether it did. */
    static boolean removeIfEmpty(Path folder) throws IOException {
        try {
            return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS) && Files.deleteIfExists(folder);
        } catch (DirectoryNotEmptyException e) {
            return false;
        }
    }
}
