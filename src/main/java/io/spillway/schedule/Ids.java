package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a format writes about a document besides its fields. */
public enum Ids {
    /** Nothing. */
    @JsonProperty("none")
    NONE,
    /** Its id, and what else the format writes with it. */
    @JsonProperty("_id")
    ID
}
