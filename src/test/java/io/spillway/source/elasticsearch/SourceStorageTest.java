package io.spillway.source.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.source.elasticsearch.SourceStorage.VectorField;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What counts as a stored document, by the mapping and the settings of an index. */
class SourceStorageTest {
    private static final Dialect DIALECT = new Dialect(Dialect.Product.ELASTICSEARCH, "9.2.0", true);
    private static final String DEFAULTS = "\"defaults\":{\"index.refresh_interval\":\"1s\"}";

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{};{}",
                "{\"_source\":{\"enabled\":true}};{\"index.mode\":\"standard\"}",
                "{};{\"index.mode\":\"lookup\"}",
                "{};{\"index.mode\":\"LOGSDB\",\"index.mapping.source.mode\":\"STORED\"}",
                "{\"_source\":{\"mode\":\"stored\"}};{\"index.mode\":\"time_series\"}"
            })
    void anIndexThatIsKnownToStoreItsDocumentsIsAccepted(String mapping, String settings) throws Exception {
        assertThat(check(mapping, "{\"settings\":" + settings + "," + DEFAULTS + "}"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{};{\"index.mode\":\"logsdb\"}",
                "{};{\"index.mode\":\"time_series\"}",
                "{};{\"index.mode\":\"columnar\"}",
                "{};{\"index.mode\":\"logsdb_columnar\",\"index.mapping.source.mode\":\"stored\"}",
                "{};{\"index.mode\":\"a_mode_of_tomorrow\",\"index.mapping.source.mode\":\"stored\"}",
                "{};{\"index.mapping.source.mode\":\"synthetic\"}",
                "{};{\"index.mapping.source.mode\":\"columnar_stored\"}",
                "{};{\"index.mapping.source.mode\":\"a_mode_of_tomorrow\"}",
                "{\"_source\":{\"mode\":\"synthetic\"}};{}",
                "{\"_source\":{\"mode\":\"stored\"}};{\"index.mapping.source.mode\":\"synthetic\"}",
                "{\"_source\":{\"enabled\":false}};{}",
                "{\"_source\":{\"enabled\":\"false\"}};{}",
                "{\"_source\":{\"excludes\":\"secret\"}};{}",
                "{\"_source\":{\"includes\":[\"a\"]}};{}",
                "{\"_source\":{\"a_parameter_of_tomorrow\":1}};{}"
            })
    void anyOtherIndexIsRefused(String mapping, String settings) {
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> check(mapping, "{\"settings\":" + settings + "," + DEFAULTS + "}"))
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.SOURCE_REFUSED));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"settings\":{\"index.mapping.exclude_source_vectors\":\"true\"}}",
                "{\"settings\":{},\"defaults\":{\"index.mapping.exclude_source_vectors\":\"true\"}}",
                "{\"settings\":{}}",
                "{\"settings\":{},\"defaults\":{}}"
            })
    void vectorsThatAreNotKnownToBeInDocumentsAreReported(String settings) throws Exception {
        assertThat(check("{\"properties\":{\"a\":{\"properties\":{\"v\":{\"type\":\"dense_vector\"}}}}}", settings))
                .singleElement()
                .satisfies(field -> assertThat(field.path()).isEqualTo("a.v"))
                .satisfies(field -> assertThat(field.isApart()).isTrue());
    }

    @Test
    void vectorsOfAServerWithoutTheSettingAreInDocuments() throws Exception {
        assertThat(check("{\"properties\":{\"v\":{\"type\":\"dense_vector\"}}}", "{\"settings\":{}," + DEFAULTS + "}"))
                .isEmpty();
    }

    private static List<VectorField> check(String mapping, String settings) throws Exception {
        ObjectMapper json = new ObjectMapper();
        JsonNode tree = json.readTree(mapping);
        return SourceStorage.check("x", tree, new IndexSettings(json.readTree(settings)), DIALECT);
    }
}
