package io.spillway.engine;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.pipeline.Extraction;
import io.spillway.pipeline.HeapRoom;
import io.spillway.pipeline.PartNames;
import io.spillway.pipeline.PartStore;
import io.spillway.run.ExportPlan;
import io.spillway.run.ScheduledSlices;
import io.spillway.run.SliceRunner;
import io.spillway.schedule.ScheduleFile;
import io.spillway.source.Fetched;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has an engine run the slices of one export. Not thread-safe, except for the results. */
final class EngineRunner implements SliceRunner {
    private static final Logger LOG = LoggerFactory.getLogger(EngineRunner.class);
    /** The more slices a core reads one after the other, the less is lost when one has to be run again. */
    private static final int SLICES_A_SLOT = 4;

    private final BiConsumer<List<String>, BiConsumer<Integer, String>> engine;
    private final String text;
    private final String name;
    private final ScheduleFile schedule;
    private final BooleanSupplier signalled;
    private final @Nullable Integer slots;
    private @Nullable Results results;
    private @Nullable Extraction extraction;
    private @Nullable PartStore store;

    /**
     * A runner for one export.
     *
     * @param engine    see {@link EngineExport#export}
     * @param text      of the schedule, with unresolved references
     * @param name      of the schedule in messages
     * @param schedule  the same, resolved
     * @param signalled whether a signal has cancelled the export
     */
    EngineRunner(
            BiConsumer<List<String>, BiConsumer<Integer, String>> engine,
            String text,
            String name,
            ScheduleFile schedule,
            BooleanSupplier signalled) {
        this.engine = engine;
        this.text = text;
        this.name = name;
        this.schedule = schedule;
        this.signalled = signalled;
        this.slots = TaskSlots.ofTheEngine();
    }

    @Override
    public void requireSupported(ScheduleFile of) throws SpillwayException {
        if (of.changes() != null) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "changes cannot be made by an export whose slices run in other processes: changes.key="
                            + of.changes().key(),
                    "remove changes from the schedule, or export on one machine with  spillway export");
        }
        Integer lanes = of.source().politeness().lanes();
        if (slots != null && lanes != null && slots > lanes && !of.source().isRepository()) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "the engine reads %d slices at once, and source.politeness.lanes allows %d".formatted(slots, lanes),
                    "give the engine fewer cores, or raise politeness.lanes: it counts the slices of all machines together");
        }
    }

    @Override
    public @Nullable Integer usefulSlices() {
        return slots == null ? null : slots * SLICES_A_SLOT;
    }

    @Override
    public boolean isApart() {
        return true;
    }

    /** The formats need their memory in the processes that run the slices. */
    @Override
    public void requireRoom(ExportPlan plan) throws SpillwayException {
        HeapRoom.requireProof(plan.snapshot());
    }

    @Override
    public void run(ExportPlan plan, Extraction into, Path folder, Path dump, Consumer<Path> finished)
            throws SpillwayException, InterruptedException {
        run(plan, into, into.store().orElseGet(() -> FolderParts.ofDump(folder, dump)), folder, dump);
    }

    /** Runs the slices with another store for the commit. */
    void run(ExportPlan plan, Extraction into, PartStore parts, Path folder, Path dump)
            throws SpillwayException, InterruptedException {
        extraction = into;
        store = parts;
        into.name(PartNames.bySlice());
        TaskText first = new TaskText(
                0,
                text,
                name,
                ScheduledSlices.digest(schedule),
                ScheduledSlices.lists(schedule, plan.snapshot().description(), plan.previous()),
                References.in(text).hide(folder.toString()),
                plan.snapshot().handle());
        long begun = System.nanoTime();
        Results received = new Results(plan.snapshot(), into, parts);
        results = received;
        call(first.ofEachSlice(), received);
        into.end(plan.snapshot(), dump, begun);
    }

    private void call(List<String> tasks, Results received) throws SpillwayException, InterruptedException {
        Exception failure = null;
        try {
            engine.accept(tasks, received);
        } catch (Exception e) { // An engine in another language may throw any exception.
            failure = e;
        } finally {
            received.close();
        }
        // The interrupt may be that of a result, which has served its purpose.
        boolean interrupted = Thread.interrupted();
        if (signalled.getAsBoolean()) {
            throw cancelled(failure);
        }
        received.requireNoFailure();
        if (interrupted || failure instanceof InterruptedException) {
            throw cancelled(failure);
        }
        if (failure != null) {
            throw new SpillwayException(
                    Fault.STATE_UNAVAILABLE,
                    "the engine failed: " + failure.getMessage(),
                    "nothing was published; see the log of the engine, and run the export again",
                    failure);
        }
        int missing = tasks.size() - received.count();
        if (missing > 0) {
            throw new SpillwayException(
                    Fault.STATE_UNAVAILABLE,
                    "the engine ended without a result of %d of %d slices".formatted(missing, tasks.size()),
                    "nothing was published; see the log of the engine, and run the export again");
        }
        LOG.info("all slices have run slices={}", tasks.size());
    }

    private static InterruptedException cancelled(@Nullable Exception cause) {
        return (InterruptedException) new InterruptedException("while an engine ran the slices").initCause(cause);
    }

    @Override
    public void commit() throws SpillwayException {
        if (store == null || extraction == null) {
            throw new IllegalStateException("no slice has run");
        }
        store.commit(extraction.sent());
    }

    @Override
    public int lanes(ExportPlan plan) {
        return slots == null
                ? plan.snapshot().lanes()
                : Math.min(slots, plan.snapshot().slices().size());
    }

    @Override
    public @Nullable Fetched fetched(ExportPlan plan) {
        Fetched own = plan.snapshot().fetched();
        return results == null ? own : results.fetched(own);
    }
}
