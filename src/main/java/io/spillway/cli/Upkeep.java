package io.spillway.cli;

import io.spillway.destination.Destination;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.pipeline.Workspace;
import io.spillway.publish.Reach;
import io.spillway.publish.Shelf;
import io.spillway.publish.Withdrawals;
import io.spillway.schedule.ScheduleFile;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the commands do at a schedule's places beside a dump: withdrawals that are open, links, retention. */
final class Upkeep {
    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);

    private Upkeep() {}

    /**
     * Completes withdrawals that are remembered and not complete everywhere.
     *
     * @return why one is not complete yet, or empty
     */
    static Optional<SpillwayException> settle(Places places, ScheduleFile schedule)
            throws SpillwayException, InterruptedException {
        return places.withdrawals(schedule.dataset())
                .settle(move(places, schedule))
                .shortfall();
    }

    /** Moves links and the status, at one place. */
    static Withdrawals.Move move(Places places, ScheduleFile schedule) {
        return place -> {
            new Statuses(places, schedule.dataset()).takenBack(place);
            Sites.publish(places, place, schedule);
        };
    }

    /**
     * Renews what points at dumps, and prunes; that links could not move, or that this was cancelled, is in the answer.
     *
     * @param open why a withdrawal is not complete, or empty
     */
    static Reach after(
            Places places, ScheduleFile schedule, Statuses statuses, Reach reach, Optional<SpillwayException> open) {
        SpillwayException failure = null;
        try {
            try {
                Sites.publish(places, reach.lacking().keySet(), schedule);
            } catch (SpillwayException e) {
                failure = e;
            }
            if (schedule.keep() != null && (failure == null || failure.fault() != Fault.CANCELLED)) {
                prune(places, schedule);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failure = new SpillwayException(
                    Fault.CANCELLED,
                    "cancelled while what points at dumps of %s was renewed".formatted(schedule.dataset()),
                    null,
                    e);
        }
        if (failure != null) {
            statuses.notPointedAt(failure);
        } else if (open.isPresent()) {
            failure = open.get();
        }
        return failure == null ? reach : reach.withPointers(failure);
    }

    /** What could not be removed goes the next time: nothing that an export fails for. */
    @SuppressWarnings("try") // the lock is held, not used
    private static void prune(Places places, ScheduleFile schedule) throws InterruptedException {
        try (Workspace.Lock lock = places.workspace().lock(schedule.dataset())) {
            for (SpillwayException failure : prune(places, schedule, false).failures()) {
                LOG.warn("old dumps stay for now cause=\"{}\"", failure.getMessage());
            }
        } catch (SpillwayException e) {
            LOG.warn("old dumps stay for now cause=\"{}\"", e.getMessage());
        }
    }

    /**
     * What came of pruning at all places.
     *
     * @param removed    what was removed, or would be
     * @param passedOver dumps that neither count nor go, for people
     * @param failures   of the places where it could not be done, or links could not move
     */
    record Pruned(List<Shelf.Removed> removed, List<String> passedOver, List<SpillwayException> failures) {}

    /** Prunes at every place, also behind one that fails. The caller holds the lock; the schedule has a keep section. */
    static Pruned prune(Places places, ScheduleFile schedule, boolean dryRun)
            throws SpillwayException, InterruptedException {
        Pruned all = new Pruned(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        if (schedule.keep() == null) {
            throw new IllegalStateException("asked for only where there is one");
        }
        for (Destination place : places.shelves()) {
            Shelf shelf = new Shelf(place, schedule.dataset(), Clock.systemUTC(), places.memory());
            try {
                Shelf.Outcome outcome =
                        shelf.prune(schedule.keep().toKeep(), dryRun, () -> Sites.publish(places, place, schedule));
                all.removed().addAll(outcome.removed());
                outcome.passedOver().forEach(each -> {
                    LOG.warn("neither counted nor removed destination={} dump=\"{}\"", place.name(), each);
                    all.passedOver().add(place.name() + ": " + each);
                });
                if (outcome.failure() != null) {
                    all.failures().add(outcome.failure());
                }
            } catch (SpillwayException e) {
                if (e.fault() == Fault.CANCELLED) {
                    throw e;
                }
                all.failures().add(e);
            }
        }
        return all;
    }
}
