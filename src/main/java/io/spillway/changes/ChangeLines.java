package io.spillway.changes;

import io.spillway.compress.Compression;
import io.spillway.fault.SpillwayException;
import io.spillway.json.MalformedJsonException;
import io.spillway.lanes.Lanes;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Copies the lines of documents that are new or differ from the parts of the dump. Several parts are decompressed in parallel
 * into scratch files, which are written in the order of the parts. Not thread-safe.
 */
final class ChangeLines {
    private static final byte[] INDEX = ChangeJoin.ascii("{\"index\":{\"_id\":");
    private static final byte[] ROUTING = ChangeJoin.ascii(",\"routing\":");
    private static final byte[] SOURCE = ChangeJoin.ascii("}}\n");

    private final Path folder;
    private final Path scratch;
    private final Compression compression;
    private final int lanes;
    private final LineKeys keys;
    private final ChangeFiles changedFiles;
    private final @Nullable ChangeFiles bulkFiles;

    /**
     * Copies lines.
     *
     * @param folder       with the parts
     * @param scratch      for lines that are being copied
     * @param compression  of the parts
     * @param lanes        parts that are read in parallel, at least 1
     * @param keys         for lines of the dump
     * @param changedFiles get the lines
     * @param bulkFiles    get actions that index the documents, or null
     */
    ChangeLines(
            Path folder,
            Path scratch,
            Compression compression,
            int lanes,
            LineKeys keys,
            ChangeFiles changedFiles,
            @Nullable ChangeFiles bulkFiles) {
        this.folder = folder;
        this.scratch = scratch;
        this.compression = compression;
        this.lanes = lanes;
        this.keys = keys;
        this.changedFiles = changedFiles;
        this.bulkFiles = bulkFiles;
    }

    void copy(List<PlacedPart> parts, Places places) throws IOException, SpillwayException, InterruptedException {
        List<PlacedPart> wanted = parts.stream()
                .filter(each -> places.hasAny(
                        Places.of(each.slice(), each.first()), each.part().documents()))
                .toList();
        for (int at = 0; at < wanted.size(); at += lanes) {
            List<Callable<Path>> tasks = new ArrayList<>();
            for (PlacedPart each : wanted.subList(at, Math.min(wanted.size(), at + lanes))) {
                tasks.add(() -> select(each, places));
            }
            for (Path lines : Lanes.runAll("changes", tasks.size(), tasks)) {
                write(lines);
                Files.delete(lines);
            }
        }
    }

    private Path select(PlacedPart placed, Places places) throws SpillwayException {
        Path file = folder.resolve(placed.part().name());
        Path lines = scratch.resolve("lines-" + placed.part().name());
        try (LineReader in = new LineReader(open(file, compression));
                OutputStream out = new BufferedOutputStream(Files.newOutputStream(lines), DigestFile.BUFFER)) {
            for (long place = Places.of(placed.slice(), placed.first()); in.next(); place++) {
                if (places.has(place)) {
                    out.write(in.bytes(), in.from(), in.to() + 1 - in.from());
                }
            }
        } catch (IOException e) {
            throw SpillBuffer.notWritten(lines.toString(), e);
        }
        return lines;
    }

    static InputStream open(Path file, Compression compression) throws IOException {
        InputStream in = Files.newInputStream(file);
        try {
            return compression.decompress(in);
        } catch (IOException | RuntimeException e) {
            in.close();
            throw e;
        }
    }

    private void write(Path lines) throws IOException, SpillwayException, InterruptedException {
        try (LineReader in = new LineReader(Files.newInputStream(lines))) {
            while (in.next()) {
                int length = in.to() + 1 - in.from();
                changedFiles.next(length).write(in.bytes(), in.from(), length);
                if (bulkFiles != null) {
                    indexAction(in, bulkFiles);
                }
            }
        }
    }

    private void indexAction(LineReader in, ChangeFiles into)
            throws IOException, SpillwayException, InterruptedException {
        byte[] line = in.bytes();
        try {
            if (!keys.read(line, in.from(), in.to())) {
                throw new IllegalStateException("a line lost its key");
            }
        } catch (MalformedJsonException e) {
            throw new IllegalStateException("a line that Spillway wrote is not valid", e);
        }
        int key = keys.keyTo() - keys.keyFrom();
        int routing = keys.routingTo() - keys.routingFrom();
        int source = keys.sourceTo() - keys.sourceFrom();
        long length = INDEX.length + (long) key + SOURCE.length + source + 1;
        OutputStream out = into.next(routing == 0 ? length : length + ROUTING.length + routing, false);
        out.write(INDEX);
        out.write(line, keys.keyFrom(), key);
        if (routing > 0) {
            out.write(ROUTING);
            out.write(line, keys.routingFrom(), routing);
        }
        out.write(SOURCE);
        out.write(line, keys.sourceFrom(), source);
        out.write('\n');
    }
}
