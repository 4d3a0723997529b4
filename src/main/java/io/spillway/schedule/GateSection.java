package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.spillway.config.Percent;

/** The section {@code gate}: conditions under which a dump is not published. */
public record GateSection(
        @JsonPropertyDescription("Handling of an empty dump: stop with exit code 31, or publish")
        @JsonProperty(defaultValue = "stop")
        WhenEmpty empty,

        @JsonPropertyDescription("Maximum decrease of documents or bytes from one dump to the next; 100% allows any")
        @JsonProperty(defaultValue = "5%")
        Percent shrink,

        @JsonPropertyDescription(
                "Handling of published fields that are gone or changed their type: warn, or stop with exit code 31")
        @JsonProperty(defaultValue = "warn")
        WhenFieldsMove schema) {

    /** Handling of a dump without documents. */
    public enum WhenEmpty {
        /** Nothing is published and the run fails. */
        @JsonProperty("stop")
        STOP,
        /** It is published like any other. */
        @JsonProperty("publish")
        PUBLISH
    }

    /** Handling of a dump that lacks a field of the previous dump, or has it with another type. */
    public enum WhenFieldsMove {
        /** It is published, the log warns, and the manifest lists the changes. */
        @JsonProperty("warn")
        WARN,
        /** Nothing is published and the run fails. */
        @JsonProperty("stop")
        STOP
    }
}
