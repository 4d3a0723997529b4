package io.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.support.Spillway;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a person reads who has mistyped something. */
class MistypedTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"daemon . --log jsno, json", "notices . --server ngnix, nginx"})
    void aMisspeltValueIsCorrected(String arguments, String meant) {
        var run = Spillway.run(arguments.split(" ", -1));
        assertThat(run.exitCode()).isIn(2, 3);
        assertThat(run.err()).contains("did you mean " + meant + "?");
    }

    @Test
    void aPublicUrlBesideAScheduleIsRefused() throws Exception {
        Path schedule = Files.writeString(folder.resolve("s.yaml"), "dataset: d\n");
        var run = Spillway.run("notices", schedule.toString(), "--public-url", "https://data.example.org/");
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.err())
                .contains("--public-url is for a directory", "s.yaml is a schedule", "set public-url in the");
    }

    @Test
    void anUnknownHostIsNamedWithWhatToDo() throws Exception {
        var run = Spillway.run(
                "export",
                "--elasticsearch=https://no-such-host.invalid:9200",
                "--index=i",
                "--to=" + folder.resolve("dumps"));
        assertThat(run.exitCode()).isEqualTo(10);
        assertThat(run.err()).contains("no-such-host.invalid").containsPattern("hint:  .*(name|host|address)");
    }
}
