package io.spillway.pipeline;

import io.spillway.changes.ChangeMaker;
import io.spillway.manifest.Changes;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Part;
import java.util.List;

/**
 * The room on disk that changes need, in bytes, beside the parts of a dump.
 *
 * @param kept      digests that stay between exports, with keys of a usual length
 * @param digests   digests in addition during an export, with such keys; the same again where those of the dump before are lost
 * @param files     files with changes
 * @param unpacked  changed lines, uncompressed, while they are copied
 */
public record ChangeRoom(long kept, long digests, long files, long unpacked) {
    /** The keys of most datasets are shorter, as JSON. */
    private static final long KEY_BYTES = 24;

    /**
     * What changes need if every document differs.
     *
     * @param documents in the dump
     * @param sizes     of the dump's formats
     * @param slices    of the source, at least 1
     * @param lanes     slices that are read in parallel
     */
    public static ChangeRoom ifAllDiffer(long documents, List<SizeEstimate> sizes, int slices, int lanes) {
        // Lines have one compression in the changes; requests repeat them.
        long files = sizeOf("jsonl", sizes) + sizeOf("bulk", sizes);
        long lines = sizes.stream()
                .filter(size -> size.format().equals("jsonl"))
                .mapToLong(SizeEstimate::bytesUncompressed)
                .findFirst()
                .orElse(0);
        return new ChangeRoom(
                (ChangeMaker.keptBytes() + KEY_BYTES) * documents,
                (ChangeMaker.spillBytes() + 2 * KEY_BYTES) * documents,
                files,
                lines / slices * Math.min(slices, lanes));
    }

    private static long sizeOf(String format, List<SizeEstimate> sizes) {
        return sizes.stream()
                .filter(size -> size.format().equals(format))
                .mapToLong(SizeEstimate::bytes)
                .findFirst()
                .orElse(0);
    }

    /**
     * What an export will probably need: the same share of documents differs as in the dump before. Nothing is known of the share
     * before the second dump with changes.
     *
     * @param previous  the dump before
     * @param documents in the new one
     */
    public static ChangeRoom expected(Manifest previous, long documents, int lanes) {
        Changes changes = previous.changes();
        Changes.Counts counts = changes == null ? null : changes.counts();
        double growth = previous.documents() == 0 ? 0 : (double) documents / previous.documents();
        long files = changes == null
                ? 0
                : changes.files().stream().mapToLong(Changes.File::bytes).sum();
        double share = counts == null || counts.after() == 0
                ? 0
                : (double) (counts.added() + counts.changed()) / counts.after();
        long longest = previous.parts().stream()
                .filter(part -> part.format().equals("jsonl"))
                .mapToLong(Part::bytesUncompressed)
                .max()
                .orElse(0);
        return new ChangeRoom(
                (ChangeMaker.keptBytes() + KEY_BYTES) * documents,
                (ChangeMaker.spillBytes() + 2 * KEY_BYTES) * documents,
                Math.round(files * growth),
                Math.round(longest * share * lanes));
    }

    /** Bytes during an export, beside those that are there before it. */
    public long duringExport() {
        return digests + files + unpacked;
    }
}
