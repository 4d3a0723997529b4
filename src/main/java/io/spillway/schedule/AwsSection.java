package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import jakarta.validation.constraints.Pattern;
import java.util.Locale;

/** The section {@code source.aws}: signs requests for a cluster that Amazon hosts. */
public record AwsSection(
        @JsonPropertyDescription("Region of the domain or collection, such as eu-central-1")
        @Pattern(regexp = "^[a-z0-9-]+$", message = "must be the name of a region, such as eu-central-1")
        String region,

        @JsonPropertyDescription(
                "es for a domain of OpenSearch Service, aoss for a collection of OpenSearch Serverless")
        @JsonProperty(defaultValue = "es")
        Service service) {

    /** The service that a signature is for. */
    public enum Service {
        /** A domain of Amazon OpenSearch Service. */
        @JsonProperty("es")
        ES,
        /** A collection of Amazon OpenSearch Serverless. */
        @JsonProperty("aoss")
        AOSS;

        /** The name in a signature. */
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
