package io.spillway.deliver;

import io.spillway.deliver.Deliveries.Delivery;
import io.spillway.destination.Destination;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How far a dump that is whole has come. One that is public at one destination and missing at another is neither a success
 * nor a failure, and what helps is to send the rest, never to export again.
 *
 * @param newest     the newest dump that was to be brought somewhere, or null where nothing was left to do
 * @param deliveries what came of it, and of dumps that earlier runs have left, at each destination that lacked them
 * @param publicAt   the names of the destinations where the newest is whole and public
 * @param pointers   why what points at dumps may still name older ones somewhere, or null if nothing does
 */
public record DeliveryOutcome(
        @Nullable Manifest newest,
        List<Delivery> deliveries,
        List<String> publicAt,
        @Nullable SpillwayException pointers) {
    /** Takes copies. */
    public DeliveryOutcome {
        deliveries = List.copyOf(deliveries);
        publicAt = List.copyOf(publicAt);
    }

    /** The same, where what points at dumps could not be renewed. */
    public DeliveryOutcome withPointers(SpillwayException failure) {
        return new DeliveryOutcome(newest, deliveries, publicAt, failure);
    }

    /** Whether every destination has it, and points at it. */
    public boolean everywhere() {
        return failures().isEmpty();
    }

    /** Whether there is a dump that no reader can get. */
    public boolean nowhere() {
        return newest != null && publicAt.isEmpty();
    }

    /** How many destinations lack a dump, or may name an older one; 0 where it is everywhere. */
    public int missing() {
        long places = deliveries.stream()
                .filter(delivery -> !delivery.arrived())
                .map(Delivery::place)
                .distinct()
                .count();
        return Math.toIntExact(places) + (pointers == null ? 0 : 1);
    }

    /**
     * The destinations that lack the newest dump that was to be brought there, where everything else stays as it is, each
     * with its last failure. One that lacks an older dump alone is not among them.
     */
    public Map<Destination, SpillwayException> lacking() {
        Map<Destination, SpillwayException> lacking = new LinkedHashMap<>();
        for (Delivery delivery : deliveries) {
            if (delivery.failure() != null) {
                lacking.put(delivery.place(), delivery.failure());
            } else {
                lacking.remove(delivery.place());
            }
        }
        lacking.keySet().removeIf(this::hasNewest);
        return lacking;
    }

    private boolean hasNewest(Destination place) {
        return newest != null
                && publicAt.contains(place.name())
                && deliveries.stream()
                        .noneMatch(each -> each.place() == place
                                && !each.arrived()
                                && each.manifest().equals(newest));
    }

    /** Whether sending the rest again may help without anybody doing something first. */
    public boolean mayPass() {
        return failures().stream().anyMatch(failure -> failure.fault().retry() != Fault.Retry.NEVER);
    }

    private List<SpillwayException> failures() {
        return Stream.concat(
                        deliveries.stream().flatMap(delivery -> Stream.ofNullable(delivery.failure())),
                        Stream.ofNullable(pointers))
                .toList();
    }

    /**
     * What is missing where, why, what is public nevertheless, and what to do; empty where nothing is. Its fault is that of
     * the first failure, or {@link Fault#CANCELLED} where anything was cancelled.
     */
    public Optional<SpillwayException> shortfall() {
        List<SpillwayException> failures = failures();
        if (failures.isEmpty()) {
            return Optional.empty();
        }
        SpillwayException first = failures.stream()
                .filter(failure -> failure.fault() == Fault.CANCELLED)
                .findFirst()
                .orElse(failures.get(0));
        Set<String> hints = failures.stream()
                .filter(failure -> failure.fault() != Fault.CANCELLED)
                .flatMap(failure -> Stream.ofNullable(failure.hint()))
                .collect(Collectors.toCollection(LinkedHashSet::new));
        hints.add("send what is missing with  spillway export --resume  and the same schedule");
        return Optional.of(
                new SpillwayException(first.fault(), String.join("; ", said()), String.join("; ", hints), first));
    }

    private List<String> said() {
        List<String> said = new ArrayList<>();
        for (Delivery delivery : deliveries) {
            if (delivery.failure() != null) {
                said.add("%s did not get dump %s: %s"
                        .formatted(
                                delivery.destination(),
                                delivery.dump(),
                                delivery.failure().getMessage()));
            }
        }
        if (pointers != null) {
            said.add(String.valueOf(pointers.getMessage()));
        }
        if (newest != null) {
            said.add(
                    publicAt.isEmpty()
                            ? "%s is whole and public nowhere yet".formatted(newest.dump())
                            : "%s is whole and public at %s".formatted(newest.dump(), String.join(", ", publicAt)));
        }
        return said;
    }
}
