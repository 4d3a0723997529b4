package io.spillway.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.destination.s3.S3Bucket;
import io.spillway.destination.s3.S3Server;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.run.SyntheticExport;
import io.spillway.support.PublishedDumps;
import io.spillway.support.SteppedDestination;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
@Tag("slow")
class ArrivalTest {
    private static final Instant TAKEN = Instant.parse("2026-11-21T03:00:00Z");

    @TempDir
    private Path folder;

    private final PublishedDumps dumps = new PublishedDumps();
    private S3Server server;
    private S3Bucket bucket;

    @BeforeEach
    void start() throws Exception {
        server = S3Server.inMemory();
        bucket = S3Bucket.open(server.options());
    }

    @AfterEach
    void stop() throws Exception {
        bucket.close();
        server.close();
    }

    private static Deliveries deliveries(LocalDirectory home, Path root, boolean spooled, Destination other) {
        return new Deliveries(
                home, key -> root.resolve(key.value()), spooled, List.of(other), SyntheticExport.terms(home));
    }

    @Test
    void ofTwoDumpsOfTheSameSecondTheLaterOneIsReportedAsMissing() throws Exception {
        Path first = Files.createDirectory(folder.resolve("first"));
        Path second = Files.createDirectory(folder.resolve("second"));
        Manifest won = dumps.publish(first, "journals", TAKEN, 1);
        Manifest lost = dumps.publish(second, "journals", TAKEN, 9);
        try (LocalDirectory one = LocalDirectory.open(first);
                LocalDirectory two = LocalDirectory.open(second)) {
            assertThat(deliveries(one, first, true, bucket).deliver(won)).allMatch(Deliveries.Delivery::arrived);
            var loser = deliveries(two, second, true, bucket);

            for (List<Deliveries.Delivery> ended : List.of(loser.deliver(lost), loser.resume("journals"))) {
                assertThat(ended).singleElement().satisfies(each -> {
                    SpillwayException failure = each.failure();
                    assertThat(failure).isNotNull();
                    assertThat(failure.fault()).isEqualTo(Fault.DESTINATION_REFUSED);
                    assertThat(failure).hasMessageContaining("made by another run in the same second");
                });
            }
            assertThat(second.resolve(lost.dump()).resolve("SHA256SUMS")).exists();
        }
    }

    @Test
    void anExistingDumpIsNotDeliveredAgain() throws Exception {
        Manifest manifest = dumps.publish(folder, "journals", TAKEN, 1);
        try (LocalDirectory home = LocalDirectory.open(folder)) {
            Deliveries deliveries = deliveries(home, folder, false, bucket);
            assertThat(deliveries.deliver(manifest)).allMatch(Deliveries.Delivery::arrived);
            assertThat(deliveries.deliver(manifest)).isEmpty();
            assertThat(deliveries.resume("journals")).isEmpty();
        }
    }

    @Test
    void aStoreWithDelayedListingsKeepsItsDump() throws Exception {
        Manifest manifest = dumps.publish(folder, "journals", TAKEN, 1);
        Destination late = new SteppedDestination(bucket, (step, at) -> {}) {
            @Override
            public List<StoredObject> list(String prefix) {
                return List.of();
            }
        };
        try (LocalDirectory home = LocalDirectory.open(folder)) {
            assertThat(deliveries(home, folder, false, late).deliver(manifest))
                    .singleElement()
                    .matches(Deliveries.Delivery::arrived);
        }
        assertThat(bucket.find(new ObjectKey(manifest.dump()).child(Manifest.FILE_NAME)))
                .isPresent();
    }
}
