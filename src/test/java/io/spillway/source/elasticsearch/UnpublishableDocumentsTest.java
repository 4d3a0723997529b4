package io.spillway.source.elasticsearch;

import static io.spillway.source.elasticsearch.StubSource.IMPATIENT;
import static io.spillway.source.elasticsearch.StubSource.PATIENT;
import static io.spillway.source.elasticsearch.StubSource.SMALL_PAGES;
import static io.spillway.source.elasticsearch.StubSource.paging;
import static io.spillway.source.elasticsearch.StubSource.readAll;
import static io.spillway.support.StubElasticsearch.error;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.source.elasticsearch.ElasticsearchOptions.NotUtf8;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Paging;
import io.spillway.support.StubElasticsearch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Documents that cannot be published as they are: the run stops and names them, unless the schedule allows them. */
@Timeout(120)
@Tag("slow")
class UnpublishableDocumentsTest extends PagerFixture {
    @Test
    void aDocumentThatTheServerCannotReadIsFoundAndNamed() {
        server.whenSearching(
                search -> server.wouldReturn(search, 123) ? StubElasticsearch.Fault.status(500, UNREADABLE) : null);
        SpillwayException failure = failure(paging(1, IMPATIENT));
        assertThat(failure.fault()).isEqualTo(Fault.SOURCE_REFUSED);
        assertThat(failure).hasMessageContaining("document \"d123\" in index \"books\"");
    }

    @Test
    void aDocumentWithoutAReadableIdIsLocatedBySortValues() {
        server.whenSearching(
                search -> server.wouldReturn(search, 123) ? StubElasticsearch.Fault.status(500, UNREADABLE) : null);
        server.on(call -> call.body().startsWith("{\"_source\":false"), 100, StubElasticsearch.Fault.hangUp());
        assertThat(failure(paging(1, IMPATIENT)))
                .hasMessageContaining("the document after sort values [40," + ((2L << 32) + 40) + "] of slice 0 of 1");
    }

    @Test
    void aDocumentInAnotherEncodingIsNamed() {
        withDocument(123, "{\"n\":1}".getBytes(UTF_16LE));
        SpillwayException failure = failure(paging(1, PATIENT));
        assertThat(failure.fault()).isEqualTo(Fault.SOURCE_REFUSED);
        assertThat(failure).hasMessageContaining("\"d123\"").hasMessageContaining("\"books\"");
        assertThat(server.closed()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {" // no line end", "//", "/* a *///\"sort\":[1,2]}]}}", "//,\"sort\":[0,1]},{\"_id\":\"b\""})
    void aDocumentWhoseLastCommentWouldHideOthersIsReadAlone(String comment) throws Exception {
        List<byte[]> sources = new ArrayList<>(Arrays.asList(new byte[300][]));
        sources.replaceAll(nothing -> "{\"n\":1}\n".getBytes(UTF_8));
        for (int number : List.of(0, 123, 124, 299)) {
            sources.set(number, ("{\"n\":" + number + "}" + comment).getBytes(UTF_8));
        }
        replaceServer(new StubElasticsearch(sources, SHARDS));

        List<String> documents = readAll(server, paging(1, IMPATIENT));

        assertThat(documents).hasSize(300).contains("{\"n\":0}", "{\"n\":123}", "{\"n\":124}", "{\"n\":299}");
    }

    @Test
    void aStringThatIsNotUtf8StopsTheRunAndNamesTheDocument() {
        withDocument(123, notUtf8());
        SpillwayException failure = failure(paging(1, PATIENT));
        assertThat(failure.fault()).isEqualTo(Fault.SOURCE_REFUSED);
        assertThat(failure).hasMessageContaining("\"d123\"").hasMessageContaining("not UTF-8");
    }

    @Test
    void aStringThatIsNotUtf8PassesIfItMayBeReplaced() throws Exception {
        withDocument(123, notUtf8());
        Paging paging = new Paging(1, 1, SMALL_PAGES, Duration.ofMinutes(1), 1.0, NotUtf8.REPLACE, PATIENT);
        List<String> documents = readAll(server, paging);
        assertThat(documents).hasSize(300);
        assertThat(documents.get(123)).isEqualTo("{\"n\":\"\uFFFD\uFFFD\"}");
    }

    @Test
    void documentsWithoutASourceAreRefused() {
        server.onPage(
                2, StubElasticsearch.Fault.editing(answer -> answer.replaceFirst("\"_source\":[{][^}]*[}],", "")));
        SpillwayException failure = failure(paging(1, PATIENT));
        assertThat(failure.fault()).isEqualTo(Fault.SOURCE_REFUSED);
        assertThat(failure).hasMessageContaining("have no source");
    }

    @Test
    void documentsThatLookLikeTheEndOfAnAnswerAreDocuments() throws Exception {
        List<byte[]> sources = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            sources.add("{\"a\":{\"b\":[{\"sort\":[%d,1]}]},\"c\":\"\\\"sort\\\":[1,2]}]}}\"}"
                    .formatted(i)
                    .getBytes(UTF_8));
        }
        replaceServer(new StubElasticsearch(sources, 1));
        server.window(7);
        assertThat(readAll(server, paging(1, PATIENT))).isEqualTo(server.documents());
    }

    @Test
    void aMissingPrivilegeIsRefusedWithTheServersReason() {
        server.onPage(
                2,
                StubElasticsearch.Fault.status(
                        403,
                        error(
                                "security_exception",
                                "action [indices:data/read/search] is unauthorized for user [x]",
                                403)));
        SpillwayException failure = failure(paging(1, PATIENT));
        assertThat(failure.fault()).isEqualTo(Fault.SOURCE_REFUSED);
        assertThat(failure).hasMessageContaining("is unauthorized for user [x]");
        assertThat(failure.hint()).contains("read and view_index_metadata");
        assertThat(server.closed()).hasSize(1);
    }
}
