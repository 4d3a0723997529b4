package io.spillway.daemon;

/** What an attempt is there for. Names stand in state databases. */
enum Work {
    /** To make a dump and bring it everywhere. */
    EXPORT,
    /** To bring a dump that is whole to where it is missing, without asking the source for anything. */
    RESUME
}
