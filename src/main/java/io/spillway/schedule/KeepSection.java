package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.spillway.config.Between;
import io.spillway.deliver.Pruner;
import io.spillway.deliver.Retention;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The section {@code keep}: which dumps stay. A dump stays while any of these rules wants it. */
public record KeepSection(
        @JsonPropertyDescription("The newest dumps, so many of them") @Min(1) @Nullable
        Integer last,

        @JsonPropertyDescription("The newest dump of each of so many days") @Min(1) @Nullable
        Integer daily,

        @JsonPropertyDescription("The newest dump of each of so many weeks, which begin on Monday") @Min(1) @Nullable
        Integer weekly,

        @JsonPropertyDescription("The newest dump of each of so many months") @Min(1) @Nullable
        Integer monthly,

        @JsonPropertyDescription("The newest dump of each of so many years") @Min(1) @Nullable
        Integer yearly,

        @JsonPropertyDescription(
                "How long a dump stays in any case after the dump that followed it, so that a download under way ends")
        @JsonProperty(defaultValue = "1d")
        @Between(min = "0s", max = "365d")
        Duration grace) {

    /** Fails with {@link IllegalArgumentException} where no rule keeps anything. */
    public KeepSection {
        if (last == null && daily == null && weekly == null && monthly == null && yearly == null) {
            throw new IllegalArgumentException("must have last, daily, weekly, monthly or yearly; without it all stay");
        }
    }

    /** What these keys say. */
    public Retention toRetention() {
        return new Retention(or0(last), or0(daily), or0(weekly), or0(monthly), or0(yearly));
    }

    /** The same, with the time that every dump gets. */
    public Pruner.Keep toKeep() {
        return new Pruner.Keep(toRetention(), grace);
    }

    private static int or0(@Nullable Integer count) {
        return count == null ? 0 : count;
    }
}
