package io.spillway.spark;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.apache.hadoop.util.ShutdownHookManager;
import org.apache.spark.SparkStageInfo;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.JavaSparkStatusTracker;
import scala.reflect.ClassTag$;
import scala.runtime.BoxedUnit;

/**
 * Runs one Spark task for each text and passes each result on as soon as Spark has accepted it: one for each task, of the
 * attempt that ended first. Blocks until all tasks have a result. If its thread is interrupted, it cancels the tasks, waits
 * until they have ended, and returns with the interrupt flag set.
 */
final class SparkEngine implements BiConsumer<List<String>, BiConsumer<Integer, String>> {
    /** Cancelled tasks abort their uploads and remove their files in this time, or Spark's end of the executors cuts them off. */
    private static final long CANCEL_SECONDS = 15;

    private static final long POLL_MILLIS = 50;

    private final JavaSparkContext spark;

    SparkEngine(JavaSparkContext spark) {
        this.spark = spark;
    }

    /** @throws IllegalStateException if Spark has given up a task, or the job as a whole */
    @Override
    public void accept(List<String> tasks, BiConsumer<Integer, String> receiver) {
        if (tasks.isEmpty()) {
            return;
        }
        String group = "spillway-" + UUID.randomUUID();
        Thread thread = Thread.currentThread();
        ClassLoader spillways = thread.getContextClassLoader();
        // Spark finds its codecs and its classes through the context class loader.
        thread.setContextClassLoader(SparkEngine.class.getClassLoader());
        spark.setJobGroup(group, "Spillway: " + tasks.size() + " slices", true);
        try {
            spark.sc()
                    .runJob(
                            spark.parallelize(tasks, tasks.size()).rdd(),
                            new SliceCall(),
                            (index, result) -> {
                                Thread events = Thread.currentThread();
                                ClassLoader sparks = events.getContextClassLoader();
                                events.setContextClassLoader(spillways);
                                try {
                                    receiver.accept((Integer) index, result);
                                } finally {
                                    events.setContextClassLoader(sparks);
                                }
                                return BoxedUnit.UNIT;
                            },
                            ClassTag$.MODULE$.apply(String.class));
        } catch (Exception e) {
            // Scala declares no exceptions, so the compiler does not accept InterruptedException here.
            boolean interrupted = e instanceof InterruptedException | Thread.interrupted();
            spark.cancelJobGroup(group);
            interrupted |= !awaitEnd(group);
            if (ShutdownHookManager.get().isShutdownInProgress()) {
                // Spillway ends the process as soon as it has cleaned up, without Spark's own hook.
                spark.stop();
            }
            if (interrupted) {
                thread.interrupt();
            } else {
                throw new IllegalStateException("Spark ended the export: " + firstLine(e), e);
            }
        } finally {
            spark.clearJobGroup();
            thread.setContextClassLoader(spillways);
        }
    }

    /** Waits until no task runs; returns false if it was interrupted. */
    private boolean awaitEnd(String group) {
        JavaSparkStatusTracker tracker = spark.statusTracker();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(CANCEL_SECONDS);
        try {
            while (running(tracker, group) > 0 && System.nanoTime() < end) {
                Thread.sleep(POLL_MILLIS);
            }
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private static int running(JavaSparkStatusTracker tracker, String group) {
        return IntStream.of(tracker.getJobIdsForGroup(group))
                .flatMap(job -> IntStream.of(tracker.getJobInfo(job).stageIds()))
                .mapToObj(tracker::getStageInfo)
                .mapToInt(SparkStageInfo::numActiveTasks)
                .sum();
    }

    /** What happened; the next lines are stack traces of the executor and of the driver. */
    private static String firstLine(Exception e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
}
