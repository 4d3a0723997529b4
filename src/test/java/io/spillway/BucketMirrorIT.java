package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.destination.s3.S3Bucket;
import io.spillway.destination.s3.S3Server;
import io.spillway.manifest.Manifest;
import io.spillway.site.SiteWriter;
import io.spillway.support.PublishedDumps;
import io.spillway.support.Tool;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A mirror of a bucket, by the line that {@code docs/destinations.md} gives for it. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class BucketMirrorIT {
    @TempDir
    private Path folder;

    private final PublishedDumps dumps = new PublishedDumps();

    private Manifest publish(Destination bucket, String takenAt) throws Exception {
        Path files = Files.createTempDirectory(folder, "dump");
        Manifest manifest = dumps.in(files, "journals", Instant.parse(takenAt), 5);
        bucket.place(files, new ObjectKey(manifest.dump()), Manifest.FILE_NAME);
        new SiteWriter(bucket, List.of(), SiteWriter.Turns.NONE, Clock.systemUTC()).rebuild(Set.of("journals"));
        return manifest;
    }

    @Test
    void aMirrorNamesNoDumpThatWasPruned() throws Exception {
        Tool.require("aws", "awscli");
        String line = Files.readString(Path.of("docs/destinations.md"))
                .lines()
                .filter(each -> each.startsWith("aws s3 sync "))
                .findFirst()
                .orElseThrow();
        try (S3Server store = S3Server.openToAll();
                Destination bucket = S3Bucket.open(store.options())) {
            String command = "aws() { command aws --no-sign-request --endpoint-url %s --region us-east-1 \"$@\"; }\n"
                            .formatted(store.endpoint())
                    + line.replace("s3://BUCKET/PREFIX", bucket.name());
            // Pointers of the same length, which a comparison of lengths takes for the same files.
            Manifest old = publish(bucket, "2026-11-14T03:00:00Z");
            sync(command);
            Manifest next = publish(bucket, "2026-11-21T03:00:00Z");
            for (StoredObject object : bucket.list(old.dump() + "/")) {
                bucket.delete(object.key());
            }
            new SiteWriter(bucket, List.of(), SiteWriter.Turns.NONE, Clock.systemUTC()).rebuild(Set.of("journals"));
            sync(command);

            Path mirror = folder.resolve("mirror");
            assertThat(Files.readString(mirror.resolve("journals/latest.json"))).contains(next.dump());
            try (Stream<Path> files = Files.walk(mirror)) {
                for (Path file : files.filter(Files::isRegularFile)
                        .filter(each -> !each.endsWith("spillway-files.json"))
                        .toList()) {
                    assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                            .as(file.toString())
                            .doesNotContain(old.id().stamp());
                }
            }
        }
    }

    private void sync(String command) throws Exception {
        Tool.Result result = Tool.run(folder, List.of("sh", "-c", command));
        assertThat(result.exitCode()).as(result.output()).isZero();
    }
}
