package io.spillway.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.config.ConfigFile;
import io.spillway.dataset.DumpId;
import io.spillway.manifest.Part;
import io.spillway.pipeline.Extraction;
import io.spillway.pipeline.PartStore;
import io.spillway.pipeline.SliceResult;
import io.spillway.progress.Progress;
import io.spillway.progress.StageClock;
import io.spillway.run.ExportPlan;
import io.spillway.run.ScheduledSlices;
import io.spillway.schedule.ScheduleFile;
import io.spillway.source.PageReader;
import io.spillway.source.Slice;
import io.spillway.source.Snapshot;
import io.spillway.source.SnapshotHandle;
import io.spillway.source.SourceDescription;
import io.spillway.support.SyntheticSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A billion documents in 1,000 slices, as the driver sees them: each result is a real one of a small slice, whose counts stand for a
 * million documents. What the driver keeps and what passes through it must not grow with documents, and per part stay the same.
 */
@Timeout(300)
class BillionDocumentsTest {
    private static final int DOCUMENTS_A_SLICE = 1_000_000;
    private static final int PARTS_A_SLICE = 10;

    @TempDir
    private Path temporary;

    @Test
    void theDriverKeepsTheSameForEachSliceAndPart() throws Exception {
        Measured small = export(100);
        Measured large = export(1_000);
        System.out.printf(
                "driver: %d bytes kept a slice of %d parts, %d bytes of messages a part (100 slices); %d and %d (1,000 slices,"
                        + " %,d documents)%n",
                small.keptASlice,
                PARTS_A_SLICE,
                small.messagesAPart,
                large.keptASlice,
                large.messagesAPart,
                1_000L * DOCUMENTS_A_SLICE);
        assertThat(large.messagesAPart).isLessThan(2_000).isLessThanOrEqualTo(small.messagesAPart * 11 / 10);
        assertThat(large.keptASlice).isLessThan(20_000);
        assertThat(large.taskBytes).isLessThan(2_000);
    }

    private record Measured(long keptASlice, long messagesAPart, long taskBytes) {}

    private Measured export(int slices) throws Exception {
        String text =
                "{dataset: big, source: {elasticsearch: 'http://127.0.0.1:1', index: synthetic}, destinations: [{directory: "
                        + temporary + "}], parts: {documents: 10}}";
        ScheduleFile schedule = ConfigFile.readText(text, "big.yaml", ScheduleFile.class);
        Result template = template(text, schedule);
        AtomicLong messages = new AtomicLong();
        AtomicLong taskBytes = new AtomicLong();
        // Many small executors: each thread makes the results of its slices and forgets them.
        EngineRunner runner = new EngineRunner(
                (tasks, receiver) -> {
                    ExecutorService executors = Executors.newFixedThreadPool(32);
                    try {
                        List<Future<?>> running = new ArrayList<>();
                        for (int i = 0; i < tasks.size(); i++) {
                            int task = i;
                            running.add(executors.submit(() -> {
                                String given = tasks.get(task);
                                String result = template.of(task);
                                messages.addAndGet(given.length() + result.length());
                                taskBytes.set(given.length());
                                receiver.accept(task, result);
                            }));
                        }
                        for (Future<?> each : running) {
                            each.get();
                        }
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    } finally {
                        executors.shutdownNow();
                    }
                },
                text,
                "big.yaml",
                schedule,
                () -> false);
        Snapshot snapshot = new Counted(slices);
        DumpId dump = new DumpId("big", snapshot.takenAt());
        var settings = ScheduledSlices.of(schedule, dump, snapshot.description(), Set.of());
        Path folder = Files.createTempDirectory(temporary, "run");
        long before = used();
        Extraction extraction = new Extraction(settings, new Progress());
        runner.run(
                new ExportPlan(snapshot, dump, settings.formats(), null, OptionalLong.empty()),
                extraction,
                new NoStore(),
                folder,
                folder);
        long kept = used() - before;
        extraction.prove(snapshot);
        runner.commit();
        assertThat(extraction.documents()).isEqualTo((long) slices * DOCUMENTS_A_SLICE);
        assertThat(extraction.parts()).hasSize(slices * PARTS_A_SLICE);
        return new Measured(kept / slices, messages.get() / slices / PARTS_A_SLICE, taskBytes.get());
    }

    private static long used() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** The text of a real result, whose number, counts and places are replaced. */
    private record Result(String text) {
        String of(int slice) {
            long shard = (long) slice << 32;
            return text.replace("\"slice\":0", "\"slice\":" + slice)
                    .replace(".0000-", ".%04d-".formatted(slice))
                    .replace("\"documents\":100,", "\"documents\":" + DOCUMENTS_A_SLICE + ",")
                    .replace("\"documents\":100}", "\"documents\":" + DOCUMENTS_A_SLICE + "}")
                    .replace("\"documents\":10,", "\"documents\":" + DOCUMENTS_A_SLICE / PARTS_A_SLICE + ",")
                    .replace("\"starts\":[1]", "\"starts\":[" + (shard + 1) + "]")
                    .replace("\"ends\":[199]", "\"ends\":[" + (shard + 199) + "]");
        }
    }

    private Result template(String text, ScheduleFile schedule) throws Exception {
        SyntheticSource source = SyntheticSource.seeded(1, 100);
        Path attempts = Files.createTempDirectory(temporary, "attempts");
        try (Snapshot snapshot = source.freeze()) {
            String task = new TaskText(
                            0,
                            text,
                            "big.yaml",
                            ScheduledSlices.digest(schedule),
                            List.of(),
                            attempts.toString(),
                            snapshot.handle())
                    .ofEachSlice()
                    .get(0);
            String result = SliceTask.run(task, "only", ignored -> source);
            SliceResult slice = TaskResult.of(result, 0).slice();
            assertThat(slice.documents()).isEqualTo(100);
            assertThat(slice.formats().get(0).parts())
                    .extracting(Part::documents)
                    .containsOnly(10L)
                    .hasSize(PARTS_A_SLICE);
            assertThat(result).contains("\"starts\":[1]", "\"ends\":[199]");
            return new Result(result);
        }
    }

    /** Commits nothing: there are no files. */
    private static final class NoStore implements PartStore {
        @Override
        public String send(Path file, Part part) {
            throw new IllegalStateException("no part is written here");
        }

        @Override
        public void adopt(List<String> sent) {}

        @Override
        public void commit(List<String> sent) {
            assertThat(sent).doesNotHaveDuplicates();
        }

        @Override
        public void keep() {}

        @Override
        public void close() {}
    }

    /** A snapshot with a million documents in each slice, which is never read here. */
    private record Counted(int count) implements Snapshot {
        @Override
        public Instant takenAt() {
            return SyntheticSource.TAKEN_AT;
        }

        @Override
        public SourceDescription description() {
            return SyntheticSource.seeded(1, 1).survey().description();
        }

        @Override
        public long documents() {
            return (long) count * DOCUMENTS_A_SLICE;
        }

        @Override
        public SnapshotHandle handle() {
            return SnapshotHandle.of(this, "synthetic");
        }

        @Override
        public List<Slice> slices() {
            return IntStream.range(0, count).mapToObj(i -> new Slice(i, count)).toList();
        }

        @Override
        public int lanes() {
            return 1;
        }

        @Override
        public PageReader read(Slice slice, StageClock clock, Progress progress) {
            throw new IllegalStateException("no slice is read here");
        }

        @Override
        public void close() {}
    }
}
