package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.spillway.config.Between;
import io.spillway.config.Cron;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.time.ZoneId;

/** The section {@code schedule}: when the daemon exports, and how it retries. */
public record TimesSection(
        @JsonPropertyDescription("Times of exports") Cron cron,

        @JsonPropertyDescription("Time zone of the cron expression") @JsonProperty(defaultValue = "UTC")
        ZoneId timeZone,

        @JsonPropertyDescription(
                "Handling of times missed by more than ten minutes, because no daemon ran or all were busy:"
                        + " run-once as soon as possible, however many were missed, or skip")
        @JsonProperty(defaultValue = "run-once")
        Missed missed,

        @JsonPropertyDescription("How often to retry an export after a transient failure")
        @JsonProperty(defaultValue = "5")
        @Min(0)
        @Max(20)
        int retries,

        @JsonPropertyDescription("Time limit of an export; it is then stopped and not retried")
        @JsonProperty(defaultValue = "6h")
        @Between(min = "1m", max = "30d")
        Duration timeLimit) {

    /** Handling of times at which no export could start. */
    public enum Missed {
        /** One export replaces all of them. */
        @JsonProperty("run-once")
        RUN_ONCE,
        /** The next export is at the next time. */
        @JsonProperty("skip")
        SKIP
    }
}
