package io.spillway.files;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whole folders, and who may enter them. For any thread. */
public final class Folders {
    private static final Set<PosixFilePermission> OWN_FILE = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> OWN_FOLDER = PosixFilePermissions.fromString("rwx------");

    private Folders() {}

    /**
     * The folder, which is made for its owner alone, with those above it, where it is missing. A folder that exists keeps
     * its rights. Where the file system has no such rights, it is made as usual.
     *
     * @return the same path
     */
    public static Path createPrivate(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return folder;
        }
        return hasRights(folder)
                ? Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(OWN_FOLDER))
                : Files.createDirectories(folder);
    }

    /** Lets only the owner read and write a file. Does nothing where the file system has no such rights. */
    public static void makePrivate(Path file) throws IOException {
        if (hasRights(file)) {
            Files.setPosixFilePermissions(file, OWN_FILE);
        }
    }

    /**
     * Whether other users than the owner may write to it; links are followed. A group with the owner's name is the owner's
     * own. False where the file system has no such rights.
     */
    public static boolean isWritableByOthers(Path path) throws IOException {
        if (!hasRights(path)) {
            return false;
        }
        PosixFileAttributes file = Files.readAttributes(path, PosixFileAttributes.class);
        boolean group = file.permissions().contains(PosixFilePermission.GROUP_WRITE)
                && !file.group().getName().equals(file.owner().getName());
        return group || file.permissions().contains(PosixFilePermission.OTHERS_WRITE);
    }

    private static boolean hasRights(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    /**
     * Removes a file, or a folder with all it holds; links are removed, not followed. What isn't there, or goes meanwhile, is
     * fine.
     *
     * @throws IOException something cannot be removed, and it and what was to come after it are left
     */
    public static void remove(Path path) throws IOException {
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw e;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e) throws IOException {
                if (e != null) {
                    throw e;
                }
                Files.deleteIfExists(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
