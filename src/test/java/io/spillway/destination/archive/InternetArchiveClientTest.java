package io.spillway.destination.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.spillway.destination.archive.StubArchive.Call;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The archive's own client, {@code ia}, run against our stub: it shows that the stub is a fair stand-in. The client has
 * no option for hosts and uses the stub as its proxy. Skipped if it is not installed (Debian: internetarchive).
 */
@Timeout(120)
@Tag("slow")
class InternetArchiveClientTest {
    @TempDir
    private Path temporary;

    private ArchiveFixture archive;

    @BeforeEach
    void start() throws Exception {
        assumeTrue(isInstalled(), "the Internet Archive's client is not installed: apt-get install internetarchive");
        archive = new ArchiveFixture(temporary);
        Files.writeString(
                temporary.resolve("ia.ini"),
                "[s3]\naccess = %s\nsecret = %s\n[general]\nscreenname = tester\n"
                        .formatted(StubArchive.ACCESS_KEY, StubArchive.SECRET_KEY));
    }

    @AfterEach
    void stop() {
        if (archive != null) {
            archive.close();
        }
    }

    @Test
    void aFileThatItUploadsIsThere() throws Exception {
        Path csv = Files.writeString(temporary.resolve("works.csv"), "id,title\n1,\"Cafe\"\n2,\"Snow\"\n");
        Path lines = Files.writeString(temporary.resolve("works.jsonl"), "{}\n");

        ia(
                "upload",
                "example-dump",
                csv.toString(),
                lines.toString(),
                "--verify",
                "--retries",
                "2",
                "--sleep",
                "1",
                "-m",
                "collection:test_collection",
                "-m",
                "mediatype:data",
                "-m",
                "title:Café works dump ☃",
                "-m",
                "subject:dump",
                "-m",
                "subject:open data",
                "-m",
                "dump_version:3");

        assertThat(archive.stub.bytes("example-dump", "works.csv")).isEqualTo(Files.readAllBytes(csv));
        assertThat(archive.stub.bytes("example-dump", "works.jsonl")).isEqualTo(Files.readAllBytes(lines));
        assertThat(archive.stub.item("example-dump").metadata)
                .containsEntry("title", List.of("Café works dump ☃"))
                .containsEntry("subject", List.of("dump", "open data"))
                .containsEntry("dump_version", List.of("3"));
    }

    @Test
    void itWritesMetadataAndChecksumsAsSpillwayDoes() throws Exception {
        Path csv = Files.writeString(temporary.resolve("works.csv"), "id,title\n1,\"Cafe\"\n2,\"Snow\"\n");
        ItemMetadata metadata = archive.options(ArchiveFixture.PATIENCE).metadata();

        ia(
                "upload",
                "example-dump",
                csv.toString(),
                "--verify",
                "--no-derive",
                "-m",
                "collection:test_collection",
                "-m",
                "mediatype:data",
                "-m",
                "title:" + metadata.title() + ", 2026-11-21",
                "-m",
                "description:" + metadata.description(),
                "-m",
                "creator:" + metadata.creator(),
                "-m",
                "date:2026-11-21",
                "-m",
                "licenseurl:" + metadata.licenseUrl(),
                "-m",
                "subject:dump",
                "-m",
                "subject:open data",
                "-m",
                "dataset:journals",
                "-m",
                "dump:journals/2026-11-21T030000Z");
        archive.open().store(csv, ArchiveFixture.DUMP.child("works.csv"));

        List<List<String>> uploads = archive.stub.calls().stream()
                .filter(Call::puts)
                .map(InternetArchiveClientTest::archiveHeaders)
                .toList();
        assertThat(uploads).hasSize(2);
        assertThat(uploads.get(1)).isEqualTo(uploads.get(0));
    }

    /** The relevant headers of an upload; {@code scanner} is the client's name, and Spillway keeps no old versions. */
    private static List<String> archiveHeaders(Call call) {
        return call.headers().entrySet().stream()
                .filter(header -> header.getKey().startsWith("x-archive-")
                        || List.of("authorization", "content-md5", "content-length")
                                .contains(header.getKey()))
                .filter(header -> !header.getKey().endsWith("-scanner"))
                .filter(header -> !header.getKey().equals("x-archive-keep-old-version"))
                .map(header -> header.getKey() + ": " + header.getValue())
                .sorted()
                .toList();
    }

    @Test
    void itReadsWhatSpillwayPublishes() throws Exception {
        Path folder = Files.createDirectory(temporary.resolve("dump"));
        for (String name : List.of("README.md", "journals-2026-11-21T030000Z.00001.jsonl.gz", "manifest.json")) {
            Files.writeString(folder.resolve(name), (name + "\n").repeat(10_000));
        }
        archive.open().place(folder, ArchiveFixture.DUMP, "manifest.json");

        assertThat(ia("list", ArchiveFixture.ITEM).lines())
                .contains("README.md", "journals-2026-11-21T030000Z.00001.jsonl.gz", "manifest.json");
        Path target = Files.createDirectory(temporary.resolve("downloaded"));
        ia(
                "download",
                ArchiveFixture.ITEM,
                "--destdir",
                target.toString(),
                "--no-directories",
                "--glob",
                "*.md|*.gz|*.json");

        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                assertThat(target.resolve(String.valueOf(file.getFileName())))
                        .hasBinaryContent(Files.readAllBytes(file));
            }
        }
    }

    @Test
    void itsRejectionIsReportedAsSpillwaysIs() throws Exception {
        Files.writeString(temporary.resolve("ia.ini"), "[s3]\naccess = x\nsecret = y\n[general]\nscreenname = t\n");
        Path csv = Files.writeString(temporary.resolve("works.csv"), "1");
        Output output = run("upload", "example-dump", csv.toString(), "-m", "mediatype:data");
        assertThat(output.status()).isNotZero();
        assertThat(archive.stub.stored()).isEmpty();
    }

    private record Output(int status, String text) {}

    private String ia(String... arguments) throws IOException, InterruptedException {
        Output output = run(arguments);
        assertThat(output.status()).as(output.text()).isZero();
        return output.text();
    }

    private Output run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("ia", "--insecure"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("IA_CONFIG_FILE", temporary.resolve("ia.ini").toString());
        builder.environment().put("HOME", temporary.toString());
        builder.environment().put("PYTHONIOENCODING", "utf-8");
        builder.environment().put("PYTHONUTF8", "1");
        builder.environment().put("LC_ALL", "C.UTF-8");
        // All its requests go to the stub, and none to the archive.
        builder.environment().put("http_proxy", archive.stub.url().toString());
        builder.environment().put("https_proxy", archive.stub.url().toString());
        builder.environment().put("no_proxy", "");
        Process process = builder.start();
        try {
            process.getOutputStream().close();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return new Output(process.exitValue(), text);
        } finally {
            process.destroyForcibly();
        }
    }

    private static boolean isInstalled() throws InterruptedException {
        try {
            Process process = new ProcessBuilder("ia", "--version")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
