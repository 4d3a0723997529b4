package io.spillway.changes;

import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Changes;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Compares the sorted records of two dumps: counts, and the places of the documents that are new or differ. Keys that are gone
 * are written at once. Not thread-safe; for one comparison.
 */
final class ChangeJoin {
    private static final byte[] KEY = ascii("{\"key\":");
    private static final byte[] END = ascii("}\n");
    private static final byte[] DELETE = ascii("{\"delete\":{\"_id\":");
    private static final byte[] ROUTING = ascii(",\"routing\":");
    private static final byte[] DELETED = ascii("}}\n");

    private final @Nullable ChangeFiles deletedFiles;
    private final @Nullable ChangeFiles bulkFiles;

    final Places places = new Places();
    final DigestSum oldLines = new DigestSum();
    final DigestSum addedKeys = new DigestSum();
    final DigestSum writtenKeys = new DigestSum();
    final DigestSum deletedKeys = new DigestSum();
    long added;
    long changed;
    long deleted;
    long unchanged;
    long twice;
    String twiceExample = "";

    /**
     * A comparison.
     *
     * @param deletedFiles gets the keys that are gone, or null if there is no dump before
     * @param bulkFiles    gets actions that delete documents, or null
     */
    ChangeJoin(@Nullable ChangeFiles deletedFiles, @Nullable ChangeFiles bulkFiles) {
        this.deletedFiles = deletedFiles;
        this.bulkFiles = bulkFiles;
    }

    /**
     * Reads both to their ends.
     *
     * @param now    records of this dump, sorted; of several with the same key one is written
     * @param before records of the dump before, or null
     * @param file   gets the records of this dump
     */
    DigestFile.Written run(DigestSort.Merged now, DigestFile.@Nullable Reader before, Path file)
            throws IOException, SpillwayException, InterruptedException {
        try (DigestFile.Writer out = new DigestFile.Writer(file)) {
            DigestRecord last = new DigestRecord();
            boolean first = true;
            for (; now.isPresent(); now.next()) {
                DigestRecord each = now.record();
                if (!first && each.hasKeyOf(last)) {
                    twice++;
                    if (twiceExample.isEmpty()) {
                        twiceExample = new String(each.tail, 0, each.keyLength, StandardCharsets.UTF_8);
                    }
                    continue;
                }
                first = false;
                last.keyHigh = each.keyHigh;
                last.keyLow = each.keyLow;
                if (before != null) {
                    compare(each, before);
                }
                out.write(each);
            }
            for (; before != null && before.isPresent(); before.next()) {
                delete(before.record);
            }
            return out.finish();
        }
    }

    private void compare(DigestRecord each, DigestFile.Reader before)
            throws IOException, SpillwayException, InterruptedException {
        for (; before.isPresent() && before.record.compareKeys(each) < 0; before.next()) {
            delete(before.record);
        }
        if (!before.isPresent() || !before.record.hasKeyOf(each)) {
            added++;
            addedKeys.add(each.keyHigh, each.keyLow);
        } else if (before.record.hasLineOf(each)) {
            unchanged++;
            before.next();
            return;
        } else {
            changed++;
            oldLines.add(before.record.lineHigh, before.record.lineLow);
            if (!before.record.hasRoutingOf(each)) {
                deleteAction(before.record);
            }
            before.next();
        }
        places.add(each.place);
        writtenKeys.add(each.keyHigh, each.keyLow);
    }

    private void delete(DigestRecord gone) throws IOException, SpillwayException, InterruptedException {
        deleted++;
        oldLines.add(gone.lineHigh, gone.lineLow);
        deletedKeys.add(gone.keyHigh, gone.keyLow);
        if (deletedFiles != null) {
            OutputStream out = deletedFiles.next(KEY.length + (long) gone.keyLength + END.length);
            out.write(KEY);
            out.write(gone.tail, 0, gone.keyLength);
            out.write(END);
        }
        deleteAction(gone);
    }

    private void deleteAction(DigestRecord gone) throws IOException, SpillwayException, InterruptedException {
        if (bulkFiles == null) {
            return;
        }
        long routing = gone.routingLength == 0 ? 0 : (long) ROUTING.length + gone.routingLength;
        OutputStream out = bulkFiles.next(DELETE.length + gone.keyLength + routing + DELETED.length, true);
        out.write(DELETE);
        out.write(gone.tail, 0, gone.keyLength);
        if (gone.routingLength > 0) {
            out.write(ROUTING);
            out.write(gone.tail, gone.keyLength, gone.routingLength);
        }
        out.write(DELETED);
    }

    Changes.Counts counts() {
        return new Changes.Counts(added, changed, deleted, unchanged);
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
