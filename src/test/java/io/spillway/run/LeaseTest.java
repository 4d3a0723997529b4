package io.spillway.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.spillway.destination.ObjectKey;
import io.spillway.destination.s3.S3Bucket;
import io.spillway.destination.s3.S3FaultProxy;
import io.spillway.destination.s3.S3Options.Dialect;
import io.spillway.destination.s3.S3Server;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One process at a time holds a lease, whatever the store and the other processes do. */
@Timeout(60)
@Tag("slow")
class LeaseTest {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofMinutes(10);

    private S3Server store;
    private S3FaultProxy proxy;
    private S3Bucket bucket;
    private S3Bucket other;

    @BeforeEach
    void start() throws Exception {
        store = S3Server.inMemory();
        proxy = S3FaultProxy.before(store.endpoint());
        proxy.disturb((kind, number) -> null);
        bucket = S3Bucket.open(S3Server.options(proxy.endpoint(), Dialect.AMAZON));
        other = S3Bucket.open(store.options());
    }

    @AfterEach
    void stop() throws Exception {
        bucket.close();
        other.close();
        proxy.close();
        store.close();
    }

    private SpillwayException refused(S3Bucket place) {
        return catchThrowableOfType(SpillwayException.class, () -> Lease.take(place, "journals", SHORT, "the second"));
    }

    @Test
    void aSecondProcessIsRefusedWhileTheFirstRenews() throws Exception {
        try (Lease held = Lease.take(bucket, "journals", SHORT, "the first")) {
            assertThat(refused(other).fault()).isEqualTo(Fault.ALREADY_RUNNING);
            assertThat(refused(other)).hasMessageContaining("the first");
            held.requireHeld();
        }
    }

    @Test
    void aReleasedLeaseIsTakenAtOnce() throws Exception {
        Lease.take(bucket, "journals", LONG, "the first").close();
        try (Lease next = Lease.take(other, "journals", LONG, "the second")) {
            next.requireHeld();
        }
    }

    @Test
    void eachDatasetHasItsOwn() throws Exception {
        try (Lease one = Lease.take(bucket, "journals", LONG, "the first");
                Lease two = Lease.take(other, "articles", LONG, "the second")) {
            one.requireHeld();
            two.requireHeld();
        }
    }

    @Test
    void aProcessThatNoLongerRenewsLosesItAfterOnePeriodAndLearnsIt() throws Exception {
        Lease dead = Lease.take(bucket, "journals", SHORT, "the first");
        proxy.disturb((kind, number) -> S3FaultProxy.Fault.DROPPED);
        long begun = System.nanoTime();
        try (Lease next = Lease.take(other, "journals", SHORT, "the second")) {
            assertThat(System.nanoTime() - begun).isGreaterThan(SHORT.toNanos());
            proxy.disturb((kind, number) -> null);
            assertThat(catchThrowableOfType(SpillwayException.class, dead::requireHeld)
                            .fault())
                    .isEqualTo(Fault.ALREADY_RUNNING);
            assertThat(catchThrowableOfType(SpillwayException.class, () -> dead.committing("journals/x")))
                    .isNotNull();
            dead.close();
            next.requireHeld();
        }
    }

    @Test
    void theNextHolderLearnsWhichDumpWasBeingCommitted() throws Exception {
        Lease first = Lease.take(bucket, "journals", SHORT, "the first");
        first.committing("journals/2026-11-21T030000Z");
        proxy.disturb((kind, number) -> S3FaultProxy.Fault.DROPPED);
        try (Lease next = Lease.take(other, "journals", SHORT, "the second")) {
            assertThat(next.committing()).isEqualTo("journals/2026-11-21T030000Z");
            next.committing(null);
        }
        first.close();
        try (Lease third = Lease.take(other, "journals", SHORT, "the third")) {
            assertThat(third.committing()).isNull();
        }
    }

    @Test
    void aRenewalWhoseAnswerIsLostKeepsIt() throws Exception {
        try (Lease held = Lease.take(bucket, "journals", LONG, "the first")) {
            proxy.disturb((kind, number) ->
                    kind == S3FaultProxy.Kind.PUT && number == 1 ? S3FaultProxy.Fault.ANSWER_LOST : null);
            held.committing("journals/2026-11-21T030000Z");
            proxy.disturb((kind, number) -> null);
            held.requireHeld();
            held.committing(null);
        }
    }

    @Test
    void aStoreThatDoesNotAnswerTakesNothingAwayFromTheHolder() throws Exception {
        try (Lease held = Lease.take(bucket, "journals", LONG, "the first")) {
            proxy.disturb((kind, number) -> S3FaultProxy.Fault.DROPPED);
            assertThat(catchThrowableOfType(SpillwayException.class, held::requireHeld)
                            .fault())
                    .isEqualTo(Fault.DESTINATION_UNAVAILABLE);
            proxy.disturb((kind, number) -> null);
            held.requireHeld();
        }
    }

    @Test
    void aStoreThatIgnoresConditionsIsRefused() throws Exception {
        // Conditions are signed, so this store checks no signatures.
        try (S3Server open = S3Server.openToAll();
                S3FaultProxy ignoring = S3FaultProxy.before(open.endpoint());
                S3Bucket place = S3Bucket.open(S3Server.options(ignoring.endpoint(), Dialect.AMAZON))) {
            ignoring.ignoreConditions();
            SpillwayException refused = refused(place);
            assertThat(refused.fault()).isEqualTo(Fault.CONFIG);
            assertThat(refused).hasMessageContaining("ignores the condition");
        }
    }

    @Test
    void aHolderWhoseLeaseWasRemovedStops() throws Exception {
        try (Lease held = Lease.take(bucket, "journals", LONG, "the first")) {
            other.delete(new ObjectKey("journals/.spillway.lease"));
            assertThat(catchThrowableOfType(SpillwayException.class, held::requireHeld)
                            .fault())
                    .isEqualTo(Fault.ALREADY_RUNNING);
        }
    }

    @Test
    void oneOfManyThatTakeItAtOnceHasIt() throws Exception {
        var threads = java.util.concurrent.Executors.newFixedThreadPool(6);
        var held = new java.util.concurrent.CopyOnWriteArrayList<Lease>();
        for (int i = 0; i < 6; i++) {
            String name = "process " + i;
            threads.execute(() -> {
                try {
                    held.add(Lease.take(other, "journals", SHORT, name));
                } catch (SpillwayException busy) {
                    assertThat(busy.fault()).isEqualTo(Fault.ALREADY_RUNNING);
                }
            });
        }
        threads.shutdown();
        assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        assertThat(held).hasSize(1);
        held.get(0).requireHeld();
        held.get(0).close();
    }
}
