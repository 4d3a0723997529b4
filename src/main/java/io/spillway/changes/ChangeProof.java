package io.spillway.changes;

import io.spillway.compress.Compression;
import io.spillway.manifest.Changes;
import io.spillway.manifest.Manifest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Proves that the dump before and the written files give this dump: by counts, and by sums of digests that do not depend on the
 * order of lines. The files are read back; the sums of this dump were added up by the lanes. Not thread-safe.
 */
final class ChangeProof {
    private final ChangeSettings settings;
    private final Path folder;
    private final ChangeJoin join;
    private final DigestFile.Written old;
    private final Manifest before;

    ChangeProof(ChangeSettings settings, Path folder, ChangeJoin join, DigestFile.Written old, Manifest before) {
        this.settings = settings;
        this.folder = folder;
        this.join = join;
        this.old = old;
        this.before = before;
    }

    /** Documents of a dump or of files, and the sums of the digests of their keys and lines. */
    record Sums(long documents, DigestSum keys, DigestSum lines) {}

    /** The first difference, for people; null if the files are right. */
    @Nullable
    String difference(Sums after, long documents, List<Changes.File> changed, List<Changes.File> deleted)
            throws IOException {
        Changes stated = before.changes();
        Changes.Counts counts = join.counts();
        Sums lines = read(changed, settings.keys());
        Sums keys = read(deleted, new LineKeys("key", false));
        DigestSum expectedLines = new DigestSum();
        expectedLines.add(old.lines());
        expectedLines.subtract(join.oldLines);
        expectedLines.add(lines.lines());
        DigestSum expectedKeys = new DigestSum();
        expectedKeys.add(old.keys());
        expectedKeys.subtract(keys.keys());
        expectedKeys.add(join.addedKeys);
        if (counts.before() != before.documents() || old.records() != before.documents()) {
            return "%d documents were compared, and the dump before has %d"
                    .formatted(counts.before(), before.documents());
        } else if (counts.after() != documents || after.documents() != documents) {
            return "%d documents were compared, and this dump has %d".formatted(counts.after(), documents);
        } else if (lines.documents() != join.places.size() || keys.documents() != counts.deleted()) {
            return "the files have %d lines and %d keys, expected %d and %d"
                    .formatted(lines.documents(), keys.documents(), join.places.size(), counts.deleted());
        } else if (!lines.keys().isSame(join.writtenKeys) || !keys.keys().isSame(join.deletedKeys)) {
            return "the files have other keys than those that differ";
        } else if (stated != null
                && stated.digest() != null
                && !stated.digest().after().equals(old.lines().hex())) {
            return "the lines of the dump before have the sum %s, expected %s"
                    .formatted(old.lines().hex(), stated.digest().after());
        } else if (!expectedLines.isSame(after.lines())) {
            return "the lines have the sum %s, expected %s"
                    .formatted(expectedLines.hex(), after.lines().hex());
        } else if (!expectedKeys.isSame(after.keys())) {
            return "the keys have the sum %s, expected %s"
                    .formatted(expectedKeys.hex(), after.keys().hex());
        }
        return null;
    }

    private Sums read(List<Changes.File> files, LineKeys keys) throws IOException {
        DigestSum ofKeys = new DigestSum();
        DigestSum ofLines = new DigestSum();
        long documents = 0;
        LineDigests digests = new LineDigests(keys);
        DigestRecord record = new DigestRecord();
        Compression compression = settings.compression();
        for (Changes.File file : files) {
            try (LineReader in = new LineReader(ChangeLines.open(folder.resolve(file.name()), compression))) {
                while (in.next()) {
                    if (!digests.read(in.bytes(), in.from(), in.to(), record)) {
                        throw new IOException("a line of " + file.name() + " has no key");
                    }
                    ofKeys.add(record.keyHigh, record.keyLow);
                    ofLines.add(record.lineHigh, record.lineLow);
                    documents++;
                }
            }
        }
        return new Sums(documents, ofKeys, ofLines);
    }
}
