package io.spillway.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.spillway.config.ConfigFile;
import io.spillway.dataset.DumpId;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.s3.S3Bucket;
import io.spillway.destination.s3.S3FaultProxy;
import io.spillway.destination.s3.S3Server;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.schedule.ScheduleFile;
import io.spillway.support.SyntheticSource;
import io.spillway.verify.DumpCheck;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A schedule with a bucket as home: everything that a command does with it besides the dump itself. */
@Timeout(60)
@Tag("slow")
class BucketHomeScheduleTest {
    private static final Exporter EXPORTER = new Exporter(ExportListener.NONE);

    @TempDir
    private Path folder;

    private S3Server store;
    private S3FaultProxy proxy;

    @BeforeEach
    void start() throws Exception {
        store = S3Server.inMemory();
        proxy = S3FaultProxy.before(store.endpoint());
        proxy.disturb((kind, number) -> null);
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        store.close();
    }

    private String secret(String name, String value) throws Exception {
        Files.writeString(folder.resolve(name), value);
        return "${file:" + folder.resolve(name) + "}";
    }

    private ScheduleFile schedule(URI endpoint) throws Exception {
        Path file = folder.resolve("journals.yaml");
        Files.writeString(file, """
                dataset: journals
                source: {elasticsearch: "http://127.0.0.1:1", index: synthetic}
                keep: {last: 1, grace: 0s}
                state: %s
                destinations:
                  - s3: {bucket: %s, prefix: public/, endpoint: "%s", path-style: true, home: true,
                         public-url: "https://dumps.example.org/", try-public-url: false,
                         access-key: "%s", secret-key: "%s"}
                """.formatted(
                        folder.resolve("state"),
                        S3Server.BUCKET,
                        endpoint,
                        secret("access", S3Server.ACCESS_KEY),
                        secret("secret", S3Server.SECRET_KEY)));
        return ConfigFile.read(file, ScheduleFile.class);
    }

    private ExportReport export(ScheduleFile schedule, int hours) throws Exception {
        SyntheticSource source =
                SyntheticSource.seeded(1, 30).slices(2).takenAt(SyntheticSource.TAKEN_AT.plus(Duration.ofHours(hours)));
        try (Destinations places = Destinations.open(schedule)) {
            return EXPORTER.export(schedule, GateOverrides.NONE, places, () -> source);
        }
    }

    private String text(String key) throws Exception {
        try (S3Bucket bucket = S3Bucket.open(store.options());
                InputStream in = bucket.open(new ObjectKey(key))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private List<String> keys() throws Exception {
        try (S3Bucket bucket = S3Bucket.open(store.options())) {
            return bucket.list("").stream().map(each -> each.key().value()).toList();
        }
    }

    private List<String> manifests() throws Exception {
        return keys().stream().filter(key -> key.endsWith("/manifest.json")).toList();
    }

    @Test
    void anExportPublishesLinksStatusAndPagesAndPrunes() throws Exception {
        ScheduleFile schedule = schedule(store.endpoint());
        Manifest first = export(schedule, 0).manifest();
        assertThat(text("journals/latest.json")).contains(first.dump()).contains(".0000-00001.jsonl.gz");
        assertThat(text("journals/status.json")).contains("\"published\"").contains(first.dump());
        assertThat(text("links.json")).contains(first.dump());
        assertThat(text("journals/index.html")).contains("*.jsonl.gz");
        assertThat(text(first.dump() + "/README.md")).doesNotContain("torrent");

        ExportReport second = export(schedule, 1);
        assertThat(second.manifest().previous().dump()).isEqualTo(first.dump());
        assertThat(second.delivery().publicAt()).containsExactly("s3://dumps/public/");
        assertThat(second.delivery().shortfall()).isEmpty();
        assertThat(manifests()).containsExactly(second.manifest().dump() + "/manifest.json");
        assertThat(text("journals/latest.json")).contains(second.manifest().dump());
        try (S3Bucket bucket = S3Bucket.open(store.options())) {
            assertThat(DumpCheck.check(bucket, new ObjectKey(second.manifest().dump())))
                    .isEqualTo(second.manifest());
        }
        assertThat(store.unfinishedUploads()).isZero();
    }

    @Test
    void aDumpIsWithdrawnFromTheBucket() throws Exception {
        ScheduleFile schedule = schedule(store.endpoint());
        DumpId dump = export(schedule, 0).manifest().id();
        assertThat(Upkeep.withdraw(schedule, dump, "wrong", true).destinations())
                .containsExactly("s3://dumps/public/");
        assertThat(manifests()).isEmpty();
        assertThat(keys()).contains(dump + "/withdrawn.json").doesNotContain("journals/latest.json");
    }

    @Test
    void aFailureIsInTheStatusOfTheBucket() throws Exception {
        ScheduleFile schedule = schedule(store.endpoint());
        export(schedule, 0);
        SpillwayException refused = catchThrowableOfType(SpillwayException.class, () -> {
            try (Destinations places = Destinations.open(schedule)) {
                EXPORTER.export(schedule, GateOverrides.NONE, places, () -> SyntheticSource.seeded(1, 0));
            }
        });
        assertThat(refused.fault()).isEqualTo(Fault.GATE);
        assertThat(text("journals/status.json")).contains("\"refused\"");
    }

    @Test
    void theCheckTriesTheLeaseAndAnUploadAndLeavesNothing() throws Exception {
        ScheduleFile schedule = schedule(proxy.endpoint());
        assertThat(ScheduleCheck.of(schedule).problems())
                .noneMatch(problem -> problem.pointer().startsWith("/destinations"));
        assertThat(proxy.seen()).contains(S3FaultProxy.Kind.CREATE, S3FaultProxy.Kind.COMPLETE);
        assertThat(keys()).isEmpty();
        assertThat(store.unfinishedUploads()).isZero();
    }

    /** Conditions are signed, so this store checks no signatures. */
    private void ignoreConditions() throws Exception {
        stop();
        store = S3Server.openToAll();
        proxy = S3FaultProxy.before(store.endpoint());
        proxy.ignoreConditions();
    }

    @Test
    void theCheckRefusesAStoreThatIgnoresConditions() throws Exception {
        ignoreConditions();
        ScheduleFile schedule = schedule(proxy.endpoint());
        assertThat(ScheduleCheck.of(schedule).problems())
                .filteredOn(problem -> problem.pointer().equals("/destinations/0/s3/home"))
                .singleElement()
                .satisfies(problem -> assertThat(problem.fault()).isEqualTo(Fault.CONFIG));
        assertThat(keys()).isEmpty();
    }

    @Test
    void anExportToAStoreThatIgnoresConditionsIsRefused() throws Exception {
        ignoreConditions();
        ScheduleFile schedule = schedule(proxy.endpoint());
        SpillwayException refused = catchThrowableOfType(SpillwayException.class, () -> export(schedule, 0));
        assertThat(refused.fault()).isEqualTo(Fault.CONFIG);
        assertThat(refused.fault().exitCode()).isEqualTo(3);
        assertThat(manifests()).isEmpty();
    }
}
