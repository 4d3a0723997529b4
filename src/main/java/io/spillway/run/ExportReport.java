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
 * @param manifest of the published dump
 * @param stats    its statistics; null if there was nothing new, because the dump was made from the same snapshot before
 * @param address  its location, for people; null if only deliveries have published it
 * @param delivery    where it is public and where it is missing
 * @param warning  why the dump has no changes although it should have, for the operator; or null
 */
public record ExportReport(
        Manifest manifest,
        @Nullable RunStats stats,
        @Nullable String address,
        DeliveryOutcome delivery,
        @Nullable String warning) {
    /** A report without a warning. */
    public ExportReport(
            Manifest manifest, @Nullable RunStats stats, @Nullable String address, DeliveryOutcome delivery) {
        this(manifest, stats, address, delivery, null);
    }

    /** Its deliveries, and those of dumps left by earlier runs, to the other destinations. */
    public List<Delivery> deliveries() {
        return delivery.deliveries();
    }

    /** Whether this export published nothing, because the source has no newer snapshot than that of the newest dump. */
    public boolean isNothingNew() {
        return stats == null;
    }

    /** The same with a later outcome of its delivery. */
    public ExportReport with(DeliveryOutcome later) {
        return new ExportReport(manifest, stats, address, later, warning);
    }

    /** The same with a warning, or without one if it is null. */
    public ExportReport warning(@Nullable String other) {
        return new ExportReport(manifest, stats, address, delivery, other);
    }
}
