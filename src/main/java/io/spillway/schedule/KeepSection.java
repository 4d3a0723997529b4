package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.spillway.config.Between;
import io.spillway.deliver.Pruner;
import io.spillway.deliver.Retention;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The section {@code keep}: retention. A dump is kept while any of these rules matches it. */
public record KeepSection(
        @JsonPropertyDescription("Number of newest dumps to keep") @Min(1) @Nullable
        Integer last,

        @JsonPropertyDescription("Number of days to keep the newest dump of") @Min(1) @Nullable
        Integer daily,

        @JsonPropertyDescription("Number of weeks, starting on Monday, to keep the newest dump of") @Min(1) @Nullable
        Integer weekly,

        @JsonPropertyDescription("Number of months to keep the newest dump of") @Min(1) @Nullable
        Integer monthly,

        @JsonPropertyDescription("Number of years to keep the newest dump of") @Min(1) @Nullable
        Integer yearly,

        @JsonPropertyDescription(
                "How long a dump is kept in any case after the next dump, so that running downloads can finish")
        @JsonProperty(defaultValue = "1d")
        @Between(min = "0s", max = "365d")
        Duration grace) {

    /** Throws {@link IllegalArgumentException} if no rule keeps anything. */
    public KeepSection {
        if (last == null && daily == null && weekly == null && monthly == null && yearly == null) {
            throw new IllegalArgumentException(
                    "must set last, daily, weekly, monthly or yearly; omit keep to keep all dumps");
        }
    }

    /** The retention rules of this section. */
    public Retention toRetention() {
        return new Retention(or0(last), or0(daily), or0(weekly), or0(monthly), or0(yearly));
    }

    /** The same, with the grace period of every dump. */
    public Pruner.Keep toKeep() {
        return new Pruner.Keep(toRetention(), grace);
    }

    private static int or0(@Nullable Integer count) {
        return count == null ? 0 : count;
    }
}
