package io.spillway.pipeline;

import io.spillway.manifest.Manifest;
import io.spillway.publish.Deliveries.Delivery;
import java.util.List;

/**
 * A finished export.
 *
 * @param manifest   what was published
 * @param stats      how it went
 * @param address    where it lies, for people
 * @param deliveries what came of it at the other destinations, one entry each
 */
public record ExportReport(Manifest manifest, RunStats stats, String address, List<Delivery> deliveries) {
    /** Takes copies. */
    public ExportReport {
        deliveries = List.copyOf(deliveries);
    }
}
