package io.spillway.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.spillway.destination.Destination;
import io.spillway.destination.FolderNames;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.destination.Upload;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.run.SyntheticExport;
import io.spillway.support.SyntheticSource;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * How a dump is read at a place that may fail: concurrently, resumed after an interruption, and consistent with known
 * results.
 */
@Timeout(60)
class DumpCheckReadingTest {
    private static final ObjectKey DUMP = new ObjectKey("journals/2026-11-21T030000Z");
    private static final String PART = "journals-2026-11-21T030000Z.00002.jsonl.gz";

    @TempDir
    private Path temporary;

    private Path root;
    private Manifest manifest;
    private Place place;

    @BeforeEach
    void publishADump() throws Exception {
        root = temporary.toRealPath().resolve("dumps");
        manifest = new SyntheticExport(root, SyntheticSource.seeded(1, 100))
                .limits(20, 1L << 40)
                .run()
                .manifest();
        place = new Place(LocalDirectory.openToRead(root));
    }

    @AfterEach
    void close() {
        place.close();
    }

    private Manifest check(int readers, CheckState state) throws Exception {
        return check(readers, state, new CheckProgress());
    }

    private Manifest check(int readers, CheckState state, CheckProgress progress) throws Exception {
        return new DumpCheck(DumpPlace.of(place, DUMP), readers, progress, state).check(name -> {});
    }

    private SpillwayException fails(int readers) {
        return assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> check(readers, CheckState.forgetful()))
                .actual();
    }

    @Test
    void filesAreReadConcurrently() throws Exception {
        CyclicBarrier three = new CyclicBarrier(3);
        for (int i = 1; i <= 3; i++) {
            place.before.put(
                    "journals-2026-11-21T030000Z.0000" + i + ".jsonl.gz", () -> three.await(30, TimeUnit.SECONDS));
        }
        assertThat(check(3, CheckState.forgetful())).isEqualTo(manifest);
    }

    @Test
    void eachFileIsReadOnce() throws Exception {
        check(2, CheckState.forgetful());
        assertThat(place.opened)
                .doesNotHaveDuplicates()
                .hasSize(manifest.parts().size() + manifest.files().size() + 1);
    }

    @Test
    void everythingReadIsCounted() throws Exception {
        CheckProgress progress = new CheckProgress();
        check(2, CheckState.forgetful(), progress);
        CheckProgress.Reading now = progress.now();
        assertThat(now.bytes()).isEqualTo(now.expectedBytes()).isGreaterThan(manifest.bytes());
        assertThat(now.files()).isEqualTo(now.expectedFiles());
        assertThat(now.dump()).isEqualTo(manifest.dump());
    }

    @Test
    void aLostConnectionIsNotADifference() {
        place.breaking.put(PART, 100);
        SpillwayException e = fails(1);
        assertThat(e.fault()).isEqualTo(Fault.DESTINATION_UNAVAILABLE);
        assertThat(e).hasMessageContaining(PART).hasMessageContaining("the line went dead");
    }

    @Test
    void aLostConnectionInASmallFileIsNotADifference() {
        place.breaking.put("README.md", 10);
        assertThat(fails(1).fault()).isEqualTo(Fault.DESTINATION_UNAVAILABLE);
        place.breaking.put("manifest.json", 10);
        assertThat(fails(1).fault()).isEqualTo(Fault.DESTINATION_UNAVAILABLE);
    }

    @Test
    void aDifferenceRemainsIfTheConnectionIsLostAfterwards() throws Exception {
        byte[] bytes = Files.readAllBytes(root.resolve(DUMP.child(PART).value()));
        bytes[50] ^= 1;
        Files.write(root.resolve(DUMP.child(PART).value()), bytes);
        place.breaking.put("README.md", 10);
        SpillwayException e = fails(1);
        assertThat(e.fault()).isEqualTo(Fault.INTEGRITY);
        assertThat(e)
                .hasMessageContaining(PART)
                .hasMessageContaining("some files could not be read: cannot read README.md");
    }

    @Test
    void aForbiddenFileIsNotReportedAsMissing() {
        place.forbidden = PART;
        assertThat(fails(1).fault()).isEqualTo(Fault.DESTINATION_REFUSED);
    }

    @Test
    void anInterruptedCheckResumesWhereItWas() throws Exception {
        Path file = temporary.resolve("state");
        place.breaking.put("journals-2026-11-21T030000Z.00004.jsonl.gz", 10);
        // The reader may start it before it notices the end.
        place.breaking.put("README.md", 10);
        assertThatExceptionOfType(SpillwayException.class).isThrownBy(() -> check(1, CheckState.open(file)));
        place.breaking.clear();
        place.opened.clear();
        assertThat(check(1, CheckState.open(file))).isEqualTo(manifest);
        assertThat(place.opened)
                .contains("journals-2026-11-21T030000Z.00004.jsonl.gz", "README.md")
                .doesNotContain("journals-2026-11-21T030000Z.00001.jsonl.gz", PART);
    }

    @Test
    void aRememberedFileWithAnotherLengthIsReadAgain() throws Exception {
        Path file = temporary.resolve("state");
        check(1, CheckState.open(file));
        Files.writeString(root.resolve(DUMP.child("README.md").value()), "short");
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> check(1, CheckState.open(file)))
                .withMessageContaining("README.md");
    }

    @Test
    void aRememberedFileThatWasRemovedIsReportedAsMissing() throws Exception {
        Path file = temporary.resolve("state");
        check(1, CheckState.open(file));
        Files.delete(root.resolve(DUMP.child(PART).value()));
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> check(1, CheckState.open(file)))
                .withMessageContaining(PART);
    }

    /** Something that waits. */
    private interface Wait {
        void now() throws Exception;
    }

    /** A directory that reports reads, and fails on request. */
    private static final class Place implements Destination, FolderNames {
        final Map<String, Wait> before = new HashMap<>();
        final Map<String, Integer> breaking = new HashMap<>();
        final ConcurrentLinkedQueue<String> opened = new ConcurrentLinkedQueue<>();
        String forbidden = "";
        private final LocalDirectory directory;

        Place(LocalDirectory directory) {
            this.directory = directory;
        }

        @Override
        public String name() {
            return directory.name();
        }

        @Override
        public InputStream open(ObjectKey key) throws SpillwayException {
            if (key.name().equals(forbidden)) {
                throw new SpillwayException(Fault.DESTINATION_REFUSED, "no right", null);
            }
            opened.add(key.name());
            try {
                before.getOrDefault(key.name(), () -> {}).now();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
            InputStream in = directory.open(key);
            Integer limit = breaking.get(key.name());
            return limit == null ? in : new Breaking(in, limit);
        }

        @Override
        public Optional<StoredObject> find(ObjectKey key) throws SpillwayException {
            return directory.find(key);
        }

        @Override
        public List<StoredObject> list(String prefix) throws SpillwayException {
            return directory.list(prefix);
        }

        @Override
        public Upload begin(ObjectKey key) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void delete(ObjectKey key) {
            throw new UnsupportedOperationException();
        }

        @Override
        public StoredObject store(Path file, ObjectKey key) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void place(Path folder, ObjectKey prefix, String last) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<String> namesBelow(String folder) throws SpillwayException {
            return FolderNames.ofObjects(this, folder);
        }

        @Override
        public Traits traits() {
            return directory.traits();
        }

        @Override
        public void close() {
            directory.close();
        }
    }

    private static final class Breaking extends FilterInputStream {
        private int left;

        Breaking(InputStream in, int limit) {
            super(in);
            this.left = limit;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (left == 0) {
                throw new IOException("the line went dead");
            }
            int got = super.read(buffer, offset, Math.min(left, length));
            left -= Math.max(0, got);
            return got;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }
    }
}
