package io.spillway.run;

import io.spillway.fault.SpillwayException;
import io.spillway.pipeline.Extraction;
import io.spillway.pipeline.HeapRoom;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Runs slices in lanes of this process, which write into the folder that becomes the dump. */
final class LaneRunner implements SliceRunner {
    @Override
    public void requireRoom(ExportPlan plan) throws SpillwayException {
        HeapRoom.require(
                plan.snapshot().lanes(), HeapRoom.proofBytes(plan.snapshot()), plan.formats(), plan.compared());
    }

    @Override
    public void run(ExportPlan plan, Extraction extraction, Path folder, Path dump, Consumer<Path> finished)
            throws SpillwayException, InterruptedException {
        extraction.read(plan.snapshot(), folder, finished);
    }
}
