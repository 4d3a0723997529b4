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

        @JsonPropertyDescription("How their values are made less telling")
        Way by,

        @JsonPropertyDescription("The text that stands in their place; only with by: constant") @Nullable
        String value) {

    /** Fails with {@link IllegalArgumentException} on a path that cannot name a field, and on a value out of place. */
    public BlurSection {
        if (field != null) {
            try {
                FieldPattern.of(field);
            } catch (IllegalArgumentException wrong) {
                throw new IllegalArgumentException("field \"%s\" %s".formatted(field, wrong.getMessage()), wrong);
            }
        }
        if ((by == Way.CONSTANT) != (value != null)) {
            throw new IllegalArgumentException("value is given with by: constant, and only there");
        }
    }

    /** The rule that this entry describes. */
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
        /** A date's year. */
        @JsonProperty("year")
        YEAR,
        /** A date's year and month. */
        @JsonProperty("month")
        MONTH,
        /** A date without its time. */
        @JsonProperty("day")
        DAY,
        /** An e-mail address's domain. */
        @JsonProperty("mask-email")
        MASK_EMAIL,
        /** An IP address's network. */
        @JsonProperty("mask-ip")
        MASK_IP,
        /** Another text. */
        @JsonProperty("constant")
        CONSTANT
    }
}
