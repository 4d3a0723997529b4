package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.spillway.support.Dump;
import io.spillway.support.Spillway;
import io.spillway.support.Spillway.Outcome;
import io.spillway.support.TestCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How Elasticsearch 9 treats documents differently from version 8. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class Version9IT {
    private static final String WITH_A_VECTOR = "{\"title\":\"a\",\"t\":1.10,\"n\":1e400,\"embedding\":[1,2,3]}";
    private static final String WITHOUT = "{\"title\":\"b\",\"t\":1.10,\"n\":1e400}";
    private static final String FIELDS =
            "\"title\":{\"type\":\"keyword\"},\"n\":{\"type\":\"keyword\"},\"t\":{\"type\":\"double\"}";
    private static final String VECTOR = "\"embedding\":{\"type\":\"dense_vector\",\"dims\":3}";

    @TempDir
    Path root;

    private final TestCluster cluster = TestCluster.version9();

    @Test
    void anIndexThatExcludesVectorsFromSourceIsRefusedWithTheAlternative() throws Exception {
        String index = index("{}", FIELDS + "," + VECTOR, WITH_A_VECTOR, WITHOUT);
        int open = cluster.openContexts();

        Outcome outcome = Spillway.export(cluster, index, root).refused(12);

        assertThat(outcome.err()).contains("embedding (dense_vector)", "--vectors rebuilt", "exclude_source_vectors");
        Dump.assertNothingPublished(root);
        assertThat(cluster.openContexts()).isLessThanOrEqualTo(open);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"o\":{\"properties\":{\"embedding\":{\"type\":\"dense_vector\",\"dims\":3}}}",
                "\"o\":{\"type\":\"nested\",\"properties\":{\"embedding\":{\"type\":\"dense_vector\",\"dims\":3}}}",
                "\"o\":{\"properties\":{\"embedding\":{\"type\":\"dense_vector\",\"dims\":3,\"index\":false}}}"
            })
    void aVectorInAnObjectIsDetected(String vector) throws Exception {
        String index = index("{}", FIELDS + "," + vector, "{\"o\":{\"embedding\":[1,2,3]}}");

        assertThat(Spillway.export(cluster, index, root).refused(12).err()).contains("o.embedding (dense_vector)");
    }

    @Test
    void aSparseVectorIsDetected() throws Exception {
        String index = index("{}", "\"s\":{\"type\":\"sparse_vector\"}", "{\"s\":{\"a\":1.5}}");

        assertThat(Spillway.export(cluster, index, root).refused(12).err()).contains("s (sparse_vector)");
    }

    @Test
    void rebuiltVectorsArePublishedOnRequestAndTheDumpRecordsIt() throws Exception {
        String index = index("{}", FIELDS + "," + VECTOR, WITH_A_VECTOR, WITHOUT);

        Spillway.export(cluster, index, root, "--vectors", "rebuilt").succeeded();

        Dump dump = Dump.only(root, "records");
        dump.assertHolds(List.of(
                "{\"title\":\"a\",\"t\":1.1,\"n\":\"Infinity\",\"embedding\":[1.0,2.0,3.0]}",
                "{\"title\":\"b\",\"t\":1.1,\"n\":\"Infinity\"}"));
        assertThat(dump.manifest().at("/source/vectors").textValue()).isEqualTo("rebuilt");
        assertThat(Files.readString(dump.folder().resolve("README.md"))).contains("may differ from what was indexed");
        assertThat(Files.readString(root.resolve("records/index.html"))).contains("may differ from the indexed values");
    }

    @Test
    void vectorsStoredInTheDocumentsArePublishedUnchanged() throws Exception {
        String index = index(
                "{\"index.mapping.exclude_source_vectors\":false}", FIELDS + "," + VECTOR, WITH_A_VECTOR, WITHOUT);

        Spillway.export(cluster, index, root).succeeded();

        Dump dump = Dump.only(root, "records");
        dump.assertHolds(List.of(WITH_A_VECTOR, WITHOUT));
        assertThat(dump.manifest().at("/source/vectors").isMissingNode()).isTrue();
    }

    @Test
    void anIndexWithoutVectorsIsPublishedUnchanged() throws Exception {
        String index = index("{}", FIELDS, WITHOUT);

        Spillway.export(cluster, index, root).succeeded();

        Dump.only(root, "records").assertHolds(List.of(WITHOUT));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"dims\":2,\"element_type\":\"bfloat16\"",
                "\"dims\":64,\"index_options\":{\"type\":\"bbq_disk\"}"
            })
    void aMappingParameterUnknownToOlderServersIsRead(String parameters) throws Exception {
        String index = index("{}", "\"v\":{\"type\":\"dense_vector\"," + parameters + "}", "{\"a\":1}");

        Spillway.export(cluster, index, root).succeeded();

        Dump dump = Dump.only(root, "records");
        dump.assertHolds(List.of("{\"a\":1}"));
        JsonNode source = dump.manifest().path("source");
        assertThat(source.path("vectors").textValue())
                .as("documents of an index with vectors are rewritten when they are indexed")
                .isEqualTo("rebuilt");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"index.mode\":\"columnar\"}",
                "{\"index.mode\":\"logsdb_columnar\"}",
                "{\"index.mode\":\"columnar\",\"index.mapping.source.mode\":\"columnar_stored\"}",
                "{\"index.mode\":\"logsdb\"}",
                "{\"index.mapping.source.mode\":\"synthetic\"}",
                "{\"index.mapping.source.mode\":\"disabled\"}"
            })
    void anIndexNotKnownToStoreItsDocumentsIsRefused(String settings) throws Exception {
        String index = index(
                settings, "\"@timestamp\":{\"type\":\"date\"}", "{\"@timestamp\":\"2026-11-01T00:00:00Z\",\"z\":1.10}");

        Outcome outcome = Spillway.export(cluster, index, root).refused(12);

        assertThat(outcome.err()).contains("_source");
        Dump.assertNothingPublished(root);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"index.mode\":\"lookup\"}",
                "{\"index.mode\":\"logsdb\",\"index.mapping.source.mode\":\"stored\"}"
            })
    void anIndexOfAnotherModeThatStoresItsDocumentsIsPublished(String settings) throws Exception {
        String document = "{\"@timestamp\":\"2026-11-01T00:00:00Z\",\"z\":1.10}";
        String index = index(settings, "\"@timestamp\":{\"type\":\"date\"}", document);

        Spillway.export(cluster, index, root).succeeded();

        Dump.only(root, "records").assertHolds(List.of(document));
    }

    private String index(String settings, String properties, String... documents) throws Exception {
        String index =
                cluster.newIndex("{\"settings\":" + settings + ",\"mappings\":{\"properties\":{" + properties + "}}}");
        cluster.load(index, List.of(documents));
        return index;
    }
}
