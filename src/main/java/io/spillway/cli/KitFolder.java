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

/** Writes configuration files on this machine, each atomically, and only if its text changed. */
final class KitFolder {
    private KitFolder() {}

    /**
     * Writes a file that server accounts can read.
     *
     * @return whether the text changed
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
                    "cannot write the configuration %s: %s".formatted(file, e),
                    "name a folder that this account can write to with --kit-to",
                    e);
        }
    }
}
