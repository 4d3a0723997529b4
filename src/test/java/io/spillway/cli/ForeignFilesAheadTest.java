package io.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.destination.s3.S3Server;
import io.spillway.support.Spillway;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;

/** Files that Spillway did not write are named before a document is read. The source of these schedules does not answer. */
@Timeout(120)
@Tag("slow")
class ForeignFilesAheadTest {
    private static final int SOURCE_UNAVAILABLE = 10;
    private static final int REFUSED = 21;

    @TempDir
    private Path folder;

    private Path root;

    @BeforeEach
    void create() throws Exception {
        root = Files.createDirectories(folder.resolve("www"));
    }

    private Spillway.Outcome run(String command, String destinations) throws Exception {
        Path schedule =
                Files.writeString(folder.resolve("s.yaml"), """
                dataset: journals
                license: CC0-1.0
                source: {elasticsearch: "http://127.0.0.1:1", index: i}
                destinations: [%s]
                state: "%s"
                """.formatted(destinations, folder.resolve("state")));
        return Spillway.run(command, schedule.toString());
    }

    private String directory() {
        return "{directory: \"" + root + "\"}";
    }

    private String bucket(String endpoint, String more) throws Exception {
        Path access = Files.writeString(folder.resolve("access"), S3Server.ACCESS_KEY);
        Path secret = Files.writeString(folder.resolve("secret"), S3Server.SECRET_KEY);
        return "{s3: {bucket: %s, prefix: public/, endpoint: \"%s\", path-style: true, access-key: \"${file:%s}\", secret-key: \"${file:%s}\"%s}}"
                .formatted(S3Server.BUCKET, endpoint, access, secret, more);
    }

    @Test
    void checkNamesAllForeignFiles() throws Exception {
        Files.writeString(root.resolve("index.html"), "theirs");
        Files.writeString(root.resolve("robots.txt"), "User-agent: *\nDisallow: /\n");
        Files.createDirectories(root.resolve("notices"));
        Files.writeString(root.resolve("notices/429.html"), "theirs");
        Files.writeString(root.resolve("about.html"), "theirs");

        var run = run("check", directory());

        assertThat(run.err())
                .contains(
                        "/destinations/0/directory: ",
                        "files that Spillway did not write, and they stay: index.html, notices/429.html, robots.txt;",
                        "publish into a subfolder")
                .doesNotContain("about.html");
        assertThat(run.exitCode()).isEqualTo(REFUSED);
    }

    @Test
    void checkFindsNothingInAFolderOfOtherFiles() throws Exception {
        Files.writeString(root.resolve("about.html"), "theirs");
        var run = run("check", directory());
        assertThat(run.err()).doesNotContain("did not write");
        assertThat(run.exitCode()).isEqualTo(SOURCE_UNAVAILABLE);
    }

    @Test
    void anExportIsRefusedBeforeItReadsTheSource() throws Exception {
        Files.writeString(root.resolve("robots.txt"), "User-agent: *\nDisallow: /\n");

        var run = run("export", directory());

        assertThat(run.exitCode()).isEqualTo(REFUSED);
        assertThat(run.err()).contains("robots.txt");
        assertThat(root.resolve("robots.txt")).content().contains("Disallow: /\n");
        assertThat(root.resolve("index.html")).doesNotExist();
        try (Stream<Path> dumps = Files.list(root.resolve("journals"))) {
            assertThat(dumps.filter(Files::isDirectory)).isEmpty();
        }
    }

    @Test
    void checkAndExportNameForeignFilesOfABucket() throws Exception {
        try (S3Server server = S3Server.inMemory()) {
            server.client()
                    .putObject(
                            request -> request.bucket(S3Server.BUCKET).key("public/feed.atom"),
                            RequestBody.fromString("theirs"));
            String bucket = bucket(server.endpoint().toString(), "");

            var check = run("check", bucket);
            assertThat(check.err()).contains("/destinations/0/s3: ", "did not write, and they stay: feed.atom");
            assertThat(check.exitCode()).isEqualTo(REFUSED);
            assertThat(run("export", bucket).exitCode()).isEqualTo(REFUSED);
        }
    }

    @Test
    void anUnavailableBucketDoesNotStopAnExportToTheDirectory() throws Exception {
        String bucket = bucket("http://127.0.0.1:1", ", public-url: \"http://127.0.0.1:1/b/\"");
        var run = run("export", directory() + ", " + bucket);
        assertThat(run.exitCode()).isEqualTo(SOURCE_UNAVAILABLE);
        assertThat(run.err()).contains("127.0.0.1:1");
    }
}
