package io.spillway.destination.s3;

import static io.spillway.destination.s3.S3FaultProxy.Fault.ERROR_IN_200;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.spillway.destination.ObjectKey;
import io.spillway.destination.s3.S3Options.Dialect;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Uploads that stay unseen until they are completed by their own text, on a real S3 server. */
@Timeout(60)
@Tag("slow")
class HeldUploadsTest {
    private static final ObjectKey KEY = new ObjectKey("journals/2026-11-21T030000Z/part.jsonl.gz");
    private static final ObjectKey DUMP = new ObjectKey("journals/2026-11-21T030000Z");

    private static final Path OPEN_FILES = Path.of("/proc/self/fd");

    @TempDir
    private Path folder;

    private S3Server store;
    private S3Bucket bucket;

    @BeforeEach
    void start() throws Exception {
        store = S3Server.inMemory();
        bucket = S3Bucket.open(store.options());
    }

    @AfterEach
    void stop() throws Exception {
        bucket.close();
        store.close();
    }

    private Path file(int bytes, int seed) throws Exception {
        byte[] content = new byte[bytes];
        new Random(seed).nextBytes(content);
        return Files.write(Files.createTempFile(folder, "file", ".part"), content);
    }

    private byte[] content(ObjectKey key) throws Exception {
        try (InputStream in = bucket.open(key)) {
            return in.readAllBytes();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100_000, (5 << 20) + 1, 11 << 20})
    void aFileIsUnseenUntilAnotherProcessCompletesItsUpload(int bytes) throws Exception {
        Path file = file(bytes, 1);
        String held = bucket.hold(file, KEY);
        assertThat(bucket.find(KEY)).isEmpty();
        assertThat(bucket.list("")).isEmpty();
        assertThat(store.unfinishedUploads()).isEqualTo(1);
        try (S3Bucket other = S3Bucket.open(store.options())) {
            assertThat(other.heldKey(held)).isEqualTo(KEY);
            assertThat(other.complete(held).bytes()).isEqualTo(bytes);
        }
        assertThat(content(KEY)).isEqualTo(Files.readAllBytes(file));
        assertThat(store.unfinishedUploads()).isZero();
    }

    /** A file that is deleted while it is open keeps its room on the disk. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFileIsClosedWhenItIsSent(boolean failing) throws Exception {
        assumeTrue(Files.isDirectory(OPEN_FILES));
        Path file = file(11 << 20, 14);
        try (S3FaultProxy proxy = S3FaultProxy.before(store.endpoint());
                S3Bucket own = S3Bucket.open(S3Server.options(proxy.endpoint(), Dialect.AMAZON))) {
            proxy.disturb((kind, number) -> failing && number % 2 == 0 ? S3FaultProxy.Fault.CUT : null);
            assertThat(own.complete(own.hold(file, KEY)).bytes()).isEqualTo(11 << 20);
            assertThat(own.store(file, DUMP.child("stored")).bytes()).isEqualTo(11 << 20);
            Path small = file(1_000, 15);
            assertThat(own.store(small, DUMP.child("small")).bytes()).isEqualTo(1_000);
            try (Stream<Path> open = Files.list(OPEN_FILES)) {
                assertThat(open.map(HeldUploadsTest::target)).doesNotContain(file.toString(), small.toString());
            }
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException closed) {
            return "";
        }
    }

    @ParameterizedTest
    @EnumSource(Checksums.class)
    void anyChecksumIsComparedAfterTheCompletion(Checksums checksums) throws Exception {
        Dialect dialect = new Dialect(checksums, true, S3Options.Proof.AUTO);
        try (S3FaultProxy proxy = S3FaultProxy.before(store.endpoint());
                S3Bucket own = S3Bucket.open(S3Server.options(proxy.endpoint(), dialect))) {
            String held = own.hold(file(6 << 20, 2), KEY);
            proxy.disturb((kind, number) -> null);
            assertThat(own.complete(held).key()).isEqualTo(KEY);
            assertThat(proxy.heads(S3FaultProxy.Kind.COMPLETE).get(0))
                    .anyMatch(line -> line.equalsIgnoreCase("If-None-Match: *"));
        }
        assertThat(store.unfinishedUploads()).isZero();
    }

    @Test
    void twoAttemptsForOneKeyDoNotTouchEachOther() throws Exception {
        Path file = file(6 << 20, 3);
        String first = bucket.hold(file, KEY);
        String second = bucket.hold(file, KEY);
        assertThat(store.unfinishedUploads()).isEqualTo(2);
        bucket.abort(first);
        assertThat(store.unfinishedUploads()).isEqualTo(1);
        bucket.complete(second);
        assertThat(content(KEY)).isEqualTo(Files.readAllBytes(file));
    }

    @Test
    void theLoserOfTwoAttemptsChangesNothing() throws Exception {
        String winner = bucket.hold(file(1_000, 4), KEY);
        String loser = bucket.hold(file(1_000, 5), KEY);
        bucket.complete(winner);
        byte[] before = content(KEY);
        SpillwayException refused = catchThrowableOfType(SpillwayException.class, () -> bucket.complete(loser));
        assertThat(refused.fault()).isEqualTo(Fault.DESTINATION_REFUSED);
        assertThat(content(KEY)).isEqualTo(before);
        bucket.abort(loser);
        assertThat(store.unfinishedUploads()).isZero();
    }

    @Test
    void completingTwiceIsCompletingOnce() throws Exception {
        String held = bucket.hold(file(1_000, 6), KEY);
        assertThat(bucket.complete(held)).isEqualTo(bucket.complete(held));
    }

    @Test
    void anUploadThatWasEndedCannotBeCompleted() throws Exception {
        String held = bucket.hold(file(1_000, 7), KEY);
        bucket.abort(held);
        bucket.abort(held);
        assertThat(catchThrowableOfType(SpillwayException.class, () -> bucket.complete(held)))
                .isNotNull();
        assertThat(bucket.find(KEY)).isEmpty();
    }

    @Test
    void allUploadsBelowAFolderAreEnded() throws Exception {
        bucket.hold(file(1_000, 8), KEY);
        bucket.hold(file(1_000, 9), KEY);
        bucket.hold(file(1_000, 9), DUMP.child("other"));
        String elsewhere = bucket.hold(file(1_000, 9), new ObjectKey("journals/2026-11-21T030000Zx/part"));
        assertThat(bucket.abortBelow(DUMP)).isEqualTo(3);
        bucket.complete(elsewhere);
        assertThat(store.unfinishedUploads()).isZero();
    }

    @Test
    void theTextOfAnUploadHasNoSecret() throws Exception {
        assertThat(bucket.hold(file(1_000, 10), KEY))
                .doesNotContain(S3Server.SECRET_KEY, S3Server.ACCESS_KEY)
                .doesNotContain("\n");
    }

    @ParameterizedTest
    @EnumSource(
            value = S3FaultProxy.Fault.class,
            names = {"HELD"},
            mode = EnumSource.Mode.EXCLUDE)
    void aFaultAtAnyRequestIsSurvivedOrLeavesNothing(S3FaultProxy.Fault fault) throws Exception {
        Path file = file((5 << 20) + 9, 11);
        for (int point = 1; point <= 6; point++) {
            int struck = point;
            try (S3FaultProxy proxy = S3FaultProxy.before(store.endpoint());
                    S3Bucket own = S3Bucket.open(S3Server.options(proxy.endpoint(), Dialect.AMAZON))) {
                // Only requests with a body in the answer can have an error behind the status 200.
                proxy.disturb((kind, number) ->
                        number == struck && !(fault == ERROR_IN_200 && kind == S3FaultProxy.Kind.HEAD) ? fault : null);
                String held = own.hold(file, KEY);
                own.complete(held);
                assertThat(content(KEY)).isEqualTo(Files.readAllBytes(file));
                own.abortBelow(DUMP);
                assertThat(store.unfinishedUploads()).as("request %d", point).isZero();
                own.delete(KEY);
            }
        }
    }

    @Test
    void anUploadWhosePiecesFailForGoodIsEndedAndNoOther() throws Exception {
        String other = bucket.hold(file(1_000, 12), KEY);
        try (S3FaultProxy proxy = S3FaultProxy.before(store.endpoint());
                S3Bucket own = S3Bucket.open(S3Server.options(proxy.endpoint(), Dialect.AMAZON))) {
            proxy.disturb((kind, number) -> kind == S3FaultProxy.Kind.PIECE ? S3FaultProxy.Fault.INTERNAL_ERROR : null);
            Path file = file(6 << 20, 13);
            assertThat(catchThrowableOfType(SpillwayException.class, () -> own.hold(file, KEY))
                            .fault())
                    .isEqualTo(Fault.DESTINATION_UNAVAILABLE);
        }
        assertThat(store.unfinishedUploads()).isEqualTo(1);
        bucket.complete(other);
    }
}
