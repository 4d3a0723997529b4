package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.destination.ObjectKey;
import io.spillway.destination.s3.S3Bucket;
import io.spillway.destination.s3.S3Server;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Part;
import io.spillway.support.StubElasticsearch;
import io.spillway.verify.DumpCheck;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program of docs/spark.md for the pods of an Indexed Job, as processes with the packaged program and a bucket as home. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class SlicesInPodsIT {
    private static final int SLICES = 3;
    private static final int DOCUMENTS = 60;

    private final StubElasticsearch cluster = StubElasticsearch.of(DOCUMENTS, SLICES);
    private final List<Process> pods = new ArrayList<>();

    @TempDir
    private Path folder;

    private S3Server store;
    private Path jar;

    @BeforeEach
    void compile() throws Exception {
        jar = Path.of(System.getProperty("spillway.jar", "target/spillway.jar")).toAbsolutePath();
        Assumptions.assumeTrue(Files.exists(jar), () -> "no packaged program at " + jar);
        store = S3Server.inMemory();
        Matcher program = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("docs/spark.md")));
        assertThat(program.find()).isTrue();
        Path source = Files.writeString(folder.resolve("SlicesInPods.java"), program.group(1));
        assertThat(ToolProvider.getSystemJavaCompiler()
                        .run(
                                null,
                                null,
                                null,
                                "--release",
                                "17",
                                "-Xlint:all,-processing,-path",
                                "-Werror",
                                "-proc:none",
                                "-cp",
                                jar.toString(),
                                "-d",
                                folder.toString(),
                                source.toString()))
                .isZero();
    }

    @AfterEach
    void end() throws Exception {
        for (Process pod : pods) {
            pod.destroyForcibly().waitFor();
        }
        if (store != null) {
            store.close();
        }
        cluster.close();
    }

    private String secret(String name, String value) throws IOException {
        return "${file:" + Files.writeString(folder.resolve(name), value) + "}";
    }

    private Path schedule() throws IOException {
        return Files.writeString(folder.resolve("books.yaml"), """
                dataset: books
                source: {elasticsearch: "%s", index: books, slices: %d}
                parts: {documents: 11}
                state: %s
                destinations:
                  - s3: {bucket: %s, prefix: public/, endpoint: "%s", path-style: true, home: true, access-key: "%s", secret-key: "%s"}
                """.formatted(
                        cluster.url(),
                        SLICES,
                        folder.resolve("state"),
                        S3Server.BUCKET,
                        store.endpoint(),
                        secret("access", S3Server.ACCESS_KEY),
                        secret("secret", S3Server.SECRET_KEY)));
    }

    private Process pod(int index, Path schedule) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-Dspillway.process.slots=1",
                        "-Dspillway.engine.slots=" + SLICES,
                        "-cp",
                        jar + File.pathSeparator + folder,
                        "SlicesInPods",
                        folder.resolve("texts").toString(),
                        schedule.toString())
                .redirectErrorStream(true)
                .redirectOutput(output(index).toFile());
        builder.environment().put("JOB_COMPLETION_INDEX", String.valueOf(index));
        builder.environment().put("SLICES", String.valueOf(SLICES));
        builder.environment().put("HOSTNAME", "books-" + index);
        Process pod = builder.start();
        pods.add(pod);
        return pod;
    }

    private Path output(int index) {
        return folder.resolve("output-" + index + ".txt");
    }

    @Test
    void threePodsRunTheSlicesAndOneCommits() throws Exception {
        Path schedule = schedule();
        for (int index = 0; index <= SLICES; index++) {
            pod(index, schedule);
        }
        for (int index = 0; index <= SLICES; index++) {
            assertThat(pods.get(index).waitFor())
                    .as(Files.readString(output(index)))
                    .isZero();
        }
        List<String> dumps =
                store.client().listObjectsV2(request -> request.bucket(S3Server.BUCKET)).contents().stream()
                        .map(object -> object.key().replaceFirst("^public/", ""))
                        .filter(key -> key.endsWith("/manifest.json"))
                        .toList();
        assertThat(dumps).hasSize(1);
        try (S3Bucket bucket = S3Bucket.open(store.options())) {
            Manifest manifest =
                    DumpCheck.check(bucket, new ObjectKey(dumps.get(0).replace("/manifest.json", "")));
            assertThat(manifest.documents()).isEqualTo(DOCUMENTS);
            assertThat(manifest.parts())
                    .extracting(Part::name)
                    .allMatch(name -> name.matches(".*\\.000[012]-0000\\d\\.jsonl\\.gz"));
        }
        assertThat(store.unfinishedUploads()).isZero();
    }
}
