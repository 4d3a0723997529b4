package io.spillway.encode;

import io.spillway.source.Document;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A tar archive of JSON files, each an array of documents: {@code journals_batch_00001.json} and so on, in one folder.
 * This is the layout of DOAJ's public data dump. The documents are as they were indexed, one per line.
 *
 * <p>The folder is named after the dump, the slice and the part in it, {@code journals-2026-11-21T030000Z.0001-00001},
 * so that archives unpacked into one directory, including those of other dumps, do not overwrite each other's files.
 * Entries contain the instant of the snapshot and no data of this machine, so that the same documents give the same
 * bytes. An archive without documents contains one file with an empty array.
 *
 * <p>An entry's length precedes its content, so a batch is kept in the scratch file until it is complete.
 */
public final class TarBatches implements Encoder {
    /** The format's name. */
    public static final String FORMAT = "tar";

    private static final byte[] ARRAY = bytes("[\n");
    private static final byte[] NEXT = bytes(",\n");
    private static final byte[] ARRAY_END = bytes("\n]\n");
    private static final byte[] EMPTY_ARRAY = bytes("[]\n");
    /** Read and write for the owner, read for all others. */
    private static final int MODE = 0644;

    private final Limits limits;
    private final boolean withId;
    private @Nullable Archive open;

    /**
     * An encoder for one part.
     *
     * @param withId whether each element includes the document's metadata, as in {@link JsonLinesWithId}
     */
    public TarBatches(Limits limits, boolean withId) {
        this.limits = limits;
        this.withId = withId;
    }

    @Override
    public String format() {
        return FORMAT;
    }

    /** Not supported: without a place there is no folder name and no scratch file. */
    @Override
    public void begin(OutputStream out) {
        throw new IllegalStateException("an archive needs its place");
    }

    @Override
    public void begin(PartPlace place, OutputStream out) throws IOException {
        open = new Archive(place, out);
    }

    @Override
    public void encode(Document document, OutputStream out) throws IOException {
        archive().add(document);
    }

    @Override
    public void end(OutputStream out) throws IOException {
        archive().end();
    }

    @Override
    public void close() {
        if (open != null) {
            open.batch.close();
            open = null;
        }
    }

    private Archive archive() {
        if (open == null) {
            throw new IllegalStateException("the archive was not begun, or is closed");
        }
        return open;
    }

    private static byte[] bytes(String ascii) {
        return ascii.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * The maximum size of a file in the archive.
     *
     * @param documents maximum number of documents in a file, at least 1
     * @param bytes     length after which no document is added, 1 to {@link #MAX_BYTES}
     */
    public record Limits(long documents, long bytes) {
        /** The original tar header holds lengths below 8 GiB; a document of 2 GiB still fits after this limit. */
        public static final long MAX_BYTES = 4L << 30;

        /** @throws IllegalArgumentException if a limit is out of range */
        public Limits {
            if (documents < 1 || bytes < 1 || bytes > MAX_BYTES) {
                throw new IllegalArgumentException(
                        "the limits of a file must be at least 1 document, and 1 to " + MAX_BYTES + " bytes");
            }
        }

        /** The manifest's options for such parts. */
        public Map<String, Object> facts(boolean withId) {
            Map<String, Object> facts = new LinkedHashMap<>();
            if (withId) {
                facts.put("id", "_id");
            }
            facts.put("entries", "json arrays");
            facts.put("entry_documents", documents);
            facts.put("entry_bytes", bytes);
            return facts;
        }
    }

    /** An archive being written. */
    private final class Archive {
        private final TarArchiveOutputStream tar;
        private final BatchFile batch;
        private final String prefix;
        private final Instant modified;
        private int batches;
        private long documents;

        Archive(PartPlace place, OutputStream out) throws IOException {
            tar = new TarArchiveOutputStream(out, StandardCharsets.UTF_8.name());
            // Long dataset names exceed the original header; every reader since POSIX 2001 supports this format.
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
            prefix = "%s.%04d-%05d/%s_batch_"
                    .formatted(
                            place.dump().fileStem(),
                            place.slice() + 1,
                            place.number(),
                            place.dump().dataset());
            modified = place.dump().instant();
            batch = new BatchFile(place.scratch());
        }

        void add(Document document) throws IOException {
            OutputStream out = batch.out();
            out.write(documents == 0 ? ARRAY : NEXT);
            if (withId) {
                JsonLinesWithId.write(document, out);
            } else {
                document.writeSource(out);
            }
            documents++;
            if (documents >= limits.documents || batch.length() >= limits.bytes) {
                finishBatch();
            }
        }

        void end() throws IOException {
            if (documents > 0) {
                finishBatch();
            } else if (batches == 0) {
                putEntry(EMPTY_ARRAY.length);
                tar.write(EMPTY_ARRAY);
                tar.closeArchiveEntry();
            }
            tar.finish();
        }

        private void finishBatch() throws IOException {
            batch.out().write(ARRAY_END);
            putEntry(batch.length());
            batch.moveTo(tar);
            tar.closeArchiveEntry();
            documents = 0;
        }

        private void putEntry(long length) throws IOException {
            batches++;
            TarArchiveEntry entry = new TarArchiveEntry("%s%05d.json".formatted(prefix, batches));
            entry.setSize(length);
            entry.setMode(MODE);
            entry.setModTime(Date.from(modified));
            // The library would write the current user.
            entry.setIds(0, 0);
            entry.setNames("", "");
            tar.putArchiveEntry(entry);
        }
    }
}
