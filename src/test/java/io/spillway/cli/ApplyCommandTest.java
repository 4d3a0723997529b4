package io.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.compress.Compression;
import io.spillway.support.ChangeHistory;
import io.spillway.support.Spillway;
import io.spillway.support.WebServer;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A reader updates a copy from the command line. */
class ApplyCommandTest {
    private static final String OLD = "{\"_id\":\"a\",\"_index\":\"j\",\"_source\":{\"n\":1}}";
    private static final String NEW = "{\"_id\":\"a\",\"_index\":\"j\",\"_source\":{\"n\":2}}";
    private static final String OTHER = "{\"_id\":\"b\",\"_index\":\"j\",\"_source\":{}}";

    @TempDir
    private Path folder;

    private ChangeHistory history = new ChangeHistory(Path.of("."), Compression.parse("gzip", null));

    @BeforeEach
    void publishTwoDumps() throws Exception {
        history = new ChangeHistory(folder.resolve("site"), Compression.parse("gzip", null));
        history.publish(Map.of("\"a\"", OLD, "\"b\"", OTHER), 1, null);
        history.publish(Map.of("\"a\"", NEW), 1, null);
    }

    private Spillway.Outcome apply(String from, String changes, String... more) {
        String[] args = new String[7 + more.length];
        System.arraycopy(more, 0, args, 7, more.length);
        args[0] = "apply";
        args[1] = "--from";
        args[2] = from;
        args[3] = "--changes";
        args[4] = changes;
        args[5] = "--to";
        args[6] = folder.resolve("new").toString();
        return Spillway.run(args);
    }

    private String oldest() {
        return history.dumps().get(0).folder().toString();
    }

    @Test
    void theResultIsOneLine() {
        var run = apply(oldest(), history.folder().toString()).succeeded();
        assertThat(run.out())
                .isEqualTo("journals/2026-01-02T030000Z: 1 documents in %s, after 1 steps: 1 lines added, 2 removed%n"
                        .formatted(folder.resolve("new")));
        assertThat(folder.resolve("new/journals-2026-01-02T030000Z.copy.00001.jsonl.gz"))
                .exists();
    }

    @Test
    void programsGetTheResultAsJson() throws Exception {
        var run = apply(oldest(), history.folder().toString(), "--json").succeeded();
        JsonNode line = new JsonMapper().readTree(run.out().lines().reduce("", (a, b) -> b));
        assertThat(line).isEqualTo(new JsonMapper().readTree("""
                                        {"type": "apply", "dump": "journals/2026-01-02T030000Z", "steps": 1, "documents": 1,
                                         "written": 1, "removed": 2}"""));
    }

    @Test
    void aCopyThatIsUpToDateIsLeftAlone() {
        var run = apply(
                        history.dumps().get(1).folder().toString(),
                        history.folder().toString())
                .succeeded();
        assertThat(run.out()).contains("journals/2026-01-02T030000Z is the newest dump; nothing was written");
        assertThat(folder.resolve("new")).doesNotExist();
    }

    @Test
    void bothEndsMayBeOnTheWeb() throws Exception {
        try (WebServer server = WebServer.serving(folder.resolve("site"))) {
            String dataset = server.address() + "journals/";
            apply(dataset + "2026-01-01T030000Z/", dataset + "changes.json").succeeded();
        }
        assertThat(folder.resolve("new/copy.json")).exists();
    }

    @Test
    void aCopyWithoutAWayToTheNewestDumpHasAnExitCodeOfItsOwn() throws Exception {
        history.publish(Map.of(), 1, "the query changed");
        var run = apply(oldest(), history.folder().toString());
        assertThat(run.exitCode()).isEqualTo(41);
        assertThat(run.err()).contains("the query changed").contains("fetch the newest dump as a whole");
    }

    @Test
    void aMissingFolderIsNamed() {
        var run = apply(oldest(), folder.resolve("nowhere").toString());
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.err()).contains("nowhere is not a folder").contains("changes.json");
    }

    @Test
    void aNameThatCannotBeGivenIsRefusedBeforeAnythingIsRead() {
        var run = Spillway.run(
                "apply",
                "--from",
                "nowhere",
                "--changes",
                "nowhere",
                "--to",
                folder.resolve("my copy").toString());
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.err()).contains("my copy cannot be the folder of a copy");
    }

    @Test
    void aBucketThatAnswersWith403ForWhatIsNotThereIsRead() throws Exception {
        try (WebServer server = WebServer.serving(folder.resolve("site"))) {
            server.always("journals/2026-01-01T030000Z/copy.json", (exchange, files) -> {
                exchange.sendResponseHeaders(403, -1);
            });
            String dataset = server.address() + "journals/";
            apply(dataset + "2026-01-01T030000Z/", dataset).succeeded();
        }
    }

    @Test
    void aHiddenFolderIsRefused() throws Exception {
        var run = Spillway.run(
                "apply", "--from", oldest(), "--changes", history.folder().toString(), "--to", folder + "/.new");
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(folder.resolve(".new")).doesNotExist();
    }
}
