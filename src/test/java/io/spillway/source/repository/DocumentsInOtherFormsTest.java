package io.spillway.source.repository;

import static io.spillway.source.repository.RepositorySourceTest.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import com.fasterxml.jackson.dataformat.smile.databind.SmileMapper;
import io.spillway.fault.Fault;
import io.spillway.source.Snapshot;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Documents as a client may have sent them, in a repository that is made here. */
class DocumentsInOtherFormsTest {
    private static final SmileMapper SMILE = new SmileMapper();
    private static final String SHARD = "indices/iid/0";
    private static final Map<String, Object> CONTENT = Map.of("a", List.of(1, "é", Map.of("b", true)));
    private static final String JSON = "{\"a\":[1,\"é\",{\"b\":true}]}";

    @TempDir
    private Path folder;

    @BeforeEach
    void makeFolder() throws IOException {
        Files.createDirectories(folder.resolve(SHARD));
    }

    @Test
    void formatsThatAServerConvertsAreConverted() throws Exception {
        byte[] yaml = "---\na: [1, é, {b: true}]\n".getBytes(StandardCharsets.UTF_8);

        write(new CBORMapper().writeValueAsBytes(CONTENT), SMILE.writeValueAsBytes(CONTENT), yaml, utf8(JSON));

        assertThat(read())
                .containsExactly(
                        "\"0\" null " + JSON, "\"1\" null " + JSON, "\"2\" null " + JSON, "\"3\" null " + JSON);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cbor", "smile"})
    void aDocumentThatCannotBeConvertedIsRefusedWithItsId(String format) throws Exception {
        byte[] whole =
                format.equals("cbor") ? new CBORMapper().writeValueAsBytes(CONTENT) : SMILE.writeValueAsBytes(CONTENT);

        write(utf8(JSON), Arrays.copyOf(whole, whole.length - 4));

        assertRefused(
                Fault.SOURCE_REFUSED,
                "the source of document \"1\" in index \"i\" is not JSON and cannot be converted",
                this::read);
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16BE", "UTF-16LE", "UTF-32BE"})
    void jsonThatIsNotUtf8IsRefusedWithItsId(String charset) throws Exception {
        write(utf8(JSON), JSON.getBytes(Charset.forName(charset)));

        assertRefused(Fault.SOURCE_REFUSED, "document \"1\" in index \"i\" is not JSON", this::read);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[1]", "{\"a\":1", "{\"a\":1}{\"canary\":1}", "text"})
    void whatIsNotOneObjectIsRefusedWithItsId(String source) throws Exception {
        write(utf8(JSON), utf8(source));

        assertRefused(Fault.SOURCE_REFUSED, "document \"1\" in index \"i\"", this::read);
    }

    @Test
    void aDocumentWithoutASourceIsRefusedWithItsId() throws Exception {
        write(utf8(JSON), null);

        assertRefused(Fault.SOURCE_REFUSED, "document \"1\" in index \"i\" is not stored", this::read);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private List<String> read() throws Exception {
        try (RepositorySource source = RepositorySource.open(
                        folder,
                        new RepositoryOptions("latest", null, "i", new RepositoryOptions.Reading(1, 1, 1 << 16, false)),
                        RepositorySourceTest.inspector());
                Snapshot frozen = source.freeze()) {
            return RepositorySourceTest.read(frozen);
        }
    }

    /** A repository with one snapshot of one index, whose documents have these sources and the ids 0, 1 and so on. */
    private void write(byte[]... sources) throws IOException {
        Files.writeString(folder.resolve("index-0"), """
                {"snapshots":[{"name":"s","uuid":"u","state":1,"start_time_millis":1000,"index_metadata_lookup":{"iid":"m"}}],
                 "indices":{"i":{"id":"iid"}},"index_metadata_identifiers":{"m":"mb"}}
                """);
        write("snap-u.dat", MetadataBlob.SNAPSHOT, """
                {"snapshot":{"name":"s","uuid":"u","state":"SUCCESS","start_time":1000,"end_time":2000,"indices":["i"]}}
                """);
        write("indices/iid/meta-mb.dat", MetadataBlob.INDEX, """
                {"i":{"settings":{"index.number_of_shards":"1","index.version.created":"8537000"},"mappings":[{"_doc":{}}]}}
                """);
        StringBuilder files = new StringBuilder();
        try (Directory directory = FSDirectory.open(Files.createDirectory(folder.resolve("lucene")))) {
            try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
                for (int n = 0; n < sources.length; n++) {
                    writer.addDocument(document(n, sources[n]));
                }
            }
            for (String name : directory.listAll()) {
                if (!name.equals("write.lock")) {
                    files.append(files.isEmpty() ? "" : ",").append(copy(directory, name));
                }
            }
        }
        write(SHARD + "/snap-u.dat", MetadataBlob.SNAPSHOT, "{\"name\":\"s\",\"files\":[" + files + "]}");
    }

    private void write(String path, String codec, String json) throws IOException {
        Files.write(folder.resolve(path), BlobWriter.framed(utf8(json.strip()), codec));
    }

    private static Document document(int number, byte[] source) {
        Document document = new Document();
        document.add(new StoredField("_id", new byte[] {(byte) 0xfe, (byte) (number << 4 | 0xf)}));
        document.add(new NumericDocValuesField("_primary_term", 1));
        if (source != null) {
            document.add(new StoredField("_source", source));
        }
        return document;
    }

    /** Copies a file of Lucene into a blob; its entry in the list of files. */
    private String copy(Directory directory, String name) throws IOException {
        String blob = "__" + name.replace('_', '-');
        Files.copy(folder.resolve("lucene").resolve(name), folder.resolve(SHARD).resolve(blob));
        try (IndexInput input = directory.openInput(name, IOContext.DEFAULT)) {
            return """
                    {"name":"%s","physical_name":"%s","length":%d,"checksum":"%s","written_by":"9.12.3"}
                    """.formatted(
                    blob, name, input.length(), Long.toString(CodecUtil.retrieveChecksum(input), Character.MAX_RADIX));
        }
    }
}
