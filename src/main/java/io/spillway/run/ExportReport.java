package io.spillway.run;

import io.spillway.deliver.Deliveries.Delivery;
import io.spillway.deliver.DeliveryOutcome;
import io.spillway.manifest.Manifest;
import io.spillway.pipeline.RunStats;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A finished export.
 *
 * @param manifest what was published
 * @param stats    how it went
 * @param address  where it lies, for people; null where only the deliveries have brought it somewhere
 * @param reach    where it is public, and where it is missing
 */
public record ExportReport(
        Manifest manifest, RunStats stats, @Nullable String address, DeliveryOutcome reach) {
    /** What came of it, and of dumps that earlier runs have left, at the other destinations. */
    public List<Delivery> deliveries() {
        return reach.deliveries();
    }

    /** The same, with what was found out of its reach since. */
    public ExportReport with(DeliveryOutcome later) {
        return new ExportReport(manifest, stats, address, later);
    }
}
