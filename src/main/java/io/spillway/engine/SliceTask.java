package io.spillway.engine;

import io.spillway.config.ConfigFile;
import io.spillway.dataset.DumpId;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.pipeline.AttemptStore;
import io.spillway.pipeline.HeapRoom;
import io.spillway.pipeline.SliceResult;
import io.spillway.pipeline.SliceRun;
import io.spillway.pipeline.SliceSettings;
import io.spillway.progress.Progress;
import io.spillway.run.BucketAttempt;
import io.spillway.run.ScheduledSlices;
import io.spillway.run.Sources;
import io.spillway.schedule.S3Section;
import io.spillway.schedule.ScheduleFile;
import io.spillway.source.DocumentSource;
import io.spillway.source.Slice;
import io.spillway.source.Snapshot;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One slice of an export, run in a process of its own or beside others. */
public final class SliceTask {
    private static final Logger LOG = LoggerFactory.getLogger(SliceTask.class);
    /** What another attempt, perhaps on another machine, may cure. */
    private static final Set<Fault> CURABLE =
            Set.of(Fault.SOURCE_UNAVAILABLE, Fault.DESTINATION_UNAVAILABLE, Fault.STATE_UNAVAILABLE);

    private SliceTask() {}

    /** Opens the source of a schedule; the caller closes it. */
    @FunctionalInterface
    interface SourceOpener {
        /** Opens it. */
        DocumentSource open(ScheduleFile schedule) throws SpillwayException;
    }

    /**
     * Runs one slice. References in the schedule are resolved here. Neither closes the snapshot nor keeps it alive, except by reading
     * its pages. The parts are in a place of this attempt alone when this returns; if it throws, or returns a failure, nothing is
     * left of them. Safe for several threads at once.
     *
     * @param task    a text of {@link EngineExport#export}
     * @param attempt names this attempt, for people
     * @return the result for the receiver of {@link EngineExport#export}: that of the slice, or a failure that no other attempt can
     *     cure
     * @throws IOException          another attempt may succeed: the source or the destination is unavailable. The message contains
     *                              no value of a reference
     * @throws InterruptedException the calling thread was interrupted
     */
    public static String run(String task, String attempt) throws IOException, InterruptedException {
        return run(task, attempt, Sources::open);
    }

    /** The same with another source. */
    static String run(String task, String attempt, SourceOpener sources) throws IOException, InterruptedException {
        References references = References.in("");
        try {
            TaskText text = TaskText.of(task);
            references = References.in(text.schedule());
            return run(text, attempt, sources, references).toText();
        } catch (SpillwayException e) {
            return failure(e, references);
        } catch (RuntimeException e) {
            LOG.error("internal error in a task attempt={}", attempt, e);
            StringWriter trace = new StringWriter();
            e.printStackTrace(new PrintWriter(trace));
            return TaskResult.failed(null, references.hide(trace.toString()), null)
                    .toText();
        }
    }

    private static String failure(SpillwayException e, References references) throws IOException, InterruptedException {
        String message = references.hide(String.valueOf(e.getMessage()));
        String hint = e.hint() == null ? null : references.hide(e.hint());
        if (e.fault() == Fault.CANCELLED || Thread.interrupted()) {
            // An interrupt closes channels in the middle of a write, which looks like a failure of the disk.
            throw new InterruptedException(message);
        } else if (CURABLE.contains(e.fault())) {
            // Without its cause, whose message may contain values of references.
            throw new IOException(hint == null ? message : message + "; " + hint);
        }
        return TaskResult.failed(e.fault(), message, hint).toText();
    }

    private static TaskResult run(TaskText task, String attempt, SourceOpener sources, References references)
            throws SpillwayException, InterruptedException {
        ScheduleFile schedule = ConfigFile.readText(task.schedule(), task.name(), ScheduleFile.class);
        if (!ScheduledSlices.digest(schedule).equals(task.configuration())) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    task.name() + " has other values in the process that runs slice " + task.slice()
                            + " than in the process that planned the export",
                    "nothing was published; set the same environment variables, and the same files of secrets, on every machine");
        }
        SliceSettings settings = ScheduledSlices.of(
                schedule,
                new DumpId(schedule.dataset(), task.snapshot().takenAt()),
                task.snapshot().description(),
                Set.copyOf(task.lists()));
        int readers = TaskSlots.ofThisProcess();
        HeapRoom.require(readers, settings.formats());
        try (AttemptStore parts = store(schedule, settings.dump(), task, attempt, references);
                DocumentSource source = sources.open(schedule);
                Snapshot snapshot = source.reopen(task.snapshot(), readers)) {
            Progress progress = new Progress();
            SliceResult result = SliceRun.run(
                    settings,
                    snapshot,
                    new Slice(task.slice(), task.snapshot().slices()),
                    parts.unfinished(),
                    parts,
                    progress);
            TaskResult whole = new TaskResult(result, progress.now(), snapshot.fetched(), snapshot.learned(), null);
            parts.keep();
            return whole;
        }
    }

    /** Where the parts of an attempt wait; the caller closes it. */
    private static AttemptStore store(
            ScheduleFile schedule, DumpId dump, TaskText task, String attempt, References references)
            throws SpillwayException {
        S3Section bucket = schedule.bucketHome();
        return bucket == null
                ? FolderParts.ofAttempt(Path.of(references.reveal(task.folder())), task.slice(), attempt)
                : BucketAttempt.open(bucket, dump);
    }
}
