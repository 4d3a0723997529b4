package io.spillway.fresh;

import io.spillway.fault.Fault;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The result of a check of one dataset. Immutable.
 *
 * @param dataset  its name
 * @param dump     the id of its latest dump, according to the links
 * @param address  URL of the dump's folder
 * @param takenAt  time of its snapshot
 * @param age      its age
 * @param nextDue  when the next one is due, or null if there is no schedule
 * @param files    number of files that answered, not counting mirrors
 * @param bytes    total size of the files with documents, according to the links
 * @param read     number of files that were downloaded completely
 * @param mirrors  number of mirrors that have the complete dump, as far as checked
 * @param findings problems, the most severe first; may be empty
 * @param notes    remarks that are not problems of the dump
 */
public record Freshness(
        String dataset,
        String dump,
        String address,
        Instant takenAt,
        Duration age,
        @Nullable Instant nextDue,
        int files,
        long bytes,
        int read,
        int mirrors,
        List<Finding> findings,
        List<String> notes) {
    /** Takes copies, and sorts the findings. */
    public Freshness {
        findings = findings.stream().sorted(Finding.worstFirst()).toList();
        notes = List.copyOf(notes);
    }

    /** The most severe kind of problem, or empty if there is none. */
    public Optional<Fault> worst() {
        return findings.stream().map(Finding::fault).findFirst();
    }
}
