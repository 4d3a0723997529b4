package io.spillway.source.repository;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.json.JsonCursor;
import io.spillway.json.MalformedJsonException;
import io.spillway.progress.Stage;
import io.spillway.progress.StageClock;
import io.spillway.source.Document;
import io.spillway.source.Document.Range;
import io.spillway.source.Page;
import io.spillway.source.PageReader;
import io.spillway.source.repository.RepositorySnapshot.Stretch;
import io.spillway.source.repository.ShardReader.OpenSegment;
import io.spillway.source.repository.ShardReader.StoredDocument;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a slice: a stretch of numbers in one or more segments. A page is one array, which the next page overwrites. */
final class RepositoryPages implements PageReader {
    private static final Logger LOG = LoggerFactory.getLogger(RepositoryPages.class);
    private static final String HINT = "index it again as JSON in UTF-8, or delete it, and take another snapshot";

    private final RepositorySnapshot snapshot;
    private final StageClock clock;
    private final Iterator<Stretch> stretches;
    private final StoredDocument stored = new StoredDocument();
    private final int pageBytes;
    private final boolean verifies;
    private byte[] page;
    private int filled;
    private @Nullable Stretch stretch;
    private @Nullable OpenSegment open;
    private BitSet documents = new BitSet();
    private int next;
    private Range index = Range.NONE;
    /** The number in its segment of the document in {@code stored} that did not fit into the last page, or -1. */
    private int waiting = -1;

    /**
     * A reader that has read nothing yet.
     *
     * @param verifies whether the files of a segment are compared with their checksums before they are used
     */
    RepositoryPages(
            RepositorySnapshot snapshot, List<Stretch> stretches, int pageBytes, StageClock clock, boolean verifies) {
        this.verifies = verifies;
        this.snapshot = snapshot;
        this.stretches = stretches.iterator();
        this.pageBytes = pageBytes;
        this.page = new byte[pageBytes];
        this.clock = clock;
    }

    @Override
    public Optional<Page> next() throws SpillwayException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException(
                    "while reading " + snapshot.description().name());
        }
        Stage before = clock.enter(Stage.READING);
        try {
            if (page.length > pageBytes) {
                page = new byte[pageBytes];
            }
            filled = 0;
            index = Range.NONE;
            List<Document> found = new ArrayList<>();
            while (waiting >= 0 || advance()) {
                Document document = document();
                if (document == null) {
                    break;
                }
                found.add(document);
                waiting = -1;
            }
            return found.isEmpty() ? Optional.empty() : Optional.of(new Page(found, filled));
        } finally {
            clock.enter(before);
        }
    }

    /** Reads the next document of the slice into {@code stored}; false at its end. */
    private boolean advance() throws SpillwayException {
        while (true) {
            Stretch current = stretch;
            try {
                if (current != null && open != null) {
                    int number = documents.nextSetBit(next);
                    if (number >= 0 && number < current.end()) {
                        open.read(number, stored);
                        next = number + 1;
                        waiting = number;
                        return true;
                    }
                    closeSegment();
                }
                if (!stretches.hasNext()) {
                    return false;
                }
                current = stretches.next();
                stretch = current;
                openSegment(current);
            } catch (IOException | RuntimeException e) {
                throw snapshot.failed(current == null ? "a segment" : current.toString(), e);
            }
        }
    }

    private void openSegment(Stretch of) throws IOException, SpillwayException {
        boolean isVerified =
                verifies && of.shard().files().verify(of.part().segment().files());
        OpenSegment segment = of.part().segment().open();
        open = segment;
        documents = segment.documents();
        if (verifies && !isVerified) {
            segment.requireIntact();
        }
        next = of.start();
        index = Range.NONE;
        if (documents.cardinality() != of.part().documents()) {
            throw new SpillwayException(
                    Fault.INTEGRITY,
                    "%s has %d documents, and had %d when they were counted"
                            .formatted(of, documents.cardinality(), of.part().documents()),
                    "nothing was published; something writes to the repository: run the export again");
        }
    }

    private void closeSegment() throws IOException {
        OpenSegment segment = open;
        open = null;
        if (segment != null) {
            segment.close();
        }
    }

    /** The document in {@code stored}; null if it has to wait for the next page. */
    private @Nullable Document document() throws SpillwayException {
        Stretch of = stretch;
        byte[] storedId = stored.id();
        if (of == null || storedId == null) {
            throw snapshot.failed(
                    String.valueOf(of), new MetadataBlob.DamagedException("document " + waiting + " has no id"));
        }
        String id = id(of, storedId);
        byte[] source = source(of, id);
        byte[] idJson = quoted(id);
        String routed = stored.routing();
        byte[] routing = routed == null ? new byte[0] : quoted(routed);
        byte[] indexJson = index.length() > 0 ? new byte[0] : quoted(of.shard().index());
        int needed = indexJson.length + idJson.length + routing.length + source.length;
        if (needed > page.length - filled) {
            if (filled > 0) {
                return null;
            }
            page = new byte[needed];
        }
        if (indexJson.length > 0) {
            index = put(indexJson);
        }
        Range idRange = put(idJson);
        Range routingRange = put(routing);
        Range all = put(source);
        JsonCursor cursor = new JsonCursor(page, all.start(), all.end());
        try {
            int start = cursor.skipDocument();
            Range object = new Range(start, cursor.position());
            int findings = cursor.findings();
            cursor.leaveDocument();
            cursor.expectEnd();
            Document document = new Document(page, object, findings, idRange, index, routingRange, of.place(waiting));
            snapshot.requireUtf8(document);
            return document;
        } catch (MalformedJsonException e) {
            throw refused(of, id, "is not JSON: " + e.getMessage(), e);
        }
    }

    private String id(Stretch of, byte[] encoded) throws SpillwayException {
        try {
            return DocumentId.decode(encoded);
        } catch (IOException e) {
            throw snapshot.failed(of.toString(), e);
        }
    }

    private byte[] source(Stretch of, String id) throws SpillwayException {
        byte[] source = stored.source();
        if (source == null) {
            throw refused(of, id, "is not stored", null);
        }
        try {
            byte[] converted = OtherFormats.toJson(source);
            return converted == null ? source : converted;
        } catch (IOException e) {
            throw refused(of, id, "is not JSON and cannot be converted: " + e.getMessage(), e);
        }
    }

    private static SpillwayException refused(Stretch of, String id, String flaw, @Nullable Exception cause) {
        return new SpillwayException(
                Fault.SOURCE_REFUSED,
                "a document cannot be published: the source of document \"%s\" in index \"%s\" %s"
                        .formatted(id, of.shard().index(), flaw),
                HINT,
                cause);
    }

    private Range put(byte[] bytes) {
        System.arraycopy(bytes, 0, page, filled, bytes.length);
        filled += bytes.length;
        return new Range(filled - bytes.length, filled);
    }

    /** A JSON string with the escapes that the server writes. */
    private static byte[] quoted(String text) {
        byte[] inner = JsonStringEncoder.getInstance().quoteAsUTF8(text);
        byte[] quoted = Arrays.copyOf(new byte[] {'"'}, inner.length + 2);
        System.arraycopy(inner, 0, quoted, 1, inner.length);
        quoted[quoted.length - 1] = '"';
        return quoted;
    }

    @Override
    public void close() {
        try {
            closeSegment();
        } catch (IOException e) {
            // Every byte was read and checked before; an error while closing an input changes nothing.
            LOG.warn("cannot close a segment cause=\"{}\"", e.getMessage());
        }
    }
}
