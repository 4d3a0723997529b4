package io.spillway.deliver;

import io.spillway.catalog.Memory;
import io.spillway.dataset.DumpId;
import java.util.Set;

/**
 * What decides whether a dump that waits may be sent.
 *
 * @param configuration a digest of what dumps are made under now: dataset, source, fields, formats, disclosure
 * @param anyway        dumps that the operator sends whatever they were made under
 * @param memory        keeps what each dump was made under
 */
public record Terms(String configuration, Set<DumpId> anyway, Memory memory) {
    /** Takes a copy. */
    public Terms {
        anyway = Set.copyOf(anyway);
    }

    /** The same, with dumps that are sent whatever they were made under. */
    public Terms withAnyway(Set<DumpId> dumps) {
        return new Terms(configuration, dumps, memory);
    }
}
