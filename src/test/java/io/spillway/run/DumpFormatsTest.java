package io.spillway.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.spillway.config.ConfigFile;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.schedule.ScheduleFile;
import io.spillway.source.SourceDescription;
import io.spillway.support.SyntheticSource;
import org.junit.jupiter.api.Test;

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
