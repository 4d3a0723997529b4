package io.spillway.fresh;

import io.spillway.fault.Fault;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What was found of a dataset. An immutable value.
 *
 * @param dataset  its name
 * @param dump     the id of its latest dump, as the links name it
 * @param address  the dump's folder
 * @param takenAt  when its snapshot was taken
 * @param age      how long ago that was
 * @param nextDue  when the next one is due, or null where there is no plan
 * @param files    how many files answered, those at mirrors not counted
 * @param bytes    how many bytes the files with documents have, as the links say
 * @param read     how many files were read whole
 * @param mirrors  how many mirrors have the dump, whole as far as can be seen
 * @param findings what is wrong, the gravest first; empty where nothing is
 * @param notes    what somebody should know although nothing is wrong with the dump
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

    /** The gravest kind of what was found, or empty where all is well. */
    public Optional<Fault> worst() {
        return findings.stream().map(Finding::fault).findFirst();
    }
}
