package io.spillway.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.config.ConfigFile;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.pipeline.PartFormat;
import io.spillway.schedule.ScheduleFile;
import io.spillway.source.SourceDescription;
import io.spillway.support.PublishedDumps;
import io.spillway.support.SyntheticSource;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which formats a schedule may have. */
class DumpFormatsTest {
    @Test
    void aFormatThatNamesTheIndexIsRefusedIfTheScheduleWithholdsIt() throws Exception {
        SpillwayException e = catchThrowableOfType(
                SpillwayException.class,
                () -> DumpFormats.of(schedule("publish-index: false, ", "{jsonl: {id: _id}}"), source(), null));
        assertThat(e.fault()).isEqualTo(Fault.FIELD_POLICY);
        assertThat(e.getMessage()).contains("publish-index", "_id");
    }

    @Test
    void formatsWithoutTheIndexAreAllowedIfTheScheduleWithholdsIt() throws Exception {
        assertThat(DumpFormats.of(schedule("publish-index: false, ", "{jsonl: {}}, {bulk: {}}"), source(), null))
                .hasSize(2);
        assertThat(DumpFormats.of(schedule("", "{jsonl: {id: _id}}"), source(), null))
                .hasSize(1);
    }

    @Test
    void md5AndSha1AreForAnArchiveOrOnRequest() throws Exception {
        assertThat(withMd5AndSha1("[{directory: /srv/dumps}]")).isFalse();
        assertThat(withMd5AndSha1("[{directory: /srv/dumps}]\nparts: {md5-and-sha1: true}"))
                .isTrue();
        assertThat(withMd5AndSha1("[{directory: /srv/dumps}, {internet-archive: {item: \"books-{date}\","
                        + " access-key: \"${env:PATH}\", secret-key: \"${env:PATH}\"}}]"))
                .isTrue();
    }

    @Test
    void aListThatNoFieldOfTheMappingHasIsRefused() {
        SpillwayException e = catchThrowableOfType(
                SpillwayException.class,
                () -> DumpFormats.of(schedule("", "{parquet: {list: [titel]}}"), source(), null));
        assertThat(e.fault()).isEqualTo(Fault.CONFIG);
        assertThat(e.getMessage()).contains("titel");
    }

    @Test
    void withoutAChoiceTheArraysOfThePreviousDumpAreLists(@TempDir Path folder) throws Exception {
        PublishedDumps before = new PublishedDumps();
        before.fields = List.of(
                new Manifest.Field("text", "keyword", List.of("array", "string"), 10L, null),
                new Manifest.Field("id", "long", List.of("number"), 10L, null));
        Manifest previous = before.publish(folder, "books", Instant.parse("2026-11-21T03:00:00Z"), 5);
        assertThat(columns(DumpFormats.of(schedule("", "{parquet: {}}"), source(), null)))
                .contains("text: string");
        assertThat(columns(DumpFormats.of(schedule("", "{parquet: {}}"), source(), previous)))
                .contains("text: list of string", "id: long");
        assertThat(columns(DumpFormats.of(schedule("", "{parquet: {list: []}}"), source(), previous)))
                .contains("text: string");
    }

    private static List<String> columns(List<PartFormat> formats) {
        JsonNode columns = new JsonMapper().valueToTree(formats.get(0).options().get("columns"));
        List<String> types = new ArrayList<>();
        columns.forEach(column -> types.add(
                column.path("path").textValue() + ": " + column.path("type").textValue()));
        return types;
    }

    private static boolean withMd5AndSha1(String destinations) throws Exception {
        ScheduleFile schedule = ConfigFile.readText("""
                dataset: books
                source: {elasticsearch: "http://127.0.0.1:9200", index: books}
                destinations: %s
                """.formatted(destinations), "test", ScheduleFile.class);
        return DumpFormats.of(schedule, source(), null).get(0).md5AndSha1();
    }

    private static ScheduleFile schedule(String source, String formats) throws SpillwayException {
        return ConfigFile.readText("""
                dataset: books
                source: {%selasticsearch: "http://127.0.0.1:9200", index: "tenant-*"}
                destinations: [{directory: /srv/dumps}]
                formats: [%s]
                """.formatted(source, formats), "test", ScheduleFile.class);
    }

    private static SourceDescription source() throws Exception {
        try (var source = SyntheticSource.seeded(1, 1);
                var snapshot = source.freeze()) {
            return snapshot.description();
        }
    }
}
