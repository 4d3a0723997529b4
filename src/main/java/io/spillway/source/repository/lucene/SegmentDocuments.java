package io.spillway.source.repository.lucene;

import io.spillway.source.repository.ShardReader.OpenSegment;
import io.spillway.source.repository.ShardReader.StoredDocument;
import java.io.Closeable;
import java.io.IOException;
import java.util.BitSet;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.DocValuesProducer;
import org.apache.lucene.codecs.StoredFieldsReader;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DocValuesType;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.SegmentCommitInfo;
import org.apache.lucene.index.SegmentInfo;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.StoredFieldVisitor;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.util.Bits;
import org.jspecify.annotations.Nullable;

/**
 * One open segment. Opens only what documents need: the lists of fields, of deleted documents and of terms, and stored fields.
 * Lucene's own reader of segments would need the server's formats of everything else.
 */
final class SegmentDocuments implements OpenSegment {
    /** Every document has it, and no nested one. */
    private static final String OF_DOCUMENTS = "_primary_term";
    /** One of these is in each nested document: without them, the values of all fields need not be read for that of the above. */
    private static final Set<String> OF_NESTED = Set.of("_nested_path", "_type");
    /** Deleted and replaced documents, and records of deletions, have it. */
    private static final String OF_DELETED = "__soft_deletes";

    private static final Pattern OF_SOURCES = Pattern.compile("\\.fd[tmx]$");
    private static final String SUFFIX_OF_FIELD = "PerFieldDocValuesFormat.suffix";
    private static final String FORMAT_OF_FIELD = "PerFieldDocValuesFormat.format";
    private static final int NEVER_UPDATED = -1;

    private final Directory outer;
    private final Directory inner;
    private final SegmentCommitInfo commit;
    private final FieldInfos written;
    private final FieldInfos updated;
    private @Nullable StoredFieldsReader stored;
    private @Nullable StoredFieldsReader sequential;

    private SegmentDocuments(
            Directory outer, Directory inner, SegmentCommitInfo commit, FieldInfos written, FieldInfos updated) {
        this.outer = outer;
        this.inner = inner;
        this.commit = commit;
        this.written = written;
        this.updated = updated;
    }

    /** Opens a segment. The caller closes it. */
    @SuppressWarnings("MustBeClosedChecker") // the segment closes it
    static SegmentDocuments open(Directory outer, SegmentCommitInfo commit) throws IOException {
        SegmentInfo segment = commit.info;
        Codec codec = segment.getCodec();
        Directory inner =
                segment.getUseCompoundFile() ? CompoundFiles.open(codec.compoundFormat(), outer, segment) : outer;
        boolean opened = false;
        try {
            FieldInfos written = codec.fieldInfosFormat().read(inner, segment, "", IOContext.READONCE);
            FieldInfos updated = commit.hasFieldUpdates()
                    ? codec.fieldInfosFormat()
                            .read(outer, segment, generation(commit.getFieldInfosGen()), IOContext.READONCE)
                    : written;
            opened = true;
            return new SegmentDocuments(outer, inner, commit, written, updated);
        } finally {
            if (!opened) {
                inner.close();
            }
        }
    }

    private static String generation(long number) {
        return Long.toString(number, Character.MAX_RADIX);
    }

    @Override
    public BitSet documents() throws IOException {
        FieldInfo documents = written.fieldInfo(OF_DOCUMENTS);
        if (documents == null) {
            throw new CorruptIndexException("no document has " + OF_DOCUMENTS, commit.info.name);
        }
        BitSet found;
        if (OF_NESTED.stream().anyMatch(field -> written.fieldInfo(field) != null)) {
            found = numbersWith(inner, written, documents, "");
        } else {
            found = new BitSet();
            found.set(0, commit.info.maxDoc());
        }
        removeDeleted(found);
        return found;
    }

    /** Removes documents that were deleted: in a list of their own, and by a field that marks them. */
    private void removeDeleted(BitSet found) throws IOException {
        BitSet kept = new BitSet();
        kept.set(0, commit.info.maxDoc());
        if (commit.hasDeletions()) {
            Bits live = commit.info.getCodec().liveDocsFormat().readLiveDocs(outer, commit, IOContext.READONCE);
            for (int number = 0; number < live.length(); number++) {
                kept.set(number, live.get(number));
            }
        }
        FieldInfo marked = updated.fieldInfo(OF_DELETED);
        int marks = 0;
        // The values of a merged segment are together with those of all other fields, and mark nothing if the commit
        // counts none.
        boolean isRead = marked != null && (commit.getSoftDelCount() > 0 || marked.getDocValuesGen() != NEVER_UPDATED);
        if (isRead && marked != null && marked.getDocValuesType() == DocValuesType.NUMERIC) {
            BitSet deleted = marked.getDocValuesGen() == NEVER_UPDATED
                    ? numbersWith(inner, written, Objects.requireNonNull(written.fieldInfo(OF_DELETED)), "")
                    : numbersWith(outer, updated, marked, generation(marked.getDocValuesGen()));
            deleted.and(kept);
            marks = deleted.cardinality();
            kept.andNot(deleted);
        }
        if (marks != commit.getSoftDelCount()) {
            throw new CorruptIndexException(
                    "%d documents are marked as deleted, but the commit counts %d"
                            .formatted(marks, commit.getSoftDelCount()),
                    commit.info.name);
        }
        found.and(kept);
    }

    /** The documents that have a value of a field. */
    private BitSet numbersWith(Directory directory, FieldInfos all, FieldInfo field, String suffix) throws IOException {
        BitSet numbers = new BitSet(commit.info.maxDoc());
        // A file of values has those of several fields, and its reader refuses one that it is not told of.
        FieldInfo[] together = StreamSupport.stream(all.spliterator(), false)
                .filter(other -> other.getDocValuesType() != DocValuesType.NONE
                        && other.getDocValuesGen() == field.getDocValuesGen()
                        && Objects.equals(other.getAttribute(FORMAT_OF_FIELD), field.getAttribute(FORMAT_OF_FIELD))
                        && Objects.equals(other.getAttribute(SUFFIX_OF_FIELD), field.getAttribute(SUFFIX_OF_FIELD)))
                .toArray(FieldInfo[]::new);
        SegmentReadState state =
                new SegmentReadState(directory, commit.info, new FieldInfos(together), IOContext.DEFAULT, suffix);
        try (DocValuesProducer values = commit.info.getCodec().docValuesFormat().fieldsProducer(state)) {
            values.checkIntegrity();
            NumericDocValues of = values.getNumeric(field);
            for (int number = of.nextDoc(); number != DocIdSetIterator.NO_MORE_DOCS; number = of.nextDoc()) {
                numbers.set(number);
            }
        }
        return numbers;
    }

    @Override
    public long sourceBytes() throws IOException {
        long bytes = 0;
        for (String name : inner.listAll()) {
            boolean ofSegment = name.startsWith(commit.info.name + ".") || name.startsWith(commit.info.name + "_");
            bytes += ofSegment && OF_SOURCES.matcher(name).find() ? inner.fileLength(name) : 0;
        }
        return bytes;
    }

    @Override
    public void requireIntact() throws IOException {
        stored().checkIntegrity();
    }

    private StoredFieldsReader stored() throws IOException {
        if (stored == null) {
            stored = commit.info
                    .getCodec()
                    .storedFieldsFormat()
                    .fieldsReader(inner, commit.info, written, IOContext.DEFAULT);
        }
        return stored;
    }

    @Override
    public void read(int number, StoredDocument found) throws IOException {
        if (sequential == null) {
            // Keeps a decompressed block for the documents that follow.
            sequential = stored().getMergeInstance();
        }
        found.clear();
        sequential.document(number, new Fields(found));
    }

    @Override
    @SuppressWarnings("try") // closed in this order, whatever fails
    public void close() throws IOException {
        try (Closeable files = inner;
                Closeable fields = stored) {
            stored = null;
            sequential = null;
        }
    }

    /** Takes the three fields of a document; never {@code _recovery_source}, which holds what the mapping left out. */
    private static final class Fields extends StoredFieldVisitor {
        private final StoredDocument found;

        Fields(StoredDocument found) {
            this.found = found;
        }

        @Override
        public Status needsField(FieldInfo field) {
            return switch (field.name) {
                case "_id", "_source", "_routing" -> Status.YES;
                default -> Status.NO;
            };
        }

        @Override
        public void binaryField(FieldInfo field, byte[] value) {
            if (field.name.equals("_id")) {
                found.id(value);
            } else if (field.name.equals("_source")) {
                found.source(value);
            }
        }

        @Override
        public void stringField(FieldInfo field, String value) {
            if (field.name.equals("_routing")) {
                found.routing(value);
            }
        }
    }
}
