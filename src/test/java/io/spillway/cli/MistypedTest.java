package io.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.support.PublishedDumps;
import io.spillway.support.Spillway;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
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
    void aMisspeltValueInAScheduleIsCorrected() throws Exception {
        Path schedule = Files.writeString(folder.resolve("s.yaml"), """
                dataset: d
                source: {elasticsearch: "http://localhost:9200", index: i, vectors: rebuild}
                fields: {include: [id], unlisted: withold}
                formats: [{jsonl: {compression: gzp}}]
                destinations: [{directory: dumps}]
                schedule: {cron: "0 0 3 ? * SUN", time-zone: Europe/Berlinn, missed: run_once}
                """);
        assertThat(Spillway.run("plan", schedule.toString()).err())
                .contains(
                        "/source/vectors: must be one of stop, rebuilt; did you mean rebuilt?",
                        "/fields/unlisted: must be one of stop, withhold, publish; did you mean withhold?",
                        "/compression: must be one of gzip, zstd, xz, bzip2, none; did you mean gzip?",
                        "such as Europe/Berlin or UTC; did you mean Europe/Berlin?",
                        "did you mean run-once?");
    }

    @Test
    void aMisspeltDatasetIsCorrected() throws Exception {
        new PublishedDumps().publish(folder, "journals", Instant.parse("2026-11-21T03:00:00Z"), 5);
        var run = Spillway.run("show", folder.resolve("journal").toString());
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.err()).contains("did you mean the dataset journals?");
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
