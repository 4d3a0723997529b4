package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.spillway.config.Percent;

/** The section {@code gate}: what keeps a dump from being published. */
public record GateSection(
        @JsonPropertyDescription("What happens when no document is found: stop with exit code 31, or publish")
        @JsonProperty(defaultValue = "stop")
        WhenEmpty empty,

        @JsonPropertyDescription(
                "By how much documents or bytes may fall from one dump to the next; 100% lets everything through")
        @JsonProperty(defaultValue = "5%")
        Percent shrink,

        @JsonPropertyDescription(
                "What happens when a published field is gone or of another type: warn, or stop with exit code 31")
        @JsonProperty(defaultValue = "warn")
        WhenFieldsMove schema) {

    /** What happens to a dump without documents. */
    public enum WhenEmpty {
        /** Nothing is published and the run fails. */
        @JsonProperty("stop")
        STOP,
        /** It is published like any other. */
        @JsonProperty("publish")
        PUBLISH
    }

    /** What happens to a dump that lacks a field of the dump before, or has it as another type. */
    public enum WhenFieldsMove {
        /** It is published, the log warns, and the manifest says what moved. */
        @JsonProperty("warn")
        WARN,
        /** Nothing is published and the run fails. */
        @JsonProperty("stop")
        STOP
    }
}
