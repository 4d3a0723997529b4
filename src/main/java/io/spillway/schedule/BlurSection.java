package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.spillway.fields.Blur;
import io.spillway.fields.Blurs;
import io.spillway.fields.FieldPattern;
import io.spillway.fields.FieldPolicy;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An entry of {@code blur}. */
public record BlurSection(
        @JsonPropertyDescription("Path of the fields, as in include")
        String field,

        @JsonPropertyDescription("How values are blurred") Way by,

        @JsonPropertyDescription("The text that replaces values; only with by: constant") @Nullable
        String value) {

    /**
     * Throws {@link IllegalArgumentException} if the path cannot name a field, or if {@code value} does not fit {@code
     * by}.
     */
    public BlurSection {
        if (field != null) {
            try {
                FieldPattern.of(field);
            } catch (IllegalArgumentException wrong) {
                throw new IllegalArgumentException("field \"%s\" %s".formatted(field, wrong.getMessage()), wrong);
            }
        }
        if ((by == Way.CONSTANT) != (value != null)) {
            throw new IllegalArgumentException("value is required with by: constant, and allowed only with it");
        }
    }

    /** The rule of this entry. */
    FieldPolicy.BlurRule toRule(@Nullable String hashKey) {
        return new FieldPolicy.BlurRule(FieldPattern.of(field), toBlur(hashKey));
    }

    private Blur toBlur(@Nullable String hashKey) {
        return switch (by) {
            case HASH -> Blurs.hash(Objects.requireNonNull(hashKey));
            case YEAR -> Blurs.date(Blurs.Precision.YEAR);
            case MONTH -> Blurs.date(Blurs.Precision.MONTH);
            case DAY -> Blurs.date(Blurs.Precision.DAY);
            case MASK_EMAIL -> Blurs.email();
            case MASK_IP -> Blurs.ip();
            case CONSTANT -> Blurs.constant(Objects.requireNonNull(value));
        };
    }

    /** A way of blurring. */
    public enum Way {
        /** A keyed hash, the same for the same value. */
        @JsonProperty("hash")
        HASH,
        /** The year of a date. */
        @JsonProperty("year")
        YEAR,
        /** The year and month of a date. */
        @JsonProperty("month")
        MONTH,
        /** A date without its time. */
        @JsonProperty("day")
        DAY,
        /** The domain of an e-mail address. */
        @JsonProperty("mask-email")
        MASK_EMAIL,
        /** The network of an IP address. */
        @JsonProperty("mask-ip")
        MASK_IP,
        /** A fixed text. */
        @JsonProperty("constant")
        CONSTANT
    }
}
