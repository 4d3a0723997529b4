package io.spillway.manifest;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The notice that replaces a withdrawn dump. As soon as it exists, nothing of Spillway refers to the dump; then the
 * manifest is deleted.
 *
 * @param dump         the dump's id
 * @param reason       a public reason
 * @param withdrawnAt  when it was withdrawn
 * @param documents    its number of documents, 0 if unknown
 * @param bytes        total bytes of its parts, 0 if unknown
 * @param files        its files, which may still exist
 * @param filesDeleted true if its files are deleted too, later also at unavailable destinations; null or false if they
 *                     stay
 */
public record Withdrawal(
        String dump,
        String reason,
        Instant withdrawnAt,
        long documents,
        long bytes,
        List<String> files,
        @Nullable Boolean filesDeleted) {
    /** Its name, in the dump's folder. */
    public static final String FILE_NAME = "withdrawn.json";

    /** @throws IllegalArgumentException if a member is missing, or a file could be outside of the dump's folder */
    public Withdrawal {
        Required.members("a notice", dump, reason, withdrawnAt, files);
        files = List.copyOf(files);
        files.forEach(Required::fileName);
    }

    /** Whether its files are deleted too. */
    public boolean deletesFiles() {
        return Boolean.TRUE.equals(filesDeleted);
    }
}
