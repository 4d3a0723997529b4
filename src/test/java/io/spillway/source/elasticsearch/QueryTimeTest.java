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
             "fields":{"d":{"type":"date"}}},"when":{"type":"date_range"},"my date":{"type":"date"},"body":{"type":"semantic_text"},
             "attributes":{"type":"passthrough","priority":1,"properties":{"seen":{"type":"date"}}},"old":{"type":"alias","path":"age"},"also":{"type":"alias","path":"ts"},
             "n":{"type":"nested","properties":{"ts":{"type":"date_nanos"}}}},
             "runtime":{"age":{"type":"long","script":{"source":"emit(1)"}},"r":{"type":"date"},
             "older":{"type":"long","script":"emit(doc['age'].value + 1)"},
             "both":{"type":"composite","script":"emit('d', 1)","fields":{"d":{"type":"date"}}}}}""";

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
                "{\"range\":{\"seen\":{\"gte\":\"now-1d\"}}};\"gte\":\"AT||-1d\"",
                "{\"range\":{\"attributes.seen\":{\"gte\":\"now-1d\"}}};\"gte\":\"AT||-1d\"",
                "{\"range\":{\"both.d\":{\"gte\":\"now-1d\"}}};\"gte\":\"AT||-1d\"",
                "{\"pinned\":{\"ids\":[\"1\"],\"organic\":{\"range\":{\"ts\":{\"gte\":\"now\"}}}}};\"gte\":\"AT||\"",
                "{\"boosting\":{\"positive\":{\"range\":{\"ts\":{\"gte\":\"now\"}}}}};\"gte\":\"AT||\"",
                "{\"dis_max\":{\"queries\":[{\"range\":{\"ts\":{\"gte\":\"now\"}}}]}};\"gte\":\"AT||\"",
                "{\"has_child\":{\"type\":\"c\",\"query\":{\"range\":{\"ts\":{\"gte\":\"now\"}}}}};\"gte\":\"AT||\"",
                "{\"knn\":{\"field\":\"v\",\"query_vector\":[1],\"filter\":{\"range\":{\"ts\":{\"gte\":\"now\"}}}}};\"gte\":\"AT||\"",
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
                "{\"query_string\":{\"query\":\"title:(now)\"}}",
                "{\"query_string\":{\"query\":\"my_title:now\"}}",
                "{\"query_string\":{\"query\":\"title : now\"}}",
                "{\"term\":{\"title\":{\"term\":\"now\"}}}",
                "{\"kql\":{\"query\":\"title: snow\"}}",
                "{\"intervals\":{\"title\":{\"match\":{\"query\":\"now then\"}}}}",
                "{\"script\":{\"script\":\"new Date(doc['ts'].value.millis).getTime() > 0\"}}",
                "{\"more_like_this\":{\"like\":[\"now\",{\"doc\":{\"title\":\"now\"}}]}}",
                "{\"pinned\":{\"ids\":[\"now\"],\"organic\":{\"match_all\":{}}}}",
                "{\"terms\":{\"index\":[\"x\"]}}",
                "{\"sparse_vector\":{\"field\":\"s\",\"query_vector\":{\"now\":1}}}",
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
                "{\"query_string\":{\"query\":\"my\\\\ date:now\"}}",
                "{\"query_string\":{\"query\":\"ts:(2020 OR now)\",\"fields\":[\"title\"]}}",
                "{\"query_string\":{\"query\":\"[\\\"a\\\"TO\\\"now\\\"]\",\"fields\":[\"title\"]}}",
                "{\"query_string\":{\"query\":\"t*:now\",\"fields\":[\"title\"]}}",
                "{\"query_string\":{\"query\":\"\\\"now\\\"\",\"fields\":[\"title\"],\"quote_field_suffix\":\".d\"}}",
                "{\"query_string\":{\"query\":\"seen:now\"}}",
                "{\"query_string\":{\"query\":\"also:now\"}}",
                "{\"simple_query_string\":{\"query\":\"now\"}}",
                "{\"kql\":{\"query\":\"ts >= now-1d\"}}",
                "{\"kql\":{\"query\":\"n: { ts: now }\"}}",
                "{\"multi_match\":{\"query\":\"now-1d\",\"fields\":\"ts\"}}",
                "{\"intervals\":{\"title\":{\"match\":{\"query\":\"a\",\"filter\":{\"script\":{\"source\":\"System.nanoTime() > 0\"}}}}}}",
                "{\"term\":{\"ts\":{\"term\":\"now\"}}}",
                "{\"query_string\":{\"query\":\"ts : now\",\"fields\":[\"title\"]}}",
                "{\"query_string\":{\"query\":\"ts\\u3000:now\",\"fields\":[\"title\"]}}",
                "{\"query_string\":{\"query\":\"ts :\\u3000(2020 OR now)\",\"fields\":[\"title\"]}}",
                "{\"query_string\":{\"query\":\"t* : now\",\"fields\":[\"title\"]}}",
                "{\"script\":{\"script\":\"Clock.system(ZoneId.of('Z')).millis() > 0\"}}",
                "{\"script\":{\"script\":\"new SimpleDateFormat('yyyy').getCalendar().getTimeInMillis() > 0\"}}",
                "{\"script\":{\"script\":\"new java.util.Date().getTime() > 0\"}}",
                "{\"script\":{\"script\":\"new /* a */ Date /* b */ ( ).getTime() > 0\"}}",
                "{\"script\":{\"script\":\"Supplier s = Date::new; s.get().getTime() > 0\"}}",
                "{\"script\":{\"script\":\"new GregorianCalendar(TimeZone.getTimeZone('UTC')).getTimeInMillis() > 0\"}}",
                "{\"script\":{\"script\":\"List l = [1, 2]; Collections.shuffle(l); l[0] == 1\"}}",
                "{\"script\":{\"script\":\"new Object().hashCode() % 2 == 0\"}}",
                "{\"script_score\":{\"query\":{\"match_all\":{}},\"min_score\":1,\"script\":{\"source\":\"decayDateExp(params.o, '1d', '0', 0.5, doc['ts'].value)\",\"params\":{\"o\":\"now\"}}}}"
            })
    void aQueryThatDependsOnTimeInAnotherWayIsRefused(String query) {
        assertThatThrownBy(() -> anchor(query))
                .isInstanceOfSatisfying(
                        SpillwayException.class,
                        refused -> assertThat(refused.fault()).isEqualTo(Fault.CONFIG))
                .hasMessageContaining("source.query");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"range\":{\"age\":{\"gte\":1}}}",
                "{\"range\":{\"old\":{\"gte\":1}}}",
                "{\"range\":{\"older\":{\"gte\":1}}}",
                "{\"exists\":{\"field\":\"a*\"}}",
                "{\"query_string\":{\"query\":\"age:>5\"}}",
                "{\"query_string\":{\"query\":\"5\"}}",
                "{\"multi_match\":{\"query\":\"5\"}}",
                "{\"script\":{\"script\":\"doc['age'].value > 5\"}}",
                "{\"wrapper\":{\"query\":\"eyJyYW5nZSI6eyJhZ2UiOnsiZ3RlIjo1fX19\"}}"
            })
    void aQueryThatReadsARuntimeFieldWithTheTimeInItsScriptIsRefused(String query) throws Exception {
        assertThat(anchor(query).query()).isEqualTo(query);
        assertThatThrownBy(() -> anchor(query, MAPPING.replace("emit(1)", "emit(System.currentTimeMillis())")))
                .isInstanceOfSatisfying(
                        SpillwayException.class,
                        refused -> assertThat(refused.fault()).isEqualTo(Fault.CONFIG))
                .hasMessageContaining("the script of runtime field");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"terms\":{\"title\":{\"index\":\"users\",\"id\":\"1\",\"path\":\"followed\"}}}",
                "{\"bool\":{\"filter\":[{\"terms\":{\"title\":{\"index\":\"users\",\"id\":\"1\",\"path\":\"followed\"},\"boost\":2}}]}}",
                "{\"geo_shape\":{\"at\":{\"indexed_shape\":{\"index\":\"shapes\",\"id\":\"1\"}}}}",
                "{\"shape\":{\"at\":{\"indexed_shape\":{\"index\":\"shapes\",\"id\":\"1\"},\"relation\":\"within\"}}}",
                "{\"more_like_this\":{\"fields\":[\"title\"],\"like\":{\"_id\":\"1\"}}}",
                "{\"more_like_this\":{\"fields\":[\"title\"],\"like\":[\"a\",{\"_index\":\"x\",\"_id\":\"1\"}]}}",
                "{\"more_like_this\":{\"fields\":[\"title\"],\"like\":\"a\",\"unlike\":[{\"_id\":\"1\"}]}}",
                "{\"rule\":{\"ruleset_ids\":[\"r\"],\"match_criteria\":{},\"organic\":{\"match_all\":{}}}}",
                "{\"match\":{\"body\":\"a\"}}",
                "{\"match\":{\"body\":{\"query\":\"a\"}}}",
                "{\"semantic\":{\"field\":\"s\",\"query\":\"a\"}}",
                "{\"sparse_vector\":{\"field\":\"s\",\"inference_id\":\"m\",\"query\":\"a\"}}",
                "{\"knn\":{\"field\":\"v\",\"query_vector_builder\":{\"text_embedding\":{\"model_text\":\"a\"}}}}"
            })
    void aQueryThatReadsMoreThanTheSnapshotIsRefused(String query) {
        assertThatThrownBy(() -> anchor(query))
                .isInstanceOfSatisfying(
                        SpillwayException.class,
                        refused -> assertThat(refused.fault()).isEqualTo(Fault.CONFIG))
                .hasMessageContaining("source.query reads more than the snapshot");
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
        return anchor(query, MAPPING);
    }

    private static QueryTime.Anchored anchor(String query, String mapping) throws Exception {
        return QueryTime.anchor(query, MappedFields.of(List.of(new ObjectMapper().readTree(mapping))), NOW);
    }
}
