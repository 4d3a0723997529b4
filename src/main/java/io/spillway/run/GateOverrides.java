package io.spillway.run;

import io.spillway.dataset.DumpId;
import java.util.Set;

/**
 * Gate overrides that the operator grants for one run.
 *
 * @param empty  publish a dump without documents
 * @param shrink publish a dump with fewer documents or bytes than the gate allows, or one that lost a common field
 *     entirely
 * @param schema publish a dump that lacks a field of the previous dump, or has one with another type
 * @param anyway waiting dumps to send even if they were made under another configuration
 */
public record GateOverrides(boolean empty, boolean shrink, boolean schema, Set<DumpId> anyway) {
    /** Takes a copy. */
    public GateOverrides {
        anyway = Set.copyOf(anyway);
    }

    /** No overrides: the schedule's gate applies. */
    public static final GateOverrides NONE = new GateOverrides(false, false, false, Set.of());
}
