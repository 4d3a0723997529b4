package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.spillway.destination.archive.StubArchive;
import io.spillway.destination.s3.S3Server;
import io.spillway.manifest.Manifest;
import io.spillway.support.CommandRun;
import io.spillway.support.Stores;
import io.spillway.support.TestCluster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Published files, read with the tools that people use for such places. Each test is skipped if its tool is not
 * installed.
 */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class PublishedReadersIT {
    @TempDir
    private Path folder;

    private Stores stores;
    private String dump;
    private Path target;

    @BeforeEach
    void publish() throws Exception {
        TestCluster cluster = TestCluster.shared();
        stores = new Stores(folder);
        String index = cluster.newIndex(1);
        cluster.load(
                index,
                () -> IntStream.range(0, 500)
                        .mapToObj(n -> "{\"id\":" + n + "}")
                        .iterator());
        Path schedule = stores.schedule(cluster.url(), index, stores.toBucket(), stores.toArchive());
        CommandRun run = CommandRun.of("export", schedule.toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
        dump = stores.dumpsInBucket().get(0);
        target = Files.createDirectory(folder.resolve("fetched"));
    }

    @AfterEach
    void stop() throws Exception {
        stores.close();
    }

    @Test
    void awsCliListsAndCopiesADumpFromTheBucket() throws Exception {
        require("awscli", "aws", "--version");
        Map<String, String> keys = Map.of(
                "AWS_ACCESS_KEY_ID",
                S3Server.ACCESS_KEY,
                "AWS_SECRET_ACCESS_KEY",
                S3Server.SECRET_KEY,
                "AWS_DEFAULT_REGION",
                "us-east-1",
                "AWS_EC2_METADATA_DISABLED",
                "true");
        String endpoint = stores.server().endpoint().toString();
        String place = "s3://" + S3Server.BUCKET + "/public/" + dump + "/";

        assertThat(run(keys, "aws", "--endpoint-url", endpoint, "s3", "ls", place))
                .contains(Manifest.FILE_NAME, "SHA256SUMS");
        run(keys, "aws", "--endpoint-url", endpoint, "s3", "cp", "--recursive", place, target.toString());

        assertWhole();
    }

    @Test
    void rcloneCopiesADumpFromTheBucketAndFindsNoDifference() throws Exception {
        require("rclone", "rclone", "version");
        Map<String, String> remote = Map.of(
                "RCLONE_CONFIG_DUMPS_TYPE",
                "s3",
                "RCLONE_CONFIG_DUMPS_PROVIDER",
                "Other",
                "RCLONE_CONFIG_DUMPS_ENDPOINT",
                stores.server().endpoint().toString(),
                "RCLONE_CONFIG_DUMPS_ACCESS_KEY_ID",
                S3Server.ACCESS_KEY,
                "RCLONE_CONFIG_DUMPS_SECRET_ACCESS_KEY",
                S3Server.SECRET_KEY,
                "RCLONE_CONFIG",
                folder.resolve("rclone.conf").toString());
        String place = "DUMPS:" + S3Server.BUCKET + "/public/" + dump;

        run(remote, "rclone", "copy", place, target.toString());
        assertThat(run(remote, "rclone", "check", place, target.toString())).contains("0 differences found");

        assertWhole();
    }

    @Test
    void s3cmdListsAndDownloadsADumpFromTheBucket() throws Exception {
        require("s3cmd", "s3cmd", "--version");
        String host = stores.server().endpoint().getAuthority();
        Path configuration = Files.writeString(
                folder.resolve("s3cmd.ini"), """
                [default]
                access_key = %s
                secret_key = %s
                host_base = %s
                host_bucket = %s
                use_https = False
                """.formatted(S3Server.ACCESS_KEY, S3Server.SECRET_KEY, host, host));
        String place = "s3://" + S3Server.BUCKET + "/public/" + dump + "/";

        assertThat(run(Map.of(), "s3cmd", "-c", configuration.toString(), "ls", place))
                .contains(Manifest.FILE_NAME, "SHA256SUMS");
        run(Map.of(), "s3cmd", "-c", configuration.toString(), "get", "--recursive", place, target.toString());

        assertWhole();
    }

    @Test
    void iaDownloadsADumpFromTheArchive() throws Exception {
        require("internetarchive", "ia", "--version");
        Path configuration = Files.writeString(
                folder.resolve("ia.ini"),
                "[s3]\naccess = %s\nsecret = %s\n[general]\nscreenname = tester\n"
                        .formatted(StubArchive.ACCESS_KEY, StubArchive.SECRET_KEY));
        // It has no option for hosts: all its requests go to the stand-in, and none to the archive.
        String stub = stores.archive().url().toString();
        Map<String, String> settings = Map.of(
                "IA_CONFIG_FILE", configuration.toString(), "http_proxy", stub, "https_proxy", stub, "no_proxy", "");
        String item = "example-" + dump.replace('/', '-');

        assertThat(run(settings, "ia", "--insecure", "list", item)).contains(Manifest.FILE_NAME, "SHA256SUMS");
        // Without files named after the item: the archive's own files, which the stand-in lists and does not keep.
        run(
                settings,
                "ia",
                "--insecure",
                "download",
                item,
                "--destdir",
                target.toString(),
                "--no-directories",
                "--glob",
                "[!e]*");

        assertWhole();
    }

    /** As the README tells readers. */
    private void assertWhole() throws Exception {
        String checked = run(Map.of(), "sh", "-c", "cd '" + target + "' && sha256sum -c SHA256SUMS");
        assertThat(checked.lines()).isNotEmpty().allMatch(line -> line.endsWith(": OK"));
        assertThat(target.resolve(Manifest.FILE_NAME)).exists();
        CommandRun verified = CommandRun.verify(target);
        assertThat(verified.exitCode()).as(verified.err()).isZero();
    }

    private void require(String debianPackage, String... command) throws Exception {
        boolean installed;
        try {
            installed = process(Map.of(), command).waitFor() == 0;
        } catch (IOException e) {
            installed = false;
        }
        assumeTrue(installed, command[0] + " is not installed: apt-get install " + debianPackage);
    }

    private String run(Map<String, String> environment, String... command) throws Exception {
        Process process = process(environment, command);
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        String output = Files.readString(folder.resolve("tool.txt"), StandardCharsets.UTF_8);
        assertThat(process.exitValue())
                .as(String.join(" ", command) + "\n" + output)
                .isZero();
        return output;
    }

    private Process process(Map<String, String> environment, String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(List.of(command))
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(
                        Files.write(folder.resolve("nothing"), new byte[0]).toFile()))
                .redirectOutput(folder.resolve("tool.txt").toFile());
        builder.environment()
                .keySet()
                .removeIf(name -> name.toLowerCase(Locale.ROOT).endsWith("_proxy") || name.startsWith("AWS_"));
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.environment().putAll(environment);
        return builder.start();
    }
}
