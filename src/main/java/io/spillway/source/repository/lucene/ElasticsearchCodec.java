package io.spillway.source.repository.lucene;

import java.io.IOException;
import java.util.Locale;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.CompoundFormat;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.codecs.FieldInfosFormat;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.LiveDocsFormat;
import org.apache.lucene.codecs.NormsFormat;
import org.apache.lucene.codecs.PointsFormat;
import org.apache.lucene.codecs.PostingsFormat;
import org.apache.lucene.codecs.SegmentInfoFormat;
import org.apache.lucene.codecs.StoredFieldsFormat;
import org.apache.lucene.codecs.StoredFieldsReader;
import org.apache.lucene.codecs.StoredFieldsWriter;
import org.apache.lucene.codecs.TermVectorsFormat;
import org.apache.lucene.codecs.lucene90.compressing.Lucene90CompressingStoredFieldsFormat;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.SegmentInfo;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;

/**
 * The codecs of Elasticsearch, to read stored fields and lists of documents: one of Lucene's, except that stored fields may be
 * compressed with zstd. Each is found by its name in {@code META-INF/services}. Lucene's own codec is looked up when it is
 * first used, because a look-up in a constructor fails.
 */
public abstract class ElasticsearchCodec extends Codec {
    private final String base;

    private ElasticsearchCodec(String name, String base) {
        super(name);
        this.base = base;
    }

    /** Elasticsearch 8.14 and 8.15. */
    public static final class Of814 extends ElasticsearchCodec {
        /** For the look-up by name. */
        public Of814() {
            super("Elasticsearch814", "Lucene99");
        }
    }

    /** Elasticsearch 8.16 to 8.19. */
    public static final class Of816 extends ElasticsearchCodec {
        /** For the look-up by name. */
        public Of816() {
            super("Elasticsearch816", "Lucene912");
        }
    }

    /** Elasticsearch 9, before its codec had a name of its own for each format of Lucene. */
    public static final class Of900 extends ElasticsearchCodec {
        /** For the look-up by name. */
        public Of900() {
            super("Elasticsearch900", "Lucene100");
        }
    }

    /** Elasticsearch 9.0 and 9.1. */
    public static final class Of900Lucene101 extends ElasticsearchCodec {
        /** For the look-up by name. */
        public Of900Lucene101() {
            super("Elasticsearch900Lucene101", "Lucene101");
        }
    }

    /** Elasticsearch 9.2. */
    public static final class Of92 extends ElasticsearchCodec {
        /** For the look-up by name. */
        public Of92() {
            super("Elasticsearch92Lucene103", "Lucene103");
        }
    }

    /** Elasticsearch 9.3 and later. */
    public static final class Of93 extends ElasticsearchCodec {
        /** For the look-up by name. */
        public Of93() {
            super("Elasticsearch93Lucene104", "Lucene104");
        }
    }

    private Codec base() {
        return Codec.forName(base);
    }

    @Override
    public StoredFieldsFormat storedFieldsFormat() {
        return new StoredFields(base().storedFieldsFormat());
    }

    @Override
    public DocValuesFormat docValuesFormat() {
        return base().docValuesFormat();
    }

    @Override
    public FieldInfosFormat fieldInfosFormat() {
        return base().fieldInfosFormat();
    }

    @Override
    public SegmentInfoFormat segmentInfoFormat() {
        return base().segmentInfoFormat();
    }

    @Override
    public LiveDocsFormat liveDocsFormat() {
        return base().liveDocsFormat();
    }

    @Override
    public CompoundFormat compoundFormat() {
        return base().compoundFormat();
    }

    @Override
    public PostingsFormat postingsFormat() {
        return base().postingsFormat();
    }

    @Override
    public TermVectorsFormat termVectorsFormat() {
        return base().termVectorsFormat();
    }

    @Override
    public NormsFormat normsFormat() {
        return base().normsFormat();
    }

    @Override
    public PointsFormat pointsFormat() {
        return base().pointsFormat();
    }

    @Override
    public KnnVectorsFormat knnVectorsFormat() {
        return base().knnVectorsFormat();
    }

    /** An attribute of each segment names its compression. */
    private static final class StoredFields extends StoredFieldsFormat {
        private static final String ATTRIBUTE = "Zstd814StoredFieldsFormat.mode";
        private static final String FORMAT = "ZstdStoredFields814";
        // Used to write alone; a reader finds the sizes of its blocks in the file.
        private static final int CHUNK = 1 << 14;
        private static final int DOCUMENTS = 1024;
        private static final int SHIFT = 10;

        private final StoredFieldsFormat others;

        StoredFields(StoredFieldsFormat others) {
            this.others = others;
        }

        @Override
        public StoredFieldsReader fieldsReader(
                Directory directory, SegmentInfo segment, FieldInfos fields, IOContext context) throws IOException {
            String mode = segment.getAttribute(ATTRIBUTE);
            if (mode == null) {
                return others.fieldsReader(directory, segment, fields, context);
            } else if (!mode.toUpperCase(Locale.ROOT).startsWith("BEST_")) {
                throw new CorruptIndexException("unknown compression \"" + mode + "\"", segment.name);
            }
            return new Lucene90CompressingStoredFieldsFormat(FORMAT, new ZstdBlocks(), CHUNK, DOCUMENTS, SHIFT)
                    .fieldsReader(directory, segment, fields, context);
        }

        @Override
        public StoredFieldsWriter fieldsWriter(Directory directory, SegmentInfo segment, IOContext context) {
            throw new UnsupportedOperationException("a snapshot is only read");
        }
    }
}
