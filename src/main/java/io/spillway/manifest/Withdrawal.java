package io.spillway.manifest;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The notice in the place of a withdrawn dump. From the moment that it is there nothing of Spillway points at the dump any
 * more; the manifest goes after that.
 *
 * @param dump         the dump's id
 * @param reason       why, for everybody to read
 * @param withdrawnAt  when
 * @param documents    how many it had, 0 where nobody knows
 * @param bytes        bytes of its parts, 0 where nobody knows
 * @param files        its files, which may be there still
 * @param filesDeleted true where its files go as well, also at a destination that was away; null or false where they stay
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

    /** Fails with {@link IllegalArgumentException} where a member is missing, or a file could leave the dump's folder. */
    public Withdrawal {
        Required.members("a notice", dump, reason, withdrawnAt, files);
        files = List.copyOf(files);
        files.forEach(Required::fileName);
    }

    /** Whether its files go as well. */
    public boolean deletesFiles() {
        return Boolean.TRUE.equals(filesDeleted);
    }
}
