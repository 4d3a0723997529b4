package io.spillway.run;

import io.spillway.catalog.Memory;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Stores state in a hidden file, readable by its owner only, in each dataset's folder of the directory in which dumps
 * are written. Public for tests of whole exports, which work as the commands do.
 *
 * @param home not closed by this object
 */
public record DirectoryMemory(LocalDirectory home) implements Memory {
    /** The file's name. */
    public static final String FILE_NAME = ".spillway.memory.json";

    @Override
    public Optional<byte[]> read(String dataset) throws SpillwayException {
        Path file = file(dataset);
        try {
            return Optional.of(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw failure("read", file, e);
        }
    }

    @Override
    public void write(String dataset, byte[] bytes) throws SpillwayException {
        Path file = file(dataset);
        // Matches the pattern that the dataset's next sweep recognizes as unfinished.
        String random = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
        Path unfinished = file.resolveSibling(FILE_NAME + "." + random + ".incomplete");
        try {
            Files.createDirectories(file.getParent());
            try (FileChannel channel =
                    FileChannel.open(unfinished, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                unfinished.toFile().setReadable(false, false);
                unfinished.toFile().setReadable(true, true);
                ByteBuffer buffer = ByteBuffer.wrap(bytes);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.force(true);
            }
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw failure("write", file, e);
        } finally {
            unfinished.toFile().delete();
        }
    }

    private Path file(String dataset) {
        return home.folder(new ObjectKey(dataset)).resolve(FILE_NAME);
    }

    private static SpillwayException failure(String verb, Path file, IOException e) {
        boolean cancelled = Thread.currentThread().isInterrupted();
        return new SpillwayException(
                cancelled ? Fault.CANCELLED : Fault.DESTINATION_UNAVAILABLE,
                "cannot %s %s: %s".formatted(verb, file, e),
                "check for a full disk and missing write permission",
                e);
    }
}
