package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/** The section {@code gate}: what keeps a dump from being published. */
public record GateSection(
        @JsonPropertyDescription("What happens when no document is found: stop with exit code 31, or publish")
        @JsonProperty(defaultValue = "stop")
        WhenEmpty empty) {

    /** What happens to a dump without documents. */
    public enum WhenEmpty {
        /** Nothing is published and the run fails. */
        @JsonProperty("stop")
        STOP,
        /** It is published like any other. */
        @JsonProperty("publish")
        PUBLISH
    }
}
