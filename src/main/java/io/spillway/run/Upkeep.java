package io.spillway.run;

import io.spillway.dataset.DumpId;
import io.spillway.deliver.DeliveryOutcome;
import io.spillway.deliver.Pruner;
import io.spillway.deliver.Withdrawals;
import io.spillway.destination.Destination;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.schedule.ScheduleFile;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Work at a schedule's destinations besides dumps: open withdrawals, links, retention. */
public final class Upkeep {
    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);

    private Upkeep() {}

    /**
     * Prunes every destination of a schedule that has a keep section, under the dataset's lock.
     *
     * @param dryRun reports what would be removed, and removes nothing
     * @return the outcome; its failures include a withdrawal that is not complete
     */
    @SuppressWarnings("try") // the lock is held, not used
    public static Pruned prune(ScheduleFile schedule, boolean dryRun) throws SpillwayException, InterruptedException {
        try (Destinations places = Destinations.open(schedule);
                Workspace.Lock lock = places.workspace().lock(schedule.dataset())) {
            Optional<SpillwayException> open = dryRun ? Optional.empty() : settle(places, schedule);
            Pruned pruned = prune(places, schedule, dryRun);
            open.ifPresent(pruned.failures()::add);
            return pruned;
        }
    }

    /**
     * Withdraws a dump from every destination. Does not wait for the dataset's lock, so that a bad dump does not stay public
     * while an export runs.
     *
     * @param reason is published
     * @param delete whether the dump's files are removed as well
     * @return where the dump was withdrawn, and what failed
     * @throws SpillwayException there is no such dump at any destination
     */
    public static Withdrawn withdraw(ScheduleFile schedule, DumpId dump, String reason, boolean delete)
            throws SpillwayException, InterruptedException {
        try (Destinations places = Destinations.open(schedule)) {
            DumpChanges.forget(places.work(), dump);
            Withdrawals.Outcome outcome =
                    places.withdrawals(schedule.dataset()).withdraw(dump, reason, delete, move(places, schedule));
            // An export that ended meanwhile may have kept them; it keeps none of a dump without a manifest.
            DumpChanges.forget(places.work(), dump);
            if (outcome.withdrawn().isEmpty() && outcome.failed().isEmpty()) {
                throw new SpillwayException(
                        Fault.DESTINATION_REFUSED,
                        "there is no dump %s in %s"
                                .formatted(
                                        dump,
                                        places.all().stream()
                                                .map(Destination::name)
                                                .collect(Collectors.joining(", "))),
                        "run spillway list to see the dumps; withdraw a dump that waits in another machine's spool"
                                + " there");
            }
            return new Withdrawn(
                    outcome.withdrawn().stream()
                            .filter(place -> place != places.spool())
                            .map(Destination::name)
                            .toList(),
                    outcome.shortfall());
        }
    }

    /**
     * The outcome of a withdrawal.
     *
     * @param destinations the names of the destinations where the dump was withdrawn, home first
     * @param shortfall    why it is not withdrawn everywhere, or empty
     */
    public record Withdrawn(List<String> destinations, Optional<SpillwayException> shortfall) {}

    /**
     * Completes withdrawals that are remembered and not complete everywhere, and removes what is kept here of dumps that were
     * withdrawn, also by another machine: digests for changes have keys of their dump.
     *
     * @return why one is not complete yet, or empty
     */
    static Optional<SpillwayException> settle(Destinations places, ScheduleFile schedule)
            throws SpillwayException, InterruptedException {
        Withdrawals.Outcome outcome = places.withdrawals(schedule.dataset()).settle(move(places, schedule));
        for (DumpId dump : outcome.noticed()) {
            DumpChanges.forget(places.work(), dump);
        }
        return outcome.shortfall();
    }

    /** Moves links and the status at one destination. */
    static Withdrawals.Move move(Destinations places, ScheduleFile schedule) {
        return place -> {
            new Statuses(places, schedule.dataset()).withdrawn(place);
            Sites.publish(places, place, schedule);
        };
    }

    /**
     * Updates everything that points at dumps, and prunes. The result includes failures to move links, and a
     * cancellation.
     *
     * @param open why a withdrawal is not complete, or empty
     */
    static DeliveryOutcome after(
            Destinations places,
            ScheduleFile schedule,
            Statuses statuses,
            DeliveryOutcome delivery,
            Optional<SpillwayException> open) {
        SpillwayException failure = null;
        try {
            try {
                Sites.publish(places, delivery.lacking().keySet(), schedule);
            } catch (SpillwayException e) {
                failure = e;
            }
            if (schedule.keep() != null && (failure == null || failure.fault() != Fault.CANCELLED)) {
                prune(places, schedule);
            }
        } catch (InterruptedException e) {
            failure = SpillwayException.cancelled("while updating the links to dumps of " + schedule.dataset(), e);
        }
        if (failure != null) {
            statuses.linksFailed(failure);
        } else if (open.isPresent()) {
            failure = open.get();
        }
        return failure == null ? delivery : delivery.withPointers(failure);
    }

    /** A dump that cannot be removed is removed by the next run; the export does not fail because of it. */
    @SuppressWarnings("try") // the lock is held, not used
    private static void prune(Destinations places, ScheduleFile schedule) throws InterruptedException {
        try (Workspace.Lock lock = places.workspace().lock(schedule.dataset())) {
            for (SpillwayException failure : prune(places, schedule, false).failures()) {
                LOG.warn("cannot prune old dumps; the next run retries cause=\"{}\"", failure.getMessage());
            }
        } catch (SpillwayException e) {
            LOG.warn("cannot prune old dumps; the next run retries cause=\"{}\"", e.getMessage());
        }
    }

    /**
     * The result of pruning at all destinations.
     *
     * @param removed    dumps that were removed, or would be
     * @param skipped    dumps that are neither counted nor removed, for people
     * @param failures   of destinations that could not be pruned or whose links could not move
     */
    public record Pruned(List<Pruner.Removed> removed, List<String> skipped, List<SpillwayException> failures) {}

    /** Prunes every destination, even if one fails. The caller holds the lock; the schedule has a keep section. */
    static Pruned prune(Destinations places, ScheduleFile schedule, boolean dryRun)
            throws SpillwayException, InterruptedException {
        Pruned all = new Pruned(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        if (schedule.keep() == null) {
            throw new IllegalStateException("called without a keep section");
        }
        for (Destination place : places.prunable()) {
            Pruner pruner = new Pruner(place, schedule.dataset(), Clock.systemUTC(), places.memory());
            try {
                Pruner.Outcome outcome =
                        pruner.prune(schedule.keep().toKeep(), dryRun, () -> Sites.publish(places, place, schedule));
                all.removed().addAll(outcome.removed());
                outcome.skipped().forEach(each -> {
                    LOG.warn("neither counted nor removed destination={} dump=\"{}\"", place.name(), each);
                    all.skipped().add(place.name() + ": " + each);
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
