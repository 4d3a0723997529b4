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

/** Operations on whole folders, and file permissions. Thread-safe. */
public final class Folders {
    private static final Set<PosixFilePermission> OWN_FILE = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> OWN_FOLDER = PosixFilePermissions.fromString("rwx------");

    private Folders() {}

    /**
     * Creates the folder and missing parents, accessible only to the owner. An existing folder keeps its permissions.
     * On a file system without POSIX permissions, it is created as usual.
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

    /** Lets only the owner read and write a file. Does nothing on a file system without POSIX permissions. */
    public static void makePrivate(Path file) throws IOException {
        if (hasRights(file)) {
            Files.setPosixFilePermissions(file, OWN_FILE);
        }
    }

    /**
     * Whether users other than the owner can write to it; links are followed. A group with the owner's name is the
     * owner's own. False on a file system without POSIX permissions.
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
     * Removes a file, or a folder with its content; links are removed, not followed. A missing file is not an error,
     * even if it disappears concurrently.
     *
     * @throws IOException something cannot be removed; it and the files not yet visited remain
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
