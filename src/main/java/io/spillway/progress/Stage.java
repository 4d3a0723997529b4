package io.spillway.progress;

import java.util.Locale;

/** What a lane spends its time on. A lane is always in exactly one stage. */
public enum Stage {
    /** Waiting for the source's next page. */
    READING("the source: more slices or a faster cluster would help"),
    /** Parsing the documents of a page and encoding them. */
    ENCODING("encoding: more lanes on more cores would help"),
    /** Inside the compressor. */
    COMPRESSING("compression: a faster codec, a lower level or more cores would help"),
    /** Hashing parts and writing them to disk, flushing included. */
    WRITING("the disk: a faster disk would help"),
    /** Reading finished parts back and comparing them. */
    CHECKING("reading parts back: more cores would help"),
    /** Pausing on purpose: politeness to the cluster, and back-off between retries. */
    WAITING("pauses: the cluster was busy, or max-share requires them");

    private final String remedy;

    Stage(String remedy) {
        this.remedy = remedy;
    }

    /** The stage's name in {@code run.json} and in tables: {@code reading}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The advice if this stage took most of the time. */
    public String remedy() {
        return remedy;
    }
}
