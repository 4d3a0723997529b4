package io.spillway.progress;

import java.util.Locale;

/** What a lane can spend its time on. At any moment a lane is in exactly one stage. */
public enum Stage {
    /** Waiting for the source's next page. */
    READING("the source: more slices or a faster cluster would help"),
    /** Finding the documents in a page and making lines of them. */
    ENCODING("encoding: more lanes on more cores would help"),
    /** Inside the compressor. */
    COMPRESSING("compression: a faster codec, a lower level or more cores would help"),
    /** Hashing parts and writing them to disk, flushing included. */
    WRITING("the disk: a faster one would help"),
    /** Reading finished parts back and comparing them. */
    CHECKING("reading parts back: more cores would help"),
    /** Pausing on purpose: politeness to the cluster, and growing pauses between retries. */
    WAITING("pauses: the cluster was busy, or max-share asks for them");

    private final String remedy;

    Stage(String remedy) {
        this.remedy = remedy;
    }

    /** The stage's name in {@code run.json} and in tables: {@code reading}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What to say where this stage took most of the time. */
    public String remedy() {
        return remedy;
    }
}
