package io.spillway.daemon;

/** The work of an attempt. Names are stored in state databases. */
enum Work {
    /** Make a dump and deliver it everywhere. */
    EXPORT,
    /** Deliver a complete dump to destinations that lack it, without contacting the source. */
    RESUME
}
