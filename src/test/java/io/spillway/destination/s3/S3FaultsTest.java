package io.spillway.destination.s3;

import static io.spillway.destination.DestinationContract.bytes;
import static io.spillway.destination.DestinationContract.put;
import static io.spillway.destination.DestinationContract.read;
import static io.spillway.destination.DestinationContract.seeded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.spillway.destination.ObjectKey;
import io.spillway.destination.s3.S3FaultProxy.Fault;
import io.spillway.destination.s3.S3FaultProxy.Kind;
import io.spillway.destination.s3.S3Options.Dialect;
import io.spillway.destination.s3.S3Options.Patience;
import io.spillway.fault.SpillwayException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** After any fault: the object is whole or absent, and no upload is left in the store and no thread in this process. */
@Timeout(180)
@Tag("slow")
class S3FaultsTest {
    private static final ObjectKey KEY = new ObjectKey("journals/2026-11-21T030000Z/journals.00001.jsonl.gz");
    private static final ObjectKey OLD = new ObjectKey("journals/2026-11-14T030000Z/journals.00001.jsonl.gz");
    private static final byte[] CONTENT = seeded(11, (int) PiecePlan.SMALLEST * 2 + 70_000);

    @TempDir
    private Path folder;

    private Path file;
    private S3Server server;
    private S3FaultProxy proxy;

    @BeforeEach
    void start() throws Exception {
        server = S3Server.in(Files.createDirectory(folder.resolve("objects")));
        proxy = S3FaultProxy.before(server.endpoint());
        file = Files.write(folder.resolve("part"), CONTENT);
        try (S3Bucket bucket = S3Bucket.open(server.options())) {
            bucket.store(Files.writeString(folder.resolve("old"), "old"), OLD);
        }
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        server.close();
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void aFaultAtAnyOneRequestOfAnUploadIsSurvived(Fault fault) throws Exception {
        int requests = requestsOfAnUpload();
        assertThat(requests).isGreaterThanOrEqualTo(9);
        for (int n = 1; n <= requests; n++) {
            int disturbed = n;
            List<Kind> hit = new ArrayList<>();
            proxy.disturb((kind, number) -> {
                if (number != disturbed || (fault == Fault.ERROR_IN_200 && kind != Kind.COMPLETE)) {
                    return null;
                }
                hit.add(kind);
                return fault;
            });
            try (S3Bucket bucket = bucket()) {
                bucket.store(file, KEY);
                assertThat(read(bucket, KEY)).as("after %s", hit).isEqualTo(CONTENT);
                assertNothingIsLeft(bucket);
                bucket.delete(KEY);
            }
        }
    }

    private int requestsOfAnUpload() throws Exception {
        proxy.disturb((kind, number) -> null);
        try (S3Bucket bucket = bucket()) {
            bucket.store(file, KEY);
            int requests = proxy.seen().size();
            bucket.delete(KEY);
            return requests;
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"CREATE", "PIECE", "COMPLETE"})
    void aRequestThatAlwaysFailsLeavesNothing(Kind failing) throws Exception {
        for (Fault fault : List.of(Fault.DROPPED, Fault.CUT, Fault.SLOW_DOWN, Fault.INTERNAL_ERROR, Fault.HELD)) {
            proxy.disturb((kind, number) -> kind == failing ? fault : null);
            try (S3Bucket bucket = bucket()) {
                assertUnavailable(() -> bucket.store(file, KEY));
                assertThat(bucket.find(KEY)).as("after %s", fault).isEmpty();
                assertNothingIsLeft(bucket);
            }
        }
    }

    @Test
    void aCompletionWhoseAnswersAreAllLostIsResolvedByACheck() throws Exception {
        proxy.disturb((kind, number) -> kind == Kind.COMPLETE ? Fault.ANSWER_LOST : null);
        try (S3Bucket bucket = bucket()) {
            bucket.store(file, KEY);
            assertThat(read(bucket, KEY)).isEqualTo(CONTENT);
            assertNothingIsLeft(bucket);
        }
    }

    @Test
    void aPutWhoseAnswersAreAllLostIsResolvedByACheck() throws Exception {
        Path small = Files.writeString(folder.resolve("small"), "small");
        proxy.disturb((kind, number) -> kind == Kind.PUT ? Fault.ANSWER_LOST : null);
        try (S3Bucket bucket = bucket()) {
            bucket.store(small, KEY);
            assertThat(read(bucket, KEY)).asString().isEqualTo("small");
        }
    }

    @Test
    void aRepeatedErrorInsideAnAnswerOf200LeavesNothing() throws Exception {
        proxy.disturb((kind, number) -> kind == Kind.COMPLETE ? Fault.ERROR_IN_200 : null);
        try (S3Bucket bucket = bucket()) {
            assertUnavailable(() -> bucket.store(file, KEY));
            assertThat(bucket.find(KEY)).isEmpty();
            assertNothingIsLeft(bucket);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"DROPPED", "CUT", "SLOW_DOWN", "INTERNAL_ERROR", "HELD"})
    void aFailedReplacementLeavesTheOldObject(Fault fault) throws Exception {
        ObjectKey latest = new ObjectKey("journals/latest.json");
        try (S3Bucket bucket = bucket()) {
            put(bucket, latest, bytes("old"));
            proxy.disturb((kind, number) -> kind == Kind.PUT ? fault : null);

            assertUnavailable(() -> put(bucket, latest, seeded(12, 3_000)));

            assertThat(read(bucket, latest)).asString().isEqualTo("old");
        }
    }

    @Test
    void anInterruptEndsAnUploadAndLeavesNothing() throws Exception {
        Thread caller = Thread.currentThread();
        proxy.disturb((kind, number) -> {
            if (kind == Kind.PIECE) {
                caller.interrupt();
                return Fault.SLOW_DOWN;
            }
            return null;
        });
        try (S3Bucket bucket = bucket()) {
            assertThatExceptionOfType(SpillwayException.class)
                    .isThrownBy(() -> bucket.store(file, KEY))
                    .satisfies(e -> assertThat(e.fault()).isEqualTo(io.spillway.fault.Fault.CANCELLED));
            assertThat(Thread.interrupted()).isTrue();
            assertThat(bucket.find(KEY)).isEmpty();
            assertNothingIsLeft(bucket);
        }
    }

    private S3Bucket bucket() throws SpillwayException {
        S3Options usual = S3Server.options(proxy.endpoint(), Dialect.AMAZON);
        Patience impatient = new Patience(
                Duration.ofSeconds(2), Duration.ofSeconds(2), 8 << 20, 3, Duration.ofMillis(1), Duration.ofMillis(20));
        return S3Bucket.open(new S3Options(
                usual.address(), usual.credentials(), usual.dialect(), usual.keeping(), usual.sending(), impatient));
    }

    private void assertNothingIsLeft(S3Bucket bucket) throws Exception {
        assertThat(server.unfinishedUploads()).isZero();
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("upload of") || name.startsWith("placing of"));
        assertThat(read(bucket, OLD)).asString().isEqualTo("old");
    }

    private static void assertUnavailable(org.assertj.core.api.ThrowableAssert.ThrowingCallable action) {
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(action)
                .satisfies(e -> assertThat(e.fault()).isEqualTo(io.spillway.fault.Fault.DESTINATION_UNAVAILABLE));
    }
}
