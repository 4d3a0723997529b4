package io.spillway.destination.local;

import io.spillway.destination.ObjectKey;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.files.FullDisk;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Translates file system errors into {@link Fault}s. The JDK has types for a few errors only; the others are recognised
 * by the system's messages. Unrecognised ones count as unavailable, because retrying is harmless.
 */
final class IoFaults {

    private IoFaults() {}

    /** The exception for {@code action}, such as {@code store journals/latest.json}, below {@code root}. */
    static SpillwayException translate(Path root, String action, IOException e) {
        String message = "destination " + root + " cannot " + action + ": " + reason(e);
        if (e instanceof ClosedByInterruptException) {
            return new SpillwayException(
                    Fault.CANCELLED, "cancelled: request to destination %s to %s".formatted(root, action), null, e);
        }
        if (e instanceof AccessDeniedException || matchesAny(e, "Permission denied", "Operation not permitted")) {
            String user = System.getProperty("user.name");
            return refused(message, "grant user \"%s\" read and write permission below %s".formatted(user, root), e);
        }
        if (matchesAny(e, "Read-only file system")) {
            return refused(message, "mount the file system of " + root + " writable, or choose another directory", e);
        }
        if (isInTheWay(e)) {
            return refused(message, "move the existing file away, or choose another directory", e);
        }
        if (FullDisk.isReasonOf(e) || outOfSpace(root)) {
            String hint = "free some space or raise the quota: %d bytes are free below %s"
                    .formatted(root.toFile().getUsableSpace(), root);
            return unavailable(message, hint, e);
        }
        return unavailable(message, null, e);
    }

    static SpillwayException refused(String message, @Nullable String hint, @Nullable Throwable cause) {
        return new SpillwayException(Fault.DESTINATION_REFUSED, message, hint, cause);
    }

    /** Another object has the key of one that is about to be stored. */
    static SpillwayException taken(Path root, ObjectKey key, @Nullable FileAlreadyExistsException e) {
        return refused(
                "%s already exists in %s with different content".formatted(key, root),
                "a dated name is never overwritten; move what is there away if it is not a dump",
                e);
    }

    static SpillwayException unavailable(String message, @Nullable String hint, @Nullable Throwable cause) {
        return new SpillwayException(Fault.DESTINATION_UNAVAILABLE, message, hint, cause);
    }

    /** The system's messages are localized, so the number of free bytes is checked too. */
    private static boolean outOfSpace(Path root) {
        return root.toFile().getTotalSpace() > 0 && root.toFile().getUsableSpace() == 0;
    }

    private static boolean isInTheWay(IOException e) {
        return e instanceof NotDirectoryException
                || e instanceof FileAlreadyExistsException
                || e instanceof DirectoryNotEmptyException
                || matchesAny(e, "Not a directory", "Is a directory", "Directory not empty", "File name too long");
    }

    private static boolean matchesAny(IOException e, String... words) {
        String message = String.valueOf(e.getMessage());
        for (String word : words) {
            if (message.contains(word)) {
                return true;
            }
        }
        return false;
    }

    private static String reason(IOException e) {
        if (e instanceof FileSystemException failure && failure.getReason() == null) {
            return kind(failure) + " " + failure.getFile();
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static String kind(FileSystemException e) {
        if (e instanceof AccessDeniedException) {
            return "access denied to";
        }
        if (e instanceof NoSuchFileException) {
            return "no such file:";
        }
        if (e instanceof NotDirectoryException) {
            return "not a directory:";
        }
        if (e instanceof FileAlreadyExistsException) {
            return "already exists:";
        }
        return e.getClass().getSimpleName() + " at";
    }
}
