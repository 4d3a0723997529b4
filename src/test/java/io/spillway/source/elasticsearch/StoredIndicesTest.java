package io.spillway.source.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.source.SourceField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the metadata of an index in a repository says about its documents, without a server that knows the defaults. */
class StoredIndicesTest {
    private static final String VECTOR = "{\"properties\":{\"v\":{\"type\":\"dense_vector\"}}}";
    private static final ObjectMapper JSON = new ObjectMapper();

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            8537000   | {"_source":{"enabled":false}}        | {}                                          | _source is disabled
            8537000   | {"_source":{"excludes":["a"]}}       | {}                                          | includes or excludes
            8537000   | {"_source":{"mode":"synthetic"}}     | {}                                          | synthetic
            8537000   | {}                                   | {"index.mode":"logsdb"}                     | synthetic
            8537000   | {}                                   | {"index.mode":"time_series"}                | synthetic
            9111000   | {}                                   | {"index.mode":"columnar"}                   | not known to be stored
            8537000   | {}                                   | {"index.mapping.source.mode":"synthetic"}   | synthetic
            9111000   | {"properties":{"v":{"type":"dense_vector"}}} | {}                                  | leaves vectors out
            137277827 | {}                                   | {"index.derived_source.enabled":"true"}     | derived
            137277827 | {"properties":{"v":{"type":"knn_vector"}}} | {"index.knn.derived_source.enabled":"true"} | leaves vectors out
            137277827 | {"properties":{"v":{"type":"knn_vector"}}} | {"index.knn":"true"}                  | leaves vectors out
            8537000   | {"properties":{"v":{"type":"dense_vector"}}} | {"index.mapping.exclude_source_vectors":"true"} | leaves vectors out
            8537000   | {"properties":{"v":{"type":"semantic_text"}}} | {}                                 | what a model computes
            """)
    void anIndexThatDoesNotStoreItsDocumentsIsRefused(int created, String mapping, String settings, String reason)
            throws Exception {
        StoredIndices indices = new StoredIndices(created > 0x08000000);

        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> indices.add("i", JSON.readTree(mapping), settings(created, settings)))
                .withMessageContaining("index \"i\"")
                .withMessageContaining(reason)
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.SOURCE_REFUSED))
                .satisfies(e -> assertThat(e.hint()).isNotBlank());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            7172999   | {}
            8537000   | {}
            8537000   | {"index.mode":"logsdb","index.mapping.source.mode":"stored"}
            9111000   | {"index.mapping.exclude_source_vectors":"false"}
            136408127 | {"index.knn":"true"}
            137277827 | {}
            137277827 | {"index.knn":"true","index.knn.derived_source.enabled":"false"}
            """)
    void anIndexThatStoresItsDocumentsIsRead(int created, String settings) throws Exception {
        StoredIndices indices = new StoredIndices(created > 0x08000000);

        indices.add("i", JSON.readTree(VECTOR), settings(created, settings));

        assertThat(indices.fields()).containsExactly(new SourceField("v", "dense_vector"));
        assertThat(indices.mayHoldUnmapped()).isFalse();
    }

    @Test
    void fieldsOfAllIndicesAreFoundAndUnmappedOnesAreExpected() throws Exception {
        StoredIndices indices = new StoredIndices(false);
        indices.add("a", JSON.readTree("{\"properties\":{\"n\":{\"type\":\"long\"}}}"), settings(8537000, "{}"));
        indices.add(
                "b",
                JSON.readTree("{\"dynamic\":\"false\",\"properties\":{\"n\":{\"type\":\"keyword\"}}}"),
                settings(8537000, "{}"));

        assertThat(indices.fields()).containsExactly(new SourceField("n", "keyword|long"));
        assertThat(indices.mayHoldUnmapped()).isTrue();
    }

    private static JsonNode settings(int created, String others) throws Exception {
        return JSON.readTree(others.replaceFirst(
                "\\{", "{\"index.version.created\":\"" + created + "\"" + (others.equals("{}") ? "" : ",")));
    }
}
