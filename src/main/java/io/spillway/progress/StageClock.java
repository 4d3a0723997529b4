package io.spillway.progress;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Attributes one lane's time to one stage at a time, so that the stages add up to the lane's wall time. For use by one
 * thread; {@link #seconds()} is read after that thread is done.
 */
public final class StageClock {
    private final LongSupplier nanoTime;
    private final Map<Stage, Long> nanos = new EnumMap<>(Stage.class);
    private Stage current = Stage.READING;
    private long since;

    /** Starts now, in {@link Stage#READING}. */
    public StageClock() {
        this(System::nanoTime);
    }

    StageClock(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.since = nanoTime.getAsLong();
    }

    /**
     * From now on, time counts for {@code stage}.
     *
     * @return the previous stage, to return to
     */
    public Stage enter(Stage stage) {
        Stage before = current;
        if (stage != before) {
            long now = nanoTime.getAsLong();
            nanos.merge(before, now - since, Long::sum);
            since = now;
            current = stage;
        }
        return before;
    }

    /** Resets the clock and starts now, in {@code stage}: a task's time starts when a thread runs it. */
    public void restart(Stage stage) {
        nanos.clear();
        current = stage;
        since = nanoTime.getAsLong();
    }

    /** Seconds in each stage, until now. */
    public Map<Stage, Double> seconds() {
        long now = nanoTime.getAsLong();
        nanos.merge(current, now - since, Long::sum);
        since = now;
        Map<Stage, Double> seconds = new EnumMap<>(Stage.class);
        for (Stage each : Stage.values()) {
            seconds.put(each, nanos.getOrDefault(each, 0L) / (double) TimeUnit.SECONDS.toNanos(1));
        }
        return seconds;
    }
}
