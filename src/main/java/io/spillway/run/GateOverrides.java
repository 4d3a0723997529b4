package io.spillway.run;

import io.spillway.dataset.DumpId;
import java.util.Set;

/**
 * What the operator lets through, for one run.
 *
 * @param empty  a dump without documents
 * @param shrink a dump with fewer documents or bytes than the gate allows, or with a common field that nobody has any more
 * @param schema a dump without a field of the dump before, or with one of another type
 * @param anyway dumps that wait and are sent, whatever they were made under
 */
public record GateOverrides(boolean empty, boolean shrink, boolean schema, Set<DumpId> anyway) {
    /** Takes a copy. */
    public GateOverrides {
        anyway = Set.copyOf(anyway);
    }

    /** What the schedule says, no more. */
    public static final GateOverrides NONE = new GateOverrides(false, false, false, Set.of());
}
