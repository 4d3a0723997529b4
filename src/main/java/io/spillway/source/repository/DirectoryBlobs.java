package io.spillway.source.repository;

import io.spillway.source.Fetched;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A repository in a directory, of the type {@code fs}. */
final class DirectoryBlobs implements BlobStore {
    private final Path root;

    DirectoryBlobs(Path root) {
        this.root = root;
    }

    @Override
    public String name() {
        return root.toString();
    }

    @Override
    public Map<String, Long> list(String folder) throws IOException {
        Map<String, Long> found = new TreeMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(root.resolve(folder))) {
            for (Path file : files) {
                if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    found.put(String.valueOf(file.getFileName()), Files.size(file));
                }
            }
        } catch (NoSuchFileException | NotDirectoryException missing) {
            return Map.of();
        }
        return found;
    }

    @Override
    public byte[] readAll(String path) throws IOException {
        return Files.readAllBytes(root.resolve(path));
    }

    @Override
    public boolean isRemote() {
        return false;
    }

    @Override
    public @Nullable Fetched fetched() {
        return null;
    }

    @Override
    public Blob open(String path, long length) throws IOException {
        FileChannel channel = FileChannel.open(root.resolve(path), StandardOpenOption.READ);
        return new Blob() {
            @Override
            public void read(long position, ByteBuffer into, long until) throws IOException {
                long at = position;
                while (into.hasRemaining()) {
                    int count = channel.read(into, at);
                    if (count < 0) {
                        throw new EOFException("%s ends at byte %d".formatted(path, at));
                    }
                    at += count;
                }
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }

    @Override
    public void close() {
        // Each file is closed by its reader.
    }
}
