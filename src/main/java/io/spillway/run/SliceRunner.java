package io.spillway.run;

import io.spillway.fault.SpillwayException;
import io.spillway.pipeline.Extraction;
import io.spillway.schedule.ScheduleFile;
import io.spillway.source.Fetched;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Runs the slices of a plan: in the lanes of this process, or in other processes. For one export at a time. */
public interface SliceRunner {
    /** Runs them in the lanes of this process. */
    static SliceRunner inLanes() {
        return new LaneRunner();
    }

    /** Refuses a schedule whose slices cannot be run this way; called before anything else. */
    default void requireSupported(ScheduleFile schedule) throws SpillwayException {}

    /** The number of slices that are useful at once if the schedule names none, or null for as many as a source reads by itself. */
    default @Nullable Integer usefulSlices() {
        return null;
    }

    /** Whether attempts to run a slice write in folders of their own, apart from the folder of the dump's files. */
    default boolean isApart() {
        return false;
    }

    /** Refuses a plan for which this process has too little memory. */
    void requireRoom(ExportPlan plan) throws SpillwayException;

    /**
     * Runs every slice. The extraction then has all results.
     *
     * @param folder   an empty folder, which gets the parts, or the folders of attempts if {@link #isApart}
     * @param dump     the folder of the dump's files; the same one unless {@link #isApart}
     * @param finished is called with each part that has its final name in the folder; must return quickly
     * @throws SpillwayException    a slice failed, or the slices could not be run
     * @throws InterruptedException the thread was interrupted
     */
    void run(ExportPlan plan, Extraction extraction, Path folder, Path dump, Consumer<Path> finished)
            throws SpillwayException, InterruptedException;

    /** Makes the parts final, after the gate has accepted the dump and before its other files are written. */
    default void commit() throws SpillwayException, InterruptedException {}

    /** The number of slices that were read in parallel. */
    default int lanes(ExportPlan plan) {
        return plan.snapshot().lanes();
    }

    /** What was fetched from a store of files by all processes, or null for a source that has none. */
    default @Nullable Fetched fetched(ExportPlan plan) {
        return plan.snapshot().fetched();
    }

    /** Makes a runner for the schedule of one export. */
    @FunctionalInterface
    interface Factory {
        /**
         * A runner for a schedule.
         *
         * @param text     of the schedule, with unresolved references
         * @param name     of the schedule in messages
         * @param schedule the same, resolved in this process
         */
        SliceRunner of(String text, String name, ScheduleFile schedule);
    }
}
