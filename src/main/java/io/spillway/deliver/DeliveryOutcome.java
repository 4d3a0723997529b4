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
 * Where a complete dump has arrived. A dump that is public at one destination and missing at another is neither a
 * success nor a failure; the remedy is to send the rest, not to export again.
 *
 * @param newest     the newest dump to deliver, or null if nothing was pending
 * @param deliveries its deliveries and those of dumps left by earlier runs, for each destination that lacked them
 * @param publicAt   names of the destinations where the newest dump is complete and public
 * @param pointers   why links may still name older dumps somewhere, or null if none do
 */
public record DeliveryOutcome(
        @Nullable Manifest newest,
        List<Delivery> deliveries,
        List<String> publicAt,
        @Nullable SpillwayException pointers) {
    /** Makes defensive copies. */
    public DeliveryOutcome {
        deliveries = List.copyOf(deliveries);
        publicAt = List.copyOf(publicAt);
    }

    /** The same, with links that could not be updated. */
    public DeliveryOutcome withPointers(SpillwayException failure) {
        return new DeliveryOutcome(newest, deliveries, publicAt, failure);
    }

    /** Whether every destination has the dump, with current links. */
    public boolean everywhere() {
        return failures().isEmpty();
    }

    /** Whether the dump is not available to readers anywhere. */
    public boolean nowhere() {
        return newest != null && publicAt.isEmpty();
    }

    /** The number of destinations that lack a dump, plus one if links may be outdated; 0 if everything arrived. */
    public int missing() {
        long places = deliveries.stream()
                .filter(delivery -> !delivery.arrived())
                .map(Delivery::place)
                .distinct()
                .count();
        return Math.toIntExact(places) + (pointers == null ? 0 : 1);
    }

    /**
     * The destinations that lack the newest dump to deliver, each with its last failure. A destination that only lacks
     * an older dump is not included.
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

    /** Whether sending the rest again may succeed without action by the operator. */
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
     * What is missing where and why, what is public nevertheless, and what to do; empty if nothing is missing. Its
     * fault is that of the first failure, or {@link Fault#CANCELLED} if anything was cancelled.
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
                new SpillwayException(first.fault(), String.join("; ", messages()), String.join("; ", hints), first));
    }

    private List<String> messages() {
        List<String> messages = new ArrayList<>();
        for (Delivery delivery : deliveries) {
            if (delivery.failure() != null) {
                messages.add("%s lacks dump %s: %s"
                        .formatted(
                                delivery.destination(),
                                delivery.dump(),
                                delivery.failure().getMessage()));
            }
        }
        if (pointers != null) {
            messages.add(String.valueOf(pointers.getMessage()));
        }
        if (newest != null) {
            messages.add(
                    publicAt.isEmpty()
                            ? "%s is complete but not public anywhere yet".formatted(newest.dump())
                            : "%s is complete and public at %s".formatted(newest.dump(), String.join(", ", publicAt)));
        }
        return messages;
    }
}
