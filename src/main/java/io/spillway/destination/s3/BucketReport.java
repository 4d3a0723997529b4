package io.spillway.destination.s3;

import io.spillway.destination.s3.S3Options.Dialect;
import java.util.List;

/**
 * What a check of a bucket has found.
 *
 * @param facts    what the store does, one line each
 * @param problems what keeps an upload from working, with a hint, one line each; empty where all is well
 * @param advised  the dialect to use with this store; the one in use where the store could not be asked
 */
public record BucketReport(List<String> facts, List<String> problems, Dialect advised) {

    /** Copies the lists. */
    public BucketReport {
        facts = List.copyOf(facts);
        problems = List.copyOf(problems);
    }
}
