package io.spillway.source;

/**
 * What was fetched from a store of files.
 *
 * @param requests number of requests, each counted once, without their repetitions
 * @param bytes    bytes of the answers' bodies
 */
public record Fetched(long requests, long bytes) {}
