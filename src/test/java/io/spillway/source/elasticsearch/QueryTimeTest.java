package io.spillway.source.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QueryTimeTest {
    private static final Instant NOW = Instant.parse("2026-11-21T03:00:00.123456Z");
    private static final String AT = "2026-11-21T03:00:00.123Z";
    private static final String MAPPING = """
            {"properties":{"ts":{"type":"date"},"day":{"type":"date","format":"yyyy-MM-dd"},"title":{"type":"keyword",
             "fields":{"d":{"type":"date"}}},"when":{"type":"date_range"},"also":{"type":"alias","path":"ts"},
             "n":{"type":"nested","properties":{"ts":{"type":"date_nanos"}}}},
             "runtime":{"age":{"type":"long","script":{"source":"emit(System.currentTimeMillis())"}},"r":{"type":"date"}}}""";

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{\"range\":{\"ts\":{\"gte\":\"now-60s/d\"}}};\"gte\":\"AT||-60s/d\"",
                "{\"range\":{\"ts\":{\"gt\":\"now\"}}};\"gt\":\"AT||\"",
                "{\"range\":{\"also\":{\"lt\":\"now\"}}};\"lt\":\"AT||\"",
                "{\"range\":{\"title.d\":{\"to\":\"now+1d\"}}};\"to\":\"AT||+1d\"",
                "{\"range\":{\"r\":{\"from\":\"now\"}}};\"from\":\"AT||\"",
                "{\"range\":{\"when\":{\"lte\":\"now\",\"relation\":\"within\"}}};\"lte\":\"AT||\"",
                "{\"range\":{\"ts\":{\"gte\":\"now/d\",\"time_zone\":\"+02:00\"}}};\"time_zone\":\"+02:00\"",
                "{\"nested\":{\"path\":\"n\",\"query\":{\"range\":{\"n.ts\":{\"gte\":\"now\"}}}}};\"gte\":\"AT||\"",
                "{\"bool\":{\"must_not\":[{\"range\":{\"ts\":{\"gte\":\"now\"}}}]}};\"gte\":\"AT||\"",
                "{\"function_score\":{\"query\":{\"range\":{\"ts\":{\"gte\":\"now\"}}}}};\"gte\":\"AT||\"",
                "{\"constant_score\":{\"filter\":{\"range\":{\"ts\":{\"gte\":\"now\"}}}}};\"gte\":\"AT||\"",
                "{\"range\":{\"day\":{\"gte\":\"2026-01-01\",\"lt\":\"now\"}}};\"format\":\"yyyy-MM-dd||strict",
                "{\"range\":{\"ts\":{\"gte\":\"2026\",\"lt\":\"now\",\"format\":\"yyyy\"}}};\"format\":\"yyyy||strict"
            })
    void aBoundRelativeToNowIsResolvedToOneInstant(String query, String expected) throws Exception {
        QueryTime.Anchored anchored = anchor(query);

        assertThat(anchored.query()).contains(expected.replace("AT", AT)).doesNotContain("\"now");
        assertThat(anchored.now()).isEqualTo(AT);
    }

    @Test
    void aQueryInBase64IsReadLikeAnyOther() throws Exception {
        String inner = Base64.getEncoder()
                .encodeToString("{\"range\":{\"ts\":{\"gte\":\"now\"}}}".getBytes(StandardCharsets.UTF_8));

        assertThat(anchor("{\"wrapper\":{\"query\":\"" + inner + "\"}}").query())
                .contains("\"gte\":\"" + AT + "||\"")
                .doesNotContain("wrapper");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"term\":{\"title\":\"now\"}}",
                "{\"term\":{\"range\":{\"value\":\"now\"}}}",
                "{\"terms\":{\"title\":[\"now\",\"then\"]}}",
                "{\"match\":{\"title\":\"now or never\"}}",
                "{\"range\":{\"title\":{\"gte\":\"now\"}}}",
                "{\"range\":{\"ts\":{\"gte\":\"2026-01-01\",\"lt\":1e400}}}",
                "{\"query_string\":{\"query\":\"title:now\"}}",
                "{\"query_string\":{\"query\":\"known nowhere snow\"}}",
                "{\"query_string\":{\"query\":\"now\",\"fields\":[\"title^2\"]}}",
                "{\"script\":{\"script\":\"doc['title'].value == params.known\"}}",
                "{\"function_score\":{\"random_score\":{\"seed\":1,\"field\":\"_seq_no\"}}}",
                "{\"exists\":{\"field\":\"now\"}}"
            })
    void aQueryIndependentOfTimeIsUnchanged(String query) throws Exception {
        QueryTime.Anchored anchored = anchor(query);

        assertThat(anchored.query()).isEqualTo(query);
        assertThat(anchored.now()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"term\":{\"ts\":\"now\"}}",
                "{\"term\":{\"ts\":{\"value\":\"now-1d\"}}}",
                "{\"terms\":{\"ts\":[\"2026\",\"now/d\"]}}",
                "{\"match\":{\"ts\":{\"query\":\"now\"}}}",
                "{\"multi_match\":{\"query\":\"now\",\"fields\":[\"t*\"]}}",
                "{\"query_string\":{\"query\":\"ts:[now-1d TO now]\"}}",
                "{\"query_string\":{\"query\":\"ts:{2026 TO now]\"}}",
                "{\"query_string\":{\"query\":\"ts:>=now-1d\"}}",
                "{\"query_string\":{\"query\":\"title:a AND ts:(>now)\"}}",
                "{\"query_string\":{\"query\":\"ts:now\"}}",
                "{\"query_string\":{\"query\":\"ts:[2026 TO no\\\\u0077]\"}}",
                "{\"query_string\":{\"query\":\"now\"}}",
                "{\"simple_query_string\":{\"query\":\"now\",\"fields\":[\"ts\"]}}",
                "{\"script\":{\"script\":{\"source\":\"System.currentTimeMillis() > 0\"}}}",
                "{\"script\":{\"script\":{\"source\":\"new Date().getTime() > 0\"}}}",
                "{\"script\":{\"script\":{\"id\":\"stored\"}}}",
                "{\"function_score\":{\"functions\":[{\"script_score\":{\"script\":\"ZonedDateTime.now()\"}}],\"min_score\":1}}",
                "{\"terms_set\":{\"title\":{\"terms\":[\"a\"],\"minimum_should_match_script\":{\"source\":\"Math.random()\"}}}}",
                "{\"function_score\":{\"gauss\":{\"ts\":{\"origin\":\"now\",\"scale\":\"1d\"}}}}",
                "{\"function_score\":{\"functions\":[{\"exp\":{\"ts\":{\"scale\":\"1d\"}}}]}}",
                "{\"function_score\":{\"random_score\":{}}}",
                "{\"distance_feature\":{\"field\":\"ts\",\"origin\":\"now\",\"pivot\":\"1d\"}}",
                "{\"percolate\":{\"field\":\"q\",\"document\":{\"a\":1}}}",
                "{\"wrapper\":{\"query\":\"bm90IEpTT04=\"}}",
                "{\"range\":{\"age\":{\"gte\":1}}}"
            })
    void aQueryThatDependsOnTimeInAnotherWayIsRefused(String query) {
        assertThatThrownBy(() -> anchor(query))
                .isInstanceOfSatisfying(
                        SpillwayException.class,
                        refused -> assertThat(refused.fault()).isEqualTo(Fault.CONFIG))
                .hasMessageContaining("source.query");
    }

    @Test
    void aFieldThatIsADateInOnlyOneIndexIsRefused() throws Exception {
        MappedFields fields = MappedFields.of(List.of(
                new ObjectMapper().readTree("{\"properties\":{\"x\":{\"type\":\"date\"}}}"),
                new ObjectMapper().readTree("{\"properties\":{\"x\":{\"type\":\"keyword\"}}}")));

        assertThatThrownBy(() -> QueryTime.anchor("{\"range\":{\"x\":{\"gte\":\"now\"}}}", fields, NOW))
                .hasMessageContaining("only in some indices");
    }

    private static QueryTime.Anchored anchor(String query) throws Exception {
        return QueryTime.anchor(query, MappedFields.of(List.of(new ObjectMapper().readTree(MAPPING))), NOW);
    }
}
