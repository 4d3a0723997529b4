package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.support.Dump;
import io.spillway.support.Spillway;
import io.spillway.support.Spillway.Outcome;
import io.spillway.support.TestCluster;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names, queries, settings and mistakes for which a real server has its own answers. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ServerFactsIT {
    @TempDir
    Path root;

    private final TestCluster cluster = TestCluster.shared();

    @Test
    void aFieldNameThatIsHalfASurrogatePairIsExported() throws Exception {
        String document = "{\"\\ud800\":1,\"a\\udc00b\":{\"c\":2},\"\\\\ud800\":3}";
        String index = index("{}", document);

        Spillway.export(cluster, index, root).succeeded();

        Dump.only(root, "records").assertHolds(List.of(document));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void aDocumentIsExportedDespiteAcceptedTrailingContent(int shards) throws Exception {
        String index = cluster.newIndex(shards);
        List<String> behind = List.of(
                "//",
                "// x",
                " /* a *///x",
                "//,\"sort\":[0,1]}]}}",
                "//\"sort\":\n",
                "//x\r",
                "//x\r\n\t",
                "/**/",
                "\n",
                "/* x",
                "#x",
                ",",
                "]",
                "}",
                "{}",
                "/",
                "\"x\"",
                "x",
                "\u0000",
                "\uFEFF",
                "\uFEFF//x");
        List<String> expected = new ArrayList<>();
        List<String> rejected = new ArrayList<>();
        for (String text : behind) {
            String document = "{\"n\":" + expected.size() + "}";
            byte[] body = (document + text).getBytes(StandardCharsets.UTF_8);
            int status = cluster.send("POST", "/" + index + "/_doc", body, "application/json")
                    .statusCode();
            (status == 201 ? expected : rejected).add(status == 201 ? document : text);
        }
        cluster.load(index, List.of("{\"bulk\":1}//x", "{\"bulk\":2}", "{\"bulk\":3}//x"));
        expected.addAll(List.of("{\"bulk\":1}", "{\"bulk\":2}", "{\"bulk\":3}"));

        assertThat(plan(index).succeeded().out()).contains("documents     " + expected.size());
        Spillway.export(cluster, index, root).succeeded();

        Dump.only(root, "records").assertHolds(expected);
        assertThat(rejected).contains("/* x", "#x", ",", "]", "}", "{}", "x");
    }

    @Test
    void aPercentSignInANameIsLiteral() throws Exception {
        String index = index("{}", "{\"n\":1}");
        cluster.request("PUT", "/" + index + "%252cb/_doc/1?refresh=true", "{\"odd\":1}");

        Spillway.export(cluster, index + "%2cb", root).succeeded();

        Dump.only(root, "records").assertHolds(List.of("{\"odd\":1}"));
        assertThat(plan(index + "%2cb").succeeded().out()).contains("documents     1", "odd");
    }

    @Test
    void nowInARangeIsTheInstantOfTheSnapshotAndTheManifestRecordsIt() throws Exception {
        String index = index("{\"ts\":{\"type\":\"date\"}}", "{\"ts\":\"2020-01-01\"}", "{\"ts\":\"9000-01-01\"}");

        Spillway.export(cluster, index, root, "--query", "{\"range\":{\"ts\":{\"lte\":\"now\"}}}")
                .succeeded();

        Dump dump = Dump.only(root, "records");
        dump.assertHolds(List.of("{\"ts\":\"2020-01-01\"}"));
        assertThat(dump.manifest().at("/source/now").textValue())
                .startsWith(dump.manifest().path("taken_at").textValue().substring(0, 19));
        assertThat(dump.manifest().at("/source/query").isMissingNode()).isTrue();
        assertThat(plan(index, "--query", "{\"range\":{\"ts\":{\"lte\":\"now\"}}}")
                        .succeeded()
                        .out())
                .contains("now           2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{\"query_string\":{\"query\":\"ts:[2019 TO now]\"}}; 3; depends on the time of each search",
                "{\"query\":{\"match_all\":{}}}; 2; --query must be the value of \"query\" in a search",
                "{\"size\":10}; 2; --query must be the value of \"query\" in a search"
            })
    void aQueryThatMakesNoSenseIsRefusedWithTheReason(String query, int exitCode, String reason) throws Exception {
        String index = index("{\"ts\":{\"type\":\"date\"}}", "{\"ts\":\"2020-01-01\"}");

        Outcome outcome = Spillway.export(cluster, index, root, "--query", query);

        assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(exitCode);
        assertThat(outcome.err()).contains(reason);
    }

    @Test
    void anIndexThatAllowsFewSlicesIsReadInNoMore() throws Exception {
        String index = cluster.newIndex(
                "{\"settings\":{\"number_of_shards\":3,\"number_of_replicas\":0,\"index.max_slices_per_scroll\":2}}");
        cluster.load(index, List.of("{\"n\":1}", "{\"n\":2}", "{\"n\":3}"));
        int open = cluster.openContexts();

        assertThat(Spillway.export(cluster, index, root, "--slices", "3")
                        .refused(3)
                        .err())
                .contains("source.slices is 3", "allows 2 (index.max_slices_per_scroll)");
        Spillway.export(cluster, index, root, "--slices", "2").succeeded();

        Dump.only(root, "records").assertHolds(List.of("{\"n\":1}", "{\"n\":2}", "{\"n\":3}"));
        assertThat(cluster.openContexts()).isLessThanOrEqualTo(open);
    }

    @ParameterizedTest
    @CsvSource({"read", "metadata"})
    void aBlockedIndexIsNotReportedAsAMissingPrivilege(String block) throws Exception {
        String index = cluster.newIndex("{\"settings\":{\"index.blocks." + block + "\":true}}");

        Outcome outcome = Spillway.export(cluster, index, root).refused(12);

        assertThat(outcome.err()).contains("remove the block", "index.blocks." + block);
    }

    @ParameterizedTest
    @CsvSource({"::data,remove ::data", "::failures,without a selector", "::*,without a selector"})
    void aSelectorIsReportedAsASelector(String selector, String hint) throws Exception {
        String index = index("{}", "{\"n\":1}");

        assertThat(Spillway.export(cluster, index + selector, root).refused(3).err())
                .contains("selector", hint);
    }

    @Test
    void httpsOnAPlainPortIsNotReportedAsACertificateProblem() {
        Outcome outcome = Spillway.run(
                "export",
                "--elasticsearch",
                cluster.url().toString().replace("http:", "https:"),
                "--index",
                "any",
                "--to",
                root.toString());

        assertThat(outcome.refused(10).err()).contains("does not use TLS", "http://");
    }

    private Outcome plan(String index, String... more) {
        List<String> args = new ArrayList<>(List.of(
                "plan",
                "--elasticsearch",
                cluster.url().toString(),
                "--index",
                index,
                "--dataset",
                "records",
                "--to",
                root.toString()));
        args.addAll(List.of(more));
        return Spillway.run(args.toArray(new String[0]));
    }

    private String index(String properties, String... documents) throws Exception {
        String index = cluster.newIndex("{\"mappings\":{\"properties\":" + properties + "}}");
        cluster.load(index, List.of(documents));
        return index;
    }
}
