package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.spillway.config.Between;
import io.spillway.config.Cron;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.time.ZoneId;

/** The section {@code schedule}: when the daemon exports, and how patient it is. */
public record TimesSection(
        @JsonPropertyDescription("When an export begins") Cron cron,

        @JsonPropertyDescription("Where the clock hangs that cron is read by") @JsonProperty(defaultValue = "UTC")
        ZoneId timeZone,

        @JsonPropertyDescription(
                "What happens when a time could not be kept within ten minutes, as no daemon ran or all"
                        + " were busy: run-once as soon as possible, however many were missed, or skip")
        @JsonProperty(defaultValue = "run-once")
        Missed missed,

        @JsonPropertyDescription("How often an export that failed for a passing reason is tried again")
        @JsonProperty(defaultValue = "5")
        @Min(0)
        @Max(20)
        int retries,

        @JsonPropertyDescription("How long one export may take; it is stopped then and not tried again")
        @JsonProperty(defaultValue = "6h")
        @Between(min = "1m", max = "30d")
        Duration timeLimit) {

    /** What happens to times at which no export could begin. */
    public enum Missed {
        /** One export makes up for all of them. */
        @JsonProperty("run-once")
        RUN_ONCE,
        /** The next time is waited for. */
        @JsonProperty("skip")
        SKIP
    }
}
