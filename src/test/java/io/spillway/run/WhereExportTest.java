package io.spillway.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import io.spillway.compress.Compression;
import io.spillway.encode.JsonLines;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.fields.Where;
import io.spillway.manifest.Manifest;
import io.spillway.pipeline.PartFormat;
import io.spillway.publish.Disclosure;
import io.spillway.support.Dump;
import io.spillway.support.SyntheticSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Documents that {@code where} does not select are counted, and leave no trace in a dump. */
class WhereExportTest {
    private static final Map<String, JsonNode> PUBLIC = Map.of("in_directory", BooleanNode.TRUE);

    @TempDir
    private Path root;

    @Test
    void nothingOfAnExcludedDocumentIsInAnyFileOfTheDump() throws Exception {
        Random random = new Random(20);
        List<String> documents = new ArrayList<>();
        int selected = 0;
        for (int i = 0; i < 1_000; i++) {
            boolean in = random.nextInt(3) == 0;
            selected += in ? 1 : 0;
            documents.add(in ? "{\"n\":%d,\"in_directory\":true}".formatted(i) : excluded(random));
        }

        Manifest manifest = new SyntheticExport(
                        root,
                        SyntheticSource.of(documents.toArray(new String[0])).slices(5))
                .where(new Where(PUBLIC))
                .disclosure(new Disclosure(Map.of(), true, null, PUBLIC, true))
                .formats(new PartFormat(JsonLines::new, Compression.parse("none", null)))
                .run()
                .manifest();

        assertThat(manifest.documents()).isEqualTo(selected).isPositive();
        assertThat(manifest.source().documents()).isEqualTo(selected);
        assertThat(manifest.source().filtered()).isTrue();
        assertThat(manifest.source().where()).isEqualTo(new Manifest.Where(PUBLIC, 1_000 - selected));
        assertThat(Dump.only(root, "journals").lines()).hasSize(selected).allMatch(line -> line.contains("true"));
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                        .as(file.toString())
                        .doesNotContainIgnoringCase("canary");
            }
        }
    }

    private static String excluded(Random random) {
        String value = List.of(
                        "false",
                        "null",
                        "1",
                        "\"true\"",
                        "[true]",
                        "{\"in_directory\":true}",
                        "true,\"in_directory\":0")
                .get(random.nextInt(7));
        return random.nextInt(8) == 0
                ? "{\"canary\":\"canary\"}"
                : "{\"canary\":\"canary\",\"in_directory\":%s}".formatted(value);
    }

    @Test
    void aDumpWithoutSelectedDocumentsIsRefusedUnlessEmptyOnesAreAllowed() throws Exception {
        SyntheticExport export =
                new SyntheticExport(root, SyntheticSource.of("{\"n\":1}", "{\"n\":2}")).where(new Where(PUBLIC));

        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(export::run)
                .withMessageContaining("no documents that source.where selects, of 2")
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.GATE));
        Dump.assertNothingPublished(root);

        assertThat(export.allowEmpty().run().manifest().source().where()).isEqualTo(new Manifest.Where(null, 2));
    }

    @Test
    void withoutWhereTheManifestDoesNotMentionIt() throws Exception {
        Manifest manifest =
                new SyntheticExport(root, SyntheticSource.of("{\"n\":1}")).run().manifest();

        assertThat(manifest.source().where()).isNull();
        assertThat(manifest.source().filtered()).isFalse();
    }
}
