package io.spillway.changes;

import io.spillway.compress.Compression;
import io.spillway.destination.Digests;
import io.spillway.encode.JsonLines;
import io.spillway.fault.SpillwayException;
import io.spillway.lanes.Lanes;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Part;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the digests of the dump before again, from its parts at home. For one call, on one thread. */
final class DigestsAgain {
    private static final Logger LOG = LoggerFactory.getLogger(DigestsAgain.class);

    private final ChangeSettings settings;
    private final DumpBefore before;
    private final Path scratch;
    private final int lanes;

    DigestsAgain(ChangeSettings settings, DumpBefore before, Path scratch, int lanes) {
        this.settings = settings;
        this.before = before;
        this.scratch = scratch;
        this.lanes = lanes;
    }

    /** The sorted digests; empty if the parts are not all there as the manifest has them, or have no unique keys. */
    Optional<DigestFile.Written> make() throws IOException, SpillwayException, InterruptedException {
        Manifest manifest = before.manifest();
        Optional<Manifest.Format> format = manifest.formats().stream()
                .filter(each -> each.name().equals("jsonl"))
                .findFirst();
        if (format.isEmpty()) {
            return Optional.empty();
        }
        LOG.info("digests of the dump before are made again dump={}", manifest.dump());
        boolean wrapped = LineKeys.ID.equals(format.get().options().get("id"));
        if (wrapped != settings.wrapped()) {
            return Optional.empty();
        }
        String codec = format.get().compression();
        List<Part> parts = manifest.parts().stream()
                .filter(part ->
                        part.format().equals("jsonl") && part.compression().equals(codec))
                .toList();
        Path folder = Files.createDirectory(scratch.resolve("before"));
        DigestSort sort = new DigestSort(folder);
        List<Callable<Boolean>> tasks = new ArrayList<>();
        for (Part part : parts) {
            tasks.add(() -> read(part, sort));
        }
        if (Lanes.runAll("changes-before", Math.min(lanes, tasks.size()), tasks).contains(false)) {
            return Optional.empty();
        }
        ChangeJoin join = new ChangeJoin(null, null);
        try (DigestSort.Merged merged = sort.merged()) {
            DigestFile.Written written = join.run(merged, null, scratch.resolve("before-sorted"));
            return join.twice == 0 && written.records() == manifest.documents()
                    ? Optional.of(written)
                    : Optional.empty();
        }
    }

    /** Whether the part is there, is what the manifest says, and each of its lines has a key. */
    private boolean read(Part part, DigestSort sort) throws SpillwayException, InterruptedException {
        Path file = before.folder().resolve(part.name());
        SpillBuffer buffer = new SpillBuffer(sort, new JsonLines(), settings.keys(), 0, ChangeMaker.bufferBytes(lanes));
        MessageDigest sha256 = Digests.sha256();
        try (InputStream disk = Files.newInputStream(file);
                DigestInputStream hashed = new DigestInputStream(disk, sha256);
                LineReader in = new LineReader(
                        Compression.parse(part.compression(), null).decompress(hashed))) {
            while (in.next()) {
                if (!buffer.add(in.bytes(), in.from(), in.to())) {
                    return false;
                }
                if (Thread.interrupted()) {
                    throw new InterruptedException("while reading " + file);
                }
            }
            hashed.transferTo(OutputStream.nullOutputStream());
        } catch (IOException | RuntimeException e) {
            // Lines are not validated while they are walked, and a damaged one can mislead the walk.
            LOG.warn("a part of the dump before cannot be read file={} cause=\"{}\"", file, e.toString());
            return false;
        }
        buffer.finish();
        return HexFormat.of().formatHex(sha256.digest()).equals(part.sha256());
    }
}
