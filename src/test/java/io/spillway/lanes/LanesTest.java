package io.spillway.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
public class LanesTest {
    private static final String NAME = "lanes-test";

    /** Runs after each of these tests: a thread that is left is found by its name. */
    @AfterEach
    void noThreadOutlivesTheCall() {
        assertThat(liveLanes(NAME)).isEmpty();
    }

    /** The lanes of that name that still run. */
    public static List<String> liveLanes(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(each -> each.startsWith(name + "-lane-"))
                .toList();
    }

    @Test
    void resultsAreInTheOrderOfTheTasksWhicheverEndsFirst() throws Exception {
        CountDownLatch secondIsDone = new CountDownLatch(1);
        List<String> results = Lanes.runAll(
                NAME,
                2,
                List.<Callable<String>>of(
                        () -> {
                            secondIsDone.await();
                            return "first";
                        },
                        () -> {
                            secondIsDone.countDown();
                            return "second";
                        }));
        assertThat(results).containsExactly("first", "second");
    }

    @Test
    void noTasksGiveNoResults() throws Exception {
        assertThat(Lanes.runAll(NAME, 3, List.<Callable<String>>of())).isEmpty();
    }

    @Test
    void asManyTasksRunAtOnceAsThereAreLanesAndNoMore() throws Exception {
        CyclicBarrier bothAreHere = new CyclicBarrier(2);
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Callable<Integer> task = () -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            bothAreHere.await();
            return now.decrementAndGet();
        };
        Lanes.runAll(NAME, 2, IntStream.range(0, 20).mapToObj(i -> task).toList());
        assertThat(most).hasValue(2);
    }

    @Test
    void lanesHaveTheNameAndANumber() throws Exception {
        List<String> names = Lanes.runAll(
                NAME, 1, List.<Callable<String>>of(() -> Thread.currentThread().getName()));
        assertThat(names).containsExactly("lanes-test-lane-01");
    }

    @Test
    void aFailureFreesALaneBlockedOnAFullQueue() {
        BlockingQueue<String> queue = new ArrayBlockingQueue<>(1);
        CountDownLatch queueIsFull = new CountDownLatch(1);
        AtomicBoolean interrupted = new AtomicBoolean();
        SpillwayException failure = new SpillwayException(Fault.SOURCE_UNAVAILABLE, "page 3 could not be had", null);
        List<Callable<String>> tasks = List.of(
                () -> {
                    try {
                        queue.put("fits");
                        queueIsFull.countDown();
                        queue.put("does not fit");
                        return "put";
                    } catch (InterruptedException e) {
                        interrupted.set(true);
                        throw e;
                    }
                },
                () -> {
                    queueIsFull.await();
                    throw failure;
                });
        assertThat(catchThrowable(() -> Lanes.runAll(NAME, 2, tasks))).isSameAs(failure);
        assertThat(interrupted).isTrue();
        assertThat(queue).containsExactly("fits");
    }

    @Test
    void theFirstFailureIsThrownAndNotTheOnesItCauses() {
        CountDownLatch waiting = new CountDownLatch(1);
        SpillwayException first = new SpillwayException(Fault.SNAPSHOT_LOST, "first", null);
        List<Callable<String>> tasks = List.of(
                () -> {
                    try {
                        waiting.countDown();
                        new CountDownLatch(1).await();
                        return "never";
                    } catch (InterruptedException e) {
                        throw new SpillwayException(Fault.DESTINATION_UNAVAILABLE, "second", null, e);
                    }
                },
                () -> {
                    waiting.await();
                    throw first;
                });
        assertThat(catchThrowable(() -> Lanes.runAll(NAME, 2, tasks))).isSameAs(first);
    }

    @Test
    void theCallReturnsOnlyAfterASlowLaneHasEnded() {
        CountDownLatch waiting = new CountDownLatch(1);
        AtomicInteger cleanedUp = new AtomicInteger();
        List<Callable<String>> tasks = List.of(
                () -> {
                    try {
                        waiting.countDown();
                        new CountDownLatch(1).await();
                        return "never";
                    } finally {
                        for (int i = 0; i < 2_000_000; i++) {
                            cleanedUp.incrementAndGet();
                        }
                    }
                },
                () -> {
                    waiting.await();
                    throw new SpillwayException(Fault.SNAPSHOT_LOST, "gone", null);
                });
        assertThatExceptionOfType(SpillwayException.class).isThrownBy(() -> Lanes.runAll(NAME, 2, tasks));
        assertThat(cleanedUp).hasValue(2_000_000);
    }

    @Test
    void aBugInALaneIsRethrownUnchanged() {
        for (Throwable bug : List.of(new IllegalStateException("a bug"), new StackOverflowError("a deep bug"))) {
            Callable<String> task = () -> {
                if (bug instanceof Error error) {
                    throw error;
                }
                throw (RuntimeException) bug;
            };
            assertThat(catchThrowable(() -> Lanes.runAll(NAME, 1, List.of(task))))
                    .isSameAs(bug);
        }
    }

    @Test
    void anInterruptOfTheCallerInterruptsTheLanesAndIsRethrown() throws Exception {
        int lanes = 3;
        CountDownLatch running = new CountDownLatch(lanes);
        AtomicInteger interrupted = new AtomicInteger();
        Callable<String> task = () -> {
            try {
                running.countDown();
                new CountDownLatch(1).await();
                return "never";
            } catch (InterruptedException e) {
                interrupted.incrementAndGet();
                throw e;
            }
        };
        FutureTask<Throwable> call =
                new FutureTask<>(() -> catchThrowable(() -> Lanes.runAll(NAME, lanes, List.of(task, task, task))));
        Thread caller = new Thread(call, "caller");
        caller.start();
        running.await();
        caller.interrupt();

        assertThat(call.get()).isInstanceOf(InterruptedException.class);
        assertThat(interrupted).hasValue(lanes);
    }

    @Test
    void aSecondInterruptDoesNotAbandonTheLanesAndIsNotLost() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch stopping = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        AtomicBoolean ended = new AtomicBoolean();
        Callable<String> task = () -> {
            try {
                running.countDown();
                new CountDownLatch(1).await();
                return "never";
            } finally {
                stopping.countDown();
                mayEnd.await();
                ended.set(true);
            }
        };
        List<Object> seen = new ArrayList<>();
        FutureTask<Boolean> call = new FutureTask<>(() -> {
            seen.add(catchThrowable(() -> Lanes.runAll(NAME, 1, List.of(task))));
            seen.add(ended.get());
            return Thread.currentThread().isInterrupted();
        });
        Thread caller = new Thread(call, "caller");
        caller.start();
        running.await();
        caller.interrupt();
        stopping.await();
        caller.interrupt();
        mayEnd.countDown();

        assertThat(call.get()).isTrue();
        assertThat(seen.get(0)).isInstanceOf(InterruptedException.class);
        assertThat(seen.get(1)).isEqualTo(true);
    }
}
