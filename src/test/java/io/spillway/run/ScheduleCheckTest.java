package io.spillway.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.config.ConfigFile;
import io.spillway.run.ScheduleCheck.Note;
import io.spillway.schedule.ScheduleFile;
import io.spillway.support.StubElasticsearch;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server that a check finds. */
class ScheduleCheckTest {
    @TempDir
    private Path root;

    @Test
    void aCheckReportsTheProductAndVersionOfTheServer() throws Exception {
        try (StubElasticsearch server = StubElasticsearch.of(3, 1)) {
            ScheduleCheck.Result found = check("elasticsearch", server.url());

            assertThat(found.problems()).isEmpty();
            assertThat(found.notes()).isEmpty();
            assertThat(found.server()).isEqualTo("elasticsearch 8.19.21");
        }
    }

    @Test
    void aKeyForTheOtherProductIsReadAndNoted() throws Exception {
        try (StubElasticsearch server = StubElasticsearch.of(3, 1)) {
            ScheduleCheck.Result found = check("opensearch", server.url());

            assertThat(found.problems()).isEmpty();
            assertThat(found.notes())
                    .containsExactly(new Note(
                            "/source/opensearch",
                            "the server is elasticsearch 8.19.21: rename the key to `elasticsearch`"));
        }
    }

    @Test
    void aServerThatDoesNotRespondHasNoName() throws Exception {
        URI closed;
        try (StubElasticsearch server = StubElasticsearch.of(1, 1)) {
            closed = server.url();
        }

        ScheduleCheck.Result found = check("elasticsearch", closed);

        assertThat(found.problems()).extracting(ScheduleCheck.Problem::pointer).containsExactly("/source");
        assertThat(found.server()).isNull();
    }

    private ScheduleCheck.Result check(String key, URI url) throws Exception {
        return ScheduleCheck.of(
                ConfigFile.readText("""
                dataset: books
                source: {%s: "%s", index: books}
                destinations: [{directory: "%s"}]
                """.formatted(key, url, root), "schedule.yaml", ScheduleFile.class));
    }
}
