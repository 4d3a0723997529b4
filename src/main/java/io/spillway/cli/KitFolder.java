package io.spillway.cli;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;

/** Files of configurations on this machine, each replaced in one step, and only where its text changes. */
final class KitFolder {
    private KitFolder() {}

    /**
     * Writes a file that the accounts of servers may read; says whether it was another one before.
     *
     * @throws SpillwayException the file cannot be written
     */
    static boolean replace(Path file, String text) throws SpillwayException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        try {
            if (Files.isRegularFile(file) && Arrays.equals(bytes, Files.readAllBytes(file))) {
                return false;
            }
            Files.createDirectories(file.resolveSibling(""));
            Path fresh = file.resolveSibling("." + file.getFileName() + ".new");
            Files.write(fresh, bytes);
            if (Files.getFileAttributeView(fresh, PosixFileAttributeView.class) != null) {
                Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-r--r--"));
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return true;
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "the configuration %s could not be written: %s".formatted(file, e),
                    "name a folder that this account may write with --kit-to",
                    e);
        }
    }
}
