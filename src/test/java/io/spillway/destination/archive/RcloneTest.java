package io.spillway.destination.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * rclone, which also supports the archive, run against our stub: a second check that the stub is a fair stand-in.
 * Skipped if it is not installed (Debian: rclone).
 */
@Timeout(120)
@Tag("slow")
class RcloneTest {
    @TempDir
    private Path temporary;

    private ArchiveFixture archive;

    @BeforeEach
    void start() throws Exception {
        assumeTrue(isInstalled(), "rclone is not installed: apt-get install rclone");
        archive = new ArchiveFixture(temporary);
    }

    @AfterEach
    void stop() {
        if (archive != null) {
            archive.close();
        }
    }

    @Test
    void aFileThatItCopiesIsThere() throws Exception {
        Path csv = Files.writeString(temporary.resolve("works.csv"), "id,title\n");
        archive.stub.showAfter(1);

        rclone("copy", csv.toString(), "IA:example-dump/sub");

        assertThat(archive.stub.bytes("example-dump", "sub/works.csv")).isEqualTo(Files.readAllBytes(csv));
    }

    @Test
    void itVerifiesWhatSpillwayPublishes() throws Exception {
        Path folder = Files.createDirectory(temporary.resolve("dump"));
        for (String name : List.of("README.md", "journals-2026-11-21T030000Z.00001.jsonl.gz", "manifest.json")) {
            Files.writeString(folder.resolve(name), (name + "\n").repeat(10_000));
        }
        archive.open().place(folder, ArchiveFixture.DUMP, "manifest.json");

        assertThat(rclone("check", "--one-way", folder.toString(), "IA:" + ArchiveFixture.ITEM))
                .contains("3 matching files");
        Path target = temporary.resolve("fetched");
        rclone("copyto", "IA:" + ArchiveFixture.ITEM + "/manifest.json", target.toString());
        assertThat(target).hasSameBinaryContentAs(folder.resolve("manifest.json"));
    }

    private String rclone(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "rclone",
                "--retries",
                "1",
                "--low-level-retries",
                "2",
                "--internetarchive-disable-checksum=false",
                // It waits for its own entry in the record, and warns if that does not appear for this time.
                "--internetarchive-wait-archive",
                "10m"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("HOME", temporary.toString());
        builder.environment()
                .put("RCLONE_CONFIG", temporary.resolve("rclone.conf").toString());
        builder.environment().put("RCLONE_CONFIG_IA_TYPE", "internetarchive");
        builder.environment().put("RCLONE_CONFIG_IA_ACCESS_KEY_ID", StubArchive.ACCESS_KEY);
        builder.environment().put("RCLONE_CONFIG_IA_SECRET_ACCESS_KEY", StubArchive.SECRET_KEY);
        builder.environment()
                .put("RCLONE_CONFIG_IA_ENDPOINT", archive.stub.url().toString());
        builder.environment()
                .put("RCLONE_CONFIG_IA_FRONT_ENDPOINT", archive.stub.url().toString());
        builder.environment()
                .keySet()
                .removeIf(name -> name.toLowerCase(Locale.ROOT).endsWith("_proxy"));
        Process process = builder.start();
        try {
            process.getOutputStream().close();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(text).isZero();
            return text;
        } finally {
            process.destroyForcibly();
        }
    }

    private static boolean isInstalled() throws InterruptedException {
        try {
            Process process = new ProcessBuilder("rclone", "version")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
