package io.spillway.fresh;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.util.Comparator;
import java.util.List;

/**
 * A problem that was found.
 *
 * @param fault the kind of failure
 * @param what  what was found, on what, with which values
 */
public record Finding(Fault fault, String what) {
    /** Proven problems come before unknown states. */
    private static final List<Fault> WORST_FIRST =
            List.of(Fault.INTEGRITY, Fault.STALE, Fault.DESTINATION_REFUSED, Fault.DESTINATION_UNAVAILABLE);

    /** The most severe kind first; unranked kinds come last. */
    public static Comparator<Finding> worstFirst() {
        return Comparator.comparingInt(finding -> {
            int rank = WORST_FIRST.indexOf(finding.fault());
            return rank < 0 ? WORST_FIRST.size() : rank;
        });
    }

    static Finding of(SpillwayException e) {
        return new Finding(e.fault(), String.valueOf(e.getMessage()));
    }

    static Finding wrong(String what) {
        return new Finding(Fault.INTEGRITY, what);
    }
}
