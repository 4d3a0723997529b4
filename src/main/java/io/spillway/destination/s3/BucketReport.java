package io.spillway.destination.s3;

import io.spillway.destination.s3.S3Options.Dialect;
import java.util.List;

/**
 * The result of a bucket check.
 *
 * @param facts    what the store supports, one line each
 * @param problems what prevents uploads, with a hint, one line each; empty if there are none
 * @param advised  the dialect to use with this store; the configured one if the store could not be tested
 */
public record BucketReport(List<String> facts, List<String> problems, Dialect advised) {

    /** Makes defensive copies. */
    public BucketReport {
        facts = List.copyOf(facts);
        problems = List.copyOf(problems);
    }
}
