package io.spillway.source.repository.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.spillway.source.repository.ShardFiles;
import io.spillway.source.repository.ShardReader;
import io.spillway.source.repository.ShardReader.OpenSegment;
import io.spillway.source.repository.ShardReader.Segment;
import io.spillway.source.repository.ShardReader.StoredDocument;
import io.spillway.source.repository.ShardReader.UnknownFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.FilterCodec;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.Term;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shards with the fields of a server that Lucene itself writes here. */
class LuceneShardTest {
    private final Directory directory = new ByteBuffersDirectory();

    @Test
    void theSourceThatAServerKeepsForRecoveryIsNeverRead() throws Exception {
        try (IndexWriter writer = writer(Codec.getDefault(), true)) {
            Document document = document(1);
            document.add(new StoredField("_recovery_source", "{\"canary\":1}".getBytes(StandardCharsets.UTF_8)));
            writer.addDocument(document);
            Document without = document(2);
            without.removeField("_source");
            without.add(new StoredField("_recovery_source", "{\"canary\":2}".getBytes(StandardCharsets.UTF_8)));
            writer.addDocument(without);
        }

        assertThat(sources()).containsExactly("{\"n\":1}", "none");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aListOfDeletedDocumentsIsReadInOneFileAndInSeveral(boolean compound) throws Exception {
        try (IndexWriter writer = writer(Codec.getDefault(), compound)) {
            for (int n = 0; n < 5; n++) {
                writer.addDocument(document(n));
            }
            writer.commit();
            writer.deleteDocuments(new Term("key", "1"), new Term("key", "4"));
        }

        assertThat(Set.of(directory.listAll())).anyMatch(file -> file.endsWith(".liv"));
        assertThat(sources()).containsExactly("{\"n\":0}", "{\"n\":2}", "{\"n\":3}");
    }

    @Test
    void aCodecThatThisProgramDoesNotHaveIsRefusedByName() throws Exception {
        try (IndexWriter writer = writer(new FilterCodec("Zstd912CustomCodec", Codec.getDefault()) {}, true)) {
            writer.addDocument(document(1));
        }

        assertThatExceptionOfType(UnknownFormatException.class)
                .isThrownBy(this::sources)
                .withMessageContaining("Zstd912CustomCodec");
    }

    private IndexWriter writer(Codec codec, boolean compound) throws IOException {
        IndexWriterConfig config = new IndexWriterConfig()
                .setCodec(codec)
                .setMergePolicy(NoMergePolicy.INSTANCE)
                .setUseCompoundFile(compound);
        return new IndexWriter(directory, config);
    }

    private static Document document(int n) {
        Document document = new Document();
        document.add(new StoredField("_id", new byte[] {(byte) 0xfe, (byte) (n << 4 | 0xf)}));
        document.add(new StoredField("_source", "{\"n\":%d}".formatted(n).getBytes(StandardCharsets.UTF_8)));
        document.add(new NumericDocValuesField("_primary_term", 1));
        document.add(new StringField("key", Integer.toString(n), StringField.Store.NO));
        return document;
    }

    private List<String> sources() throws IOException {
        List<String> found = new ArrayList<>();
        ShardReader reader = new LuceneShard.Readers().of(new FilesOfDirectory());
        for (Segment segment : reader.segments()) {
            try (OpenSegment open = segment.open()) {
                open.requireIntact();
                for (int number : open.documents().stream().toArray()) {
                    StoredDocument stored = new StoredDocument();
                    open.read(number, stored);
                    byte[] source = stored.source();
                    found.add(source == null ? "none" : new String(source, StandardCharsets.UTF_8));
                }
            }
        }
        return found;
    }

    /** The files of the directory as a snapshot would list them. */
    private final class FilesOfDirectory implements ShardFiles {
        @Override
        public Set<String> names() {
            try {
                return Set.of(directory.listAll());
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public long length(String name) throws IOException {
            return directory.fileLength(name);
        }

        @Override
        public Content open(String name) throws IOException {
            IndexInput input = directory.openInput(name, IOContext.DEFAULT);
            return new Content() {
                @Override
                public synchronized void read(long position, ByteBuffer into, long until) throws IOException {
                    byte[] bytes = new byte[into.remaining()];
                    input.seek(position);
                    input.readBytes(bytes, 0, bytes.length);
                    into.put(bytes);
                }

                @Override
                public void close() throws IOException {
                    input.close();
                }
            };
        }

        @Override
        public boolean verify(Iterable<String> files) {
            return false;
        }
    }
}
