package io.spillway.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.dataset.DumpId;
import io.spillway.deliver.Deliveries.Delivery;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.destination.local.Lock;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.support.FaultySource;
import io.spillway.support.FileByFile;
import io.spillway.support.SteppedDestination;
import io.spillway.support.SyntheticSource;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An export whose host sent no heartbeats for so long that another export has taken its lock, swept its files and
 * published. Then it continues.
 */
@Timeout(60)
class TakenOverTest {
    private static final Instant FIRST = Instant.parse("2026-11-21T03:00:00Z");
    private static final Instant SECOND = Instant.parse("2026-11-21T04:00:00Z");
    private static final String FIRST_DUMP = new DumpId("journals", FIRST).toString();
    private static final String SECOND_DUMP = new DumpId("journals", SECOND).toString();

    @TempDir
    private Path folder;

    private Path root;

    /** The new holder of the first export's lock, or null while the first export has it. */
    private final AtomicReference<@Nullable String> holder = new AtomicReference<>();

    /** The first export's lock, on a file system that loses it: the second takes the real one. */
    private Workspace forgetting(Workspace real) {
        return new Workspace() {
            @Override
            public Lock lock(String dataset) {
                return new Lock() {
                    @Override
                    public void requireHeld() throws SpillwayException {
                        if (holder.get() != null) {
                            throw new SpillwayException(Fault.ALREADY_RUNNING, holder.get() + " has it", null);
                        }
                    }

                    @Override
                    public void close() {}
                };
            }

            @Override
            public List<String> sweep(String dataset) throws SpillwayException {
                return real.sweep(dataset);
            }

            @Override
            public Path newFolder(DumpId dump) throws SpillwayException {
                return real.newFolder(dump);
            }

            @Override
            public long usableBytes() throws SpillwayException {
                return real.usableBytes();
            }
        };
    }

    private void takeOver() {
        try {
            new SyntheticExport(root, source(2).takenAt(SECOND)).run();
        } catch (SpillwayException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
        holder.set("the second");
    }

    private static SyntheticSource source(int seed) {
        return SyntheticSource.seeded(seed, 60).slices(2).pageSize(8);
    }

    private SyntheticExport first(FaultySource source) {
        root = folder.resolve("home");
        return new SyntheticExport(root, source).workspace(this::forgetting);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 7})
    void anExportThatResumesWhileReadingFailsAndNamesTheNewHolder(int page) throws Exception {
        SyntheticExport first = first(new FaultySource(source(1).takenAt(FIRST)).atPage(page, this::takeOver));
        assertThatThrownBy(first::run)
                .isInstanceOfSatisfying(
                        SpillwayException.class, e -> assertThat(e.fault()).isEqualTo(Fault.ALREADY_RUNNING))
                .hasMessage("the second has it");
        assertOnlyTheSecondIsThere();
    }

    @ParameterizedTest
    @CsvSource({"before list, 3", "after list, 3", "before place, 1"})
    void anExportThatResumesWhilePublishingFailsAndNamesTheNewHolder(String at, int count) throws Exception {
        int[] left = {count};
        SyntheticExport first = first(new FaultySource(source(1).takenAt(FIRST)))
                .destination(home -> new SteppedDestination(home, (step, placed) -> {
                    if (step.equals(at) && --left[0] == 0) {
                        takeOver();
                    }
                }));
        assertThatThrownBy(first::run)
                .isInstanceOfSatisfying(
                        SpillwayException.class, e -> assertThat(e.fault()).isEqualTo(Fault.ALREADY_RUNNING))
                .hasMessage("the second has it");
        assertThat(left[0]).isZero();
        assertOnlyTheSecondIsThere();
    }

    private void assertOnlyTheSecondIsThere() throws Exception {
        assertThat(SyntheticExport.verify(root, SECOND_DUMP).documents()).isEqualTo(60);
        assertThat(root.resolve(FIRST_DUMP)).doesNotExist();
        assertThat(SyntheticExport.tree(root)).noneMatch(name -> name.endsWith(".incomplete"));
    }

    @Test
    void anExportThatResumesAfterPublishingSendsNothingAndGivesTheReason() throws Exception {
        FileByFile other = new FileByFile("other", LocalDirectory.open(folder.resolve("other")));
        ExportReport report = first(new FaultySource(source(1).takenAt(FIRST)))
                .deliveredTo(other)
                .destination(home -> new SteppedDestination(home, (step, placed) -> {
                    if (step.equals("after place")) {
                        takeOver();
                    }
                }))
                .run();
        assertThat(report.deliveries())
                .singleElement()
                .extracting(Delivery::failure)
                .satisfies(e -> assertThat(e).hasMessage("the second has it"));
        assertThat(other.list("")).noneMatch(object -> object.key().name().equals("manifest.json"));
        SyntheticExport.verify(root, FIRST_DUMP);
        SyntheticExport.verify(root, SECOND_DUMP);
    }
}
