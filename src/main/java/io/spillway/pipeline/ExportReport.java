package io.spillway.pipeline;

import io.spillway.manifest.Manifest;
import io.spillway.publish.Deliveries.Delivery;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A finished export.
 *
 * @param manifest   what was published
 * @param stats      how it went
 * @param address    where it lies, for people; null where only the deliveries have brought it somewhere
 * @param deliveries what came of it, and of dumps that earlier runs have left, at the other destinations
 */
public record ExportReport(
        Manifest manifest, RunStats stats, @Nullable String address, List<Delivery> deliveries) {
    /** Takes copies. */
    public ExportReport {
        deliveries = List.copyOf(deliveries);
    }
}
