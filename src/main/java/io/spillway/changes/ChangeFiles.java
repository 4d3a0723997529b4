package io.spillway.changes;

import io.spillway.compress.Compression;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Changes;
import io.spillway.manifest.Part;
import io.spillway.verify.PartCheck;
import io.spillway.verify.WrittenPart;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes the files of one kind: numbered, each limited, flushed to disk and read back. Not thread-safe.
 */
final class ChangeFiles implements Closeable {
    private static final int BUFFER = 64 << 10;

    private final Path folder;
    private final String stem;
    private final Changes.Kind kind;
    private final String format;
    private final String extension;
    private final Compression compression;
    private final Limits limits;
    private final List<Changes.File> done = new ArrayList<>();
    private @Nullable Open open;

    /**
     * The maximum size of a file; one document may exceed it.
     *
     * @param documents    number of lines or actions, at least 1
     * @param uncompressed bytes before compression, at least 1
     * @param bytes        length of the file, at least 1
     */
    record Limits(long documents, long uncompressed, long bytes) {}

    /**
     * Files of one kind.
     *
     * @param folder      gets the files; its owner removes it
     * @param stem        their names up to their number
     * @param format      in the manifest
     * @param extension   after their number, before that of the compression
     */
    ChangeFiles(
            Path folder,
            String stem,
            Changes.Kind kind,
            String format,
            String extension,
            Compression compression,
            Limits limits) {
        this.folder = folder;
        this.stem = stem;
        this.kind = kind;
        this.format = format;
        this.extension = extension;
        this.compression = compression;
        this.limits = limits;
    }

    private final class Open {
        private final Path file;
        private final FileChannel channel;
        private final CheckedOutputStream disk;
        private final CheckedOutputStream content;
        private final boolean actions;
        private long documents;
        private long uncompressed;

        Open(boolean actions) throws IOException {
            String compressed = compression.extension();
            this.actions = actions;
            this.file = folder.resolve("%s.%05d.%s%s"
                    .formatted(stem, done.size() + 1, extension, compressed.isEmpty() ? "" : "." + compressed));
            this.channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            this.disk = new CheckedOutputStream(Channels.newOutputStream(channel), new CRC32C());
            OutputStream compressor = compression.compress(new BufferedOutputStream(disk, BUFFER));
            this.content = new CheckedOutputStream(new BufferedOutputStream(compressor, BUFFER), new CRC32C());
        }
    }

    /** The stream for the next document, whose length before compression is {@code bytes}. */
    OutputStream next(long bytes) throws IOException, SpillwayException, InterruptedException {
        return next(bytes, false);
    }

    /**
     * The same.
     *
     * @param actions whether the document is an action of one line, for which files of their own are written
     */
    OutputStream next(long bytes, boolean actions) throws IOException, SpillwayException, InterruptedException {
        Open file = open;
        if (file != null
                && (file.actions != actions
                        || file.documents >= limits.documents()
                        || file.uncompressed + bytes > limits.uncompressed()
                        || file.channel.position() >= limits.bytes())) {
            finishFile();
            file = null;
        }
        if (file == null) {
            file = new Open(actions);
            open = file;
        }
        file.documents++;
        file.uncompressed += bytes;
        return file.content;
    }

    /** Finishes the last file, and returns all, sorted by name. */
    List<Changes.File> finish() throws IOException, SpillwayException, InterruptedException {
        finishFile();
        return List.copyOf(done);
    }

    private void finishFile() throws IOException, SpillwayException, InterruptedException {
        Open file = open;
        if (file == null) {
            return;
        }
        file.content.close();
        open = null;
        try (FileChannel channel = FileChannel.open(file.file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        String name = file.file.getFileName().toString();
        WrittenPart written = new WrittenPart(
                name,
                file.actions ? "jsonl" : format,
                compression.name(),
                Files.size(file.file),
                file.uncompressed,
                file.documents,
                (int) file.disk.getChecksum().getValue(),
                (int) file.content.getChecksum().getValue());
        Part part = PartCheck.readBack(Files.newInputStream(file.file), written, false, file.file.toString());
        done.add(new Changes.File(
                name,
                kind,
                format,
                part.compression(),
                part.bytes(),
                part.bytesUncompressed(),
                part.documents(),
                part.sha256()));
    }

    @Override
    public void close() throws IOException {
        Open file = open;
        if (file != null) {
            open = null;
            file.content.close();
        }
    }
}
