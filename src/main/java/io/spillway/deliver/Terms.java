package io.spillway.deliver;

import io.spillway.catalog.Memory;
import io.spillway.dataset.DumpId;
import java.util.Set;

/**
 * Decides whether a pending dump may be sent.
 *
 * @param configuration digest of the current configuration of dumps: dataset, source, fields, formats, disclosure
 * @param anyway        dumps that the operator sends whatever configuration they were made with
 * @param memory        stores the configuration of each dump
 */
public record Terms(String configuration, Set<DumpId> anyway, Memory memory) {
    /** Makes a defensive copy. */
    public Terms {
        anyway = Set.copyOf(anyway);
    }

    /** The same, with these dumps sent whatever configuration they were made with. */
    public Terms withAnyway(Set<DumpId> dumps) {
        return new Terms(configuration, dumps, memory);
    }
}
